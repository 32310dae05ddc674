"""Messages sent by mail and webhook; no Qt, so that the command line sends them too."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any, Final

from twin_model.alarms.notification import MailServer
from twin_model.errors import ShapanError

_TIMEOUT_S: Final = 15.0


class SendError(ShapanError):
    """A message that could not be sent."""


@dataclass(frozen=True)
class Letter:
    """A message in words.

    Parameters
    ----------
    subject, text : str
    body : mapping
        The same as data, for webhooks.
    """

    subject: str
    text: str
    body: Mapping[str, Any]


def send_mail(server: MailServer, password: str, to: Sequence[str], letter: Letter) -> None:
    """Send mail through a server.

    Raises
    ------
    SendError
        If there is no server, it does not answer, or refuses.
    """
    if not server.host:
        raise SendError("no mail server is set", remedy="name one in the notifications")
    mail = EmailMessage()
    mail["Subject"] = letter.subject
    mail["From"] = server.sender or server.user or f"shapan@{server.host}"
    mail["To"] = ", ".join(to)
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = make_msgid(domain="shapan.invalid")
    mail.set_content(letter.text)
    where = f"{server.host}:{server.port}"
    try:
        context = ssl.create_default_context()
        if server.security == "tls":
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=_TIMEOUT_S, context=context
            )
        else:
            client = smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT_S)
        with client:
            if server.security == "starttls":
                client.starttls(context=context)
            if server.user and password:
                client.login(server.user, password)
            refused = client.send_message(mail)
    except smtplib.SMTPException as error:
        raise SendError(f"the mail server {where} refused ({error})") from error
    except OSError as error:
        raise SendError(f"the mail server {where} does not answer ({error})") from error
    if refused:
        raise SendError(f"the mail server {where} refused ({', '.join(refused)})")


def send_webhook(url: str, token: str, letter: Letter) -> None:
    """Post a message as JSON.

    Raises
    ------
    SendError
        If nobody answers, or not with success.
    """
    import httpx

    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = httpx.post(
            url, json=dict(letter.body), headers=headers, timeout=_TIMEOUT_S, follow_redirects=False
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SendError(f"{url} does not answer ({str(error) or type(error).__name__})") from error
    if not answer.is_success:
        raise SendError(f"{url} answers {answer.status_code}")
