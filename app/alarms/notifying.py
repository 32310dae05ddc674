"""Tells people of alarms while a project runs, in a thread of its own; no Qt."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.alarms.sending import Letter, SendError, send_mail, send_webhook
from twin_model.alarms.changes import AlarmChange
from twin_model.alarms.model import AlarmEvent, EventKind
from twin_model.alarms.notification import MailServer, Message, Notifier, NotifyRule, text_of
from twin_model.errors import ShapanError
from twin_model.time import Instant

if TYPE_CHECKING:
    from twin_model.operations import Operations
    from twin_model.schema.types import Severity

#: Owner of the passwords among the secrets.
SECRETS: Final = "alarms"
MAIL_SECRET: Final = "mail"
_TICK_S: Final = 0.5
#: How long to wait before trying again, more each time.
_BACK_OFF_S: Final = (5.0, 30.0, 120.0, 600.0)


@dataclass(frozen=True)
class Voices:
    """How messages leave.

    Parameters
    ----------
    secret : callable
        Returns a password by its name: ``mail``, or the id of a webhook's rule.
    names : callable
        Returns the names of entities.
    sound : callable
        Makes a sound for a priority, in this thread; raises `SendError` where it cannot.
    language : str
    """

    secret: Callable[[str], str]
    names: Callable[[Iterable[str]], dict[str, str]]
    sound: Callable[[Severity], None]
    language: str = "en"


@dataclass
class _Letter:
    """A letter on its way."""

    rule: NotifyRule
    letter: Letter
    tries: int = 0
    next_s: float = 0.0


class Notifying:
    """See module. What cannot be sent is tried again, and said in `problem` and the journal.

    Parameters
    ----------
    operations : Operations
    voices : Voices
    """

    def __init__(self, operations: Operations, voices: Voices) -> None:
        self._operations = operations
        self._voices = voices
        self._changes: queue.SimpleQueue[AlarmChange | None] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._waiting: list[_Letter] = []
        self._server = MailServer()
        self._notifier = self._new_notifier(())
        self._version = -1
        #: Why the last message could not be sent; empty where it could.
        self.problem = ""
        self.sent = 0
        #: Whether a sound will come again until somebody takes note or silences it.
        self.sounding = False
        self._silence = threading.Event()
        self._turns = 0
        operations.alarms.changed.connect(self._changes.put)
        self._thread = threading.Thread(target=self._run, name="notifying", daemon=True)
        self._thread.start()

    def close(self, *, wait: bool = False) -> None:
        """Stop; what was not sent is lost, and was said. A server may keep the thread a while."""
        self._operations.alarms.changed.disconnect(self._changes.put)
        self._stop.set()
        self._changes.put(None)
        if wait:
            self._thread.join()

    def silence(self) -> None:
        """Let no sound come again for what stands; the next alarm sounds."""
        self.sounding = False
        self._silence.set()

    def drain(self, timeout_s: float = 10.0) -> bool:
        """Wait until everything so far is told; return whether it is."""
        end_s = time.monotonic() + timeout_s
        turns = self._turns
        while time.monotonic() < end_s:
            # Two turns: one may have been under way.
            if self._turns > turns + 1 and self._changes.empty() and not self._waiting:
                return True
            time.sleep(_TICK_S / 5)
        return False

    # -- in the thread -------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stop.is_set():
            self._follow_rules()
            self._take_in()
            if self._silence.is_set():
                self._silence.clear()
                self._notifier.silence()
            operations = self._operations
            now_us = operations.hub.clock()
            for message in self._notifier.due(now_us, in_flood=operations.alarms.in_flood):
                self._tell(message)
            self.sounding = self._notifier.sounding
            self._send()
            self._turns += 1

    def _take_in(self) -> None:
        """Take in what happened, waiting a little for it."""
        try:
            change = self._changes.get(timeout=_TICK_S)
            while change is not None:
                self._notifier.take(change)
                change = self._changes.get_nowait()
        except queue.Empty:
            return

    def _follow_rules(self) -> None:
        """Use the rules of the newest version; what was still to be told by others is dropped."""
        version = self._operations.rules_version
        if version == self._version:
            return
        self._version = version
        rules = self._operations.rule_store.current()
        self._server = rules.mail
        if list(rules.notifications) != self._notifier.rules:
            self._notifier = self._new_notifier(rules.notifications)

    def _new_notifier(self, rules: Sequence[NotifyRule]) -> Notifier:
        alarms = self._operations.alarms
        made = Notifier(rules, alarms.points.get, self._cause)
        if made.rules:
            made.resume(alarms.alarms(), self._operations.hub.clock())
        return made

    def _cause(self, point: str) -> str:
        """Return which alarm explains one now; empty for none."""
        try:
            return self._operations.alarms.alarm(point).status.cause
        except ShapanError:
            return ""  # its entity or rule is gone

    def _tell(self, message: Message) -> None:
        if message.rule.via == "sound":
            try:
                self._voices.sound(message.worst)
                self.problem = ""
            except SendError as error:
                # Said once: a sound that comes every few seconds would fill the journal.
                said, self.problem = self.problem, str(error)
                if said != self.problem:
                    self._note(EventKind.NOTIFY_FAILED, message.rule, str(error))
            return
        operations, language = self._operations, self._voices.language
        entities = {event.point.partition("/")[0] for event in (*message.events, *message.over)}
        names = self._voices.names(entities)
        title = operations.twin.title
        subject, text = text_of(message, operations.alarms.points, names, title, language)
        body = {
            "project": title,
            "subject": subject,
            "text": text,
            "in_flood": message.in_flood,
            "more": message.more,
            "alarms": [self._event(event, names) for event in message.events],
            "over": [self._event(event, names) for event in message.over],
        }
        self._waiting.append(_Letter(message.rule, Letter(subject, text, body)))

    def _event(self, event: AlarmEvent, names: dict[str, str]) -> dict[str, Any]:
        point = self._operations.alarms.points.get(event.point)
        entity = event.point.partition("/")[0]
        return {
            "point": event.point,
            "name": point.name if point is not None else event.point,
            "entity": entity,
            "place": names.get(entity, entity),
            "priority": str(event.priority),
            "at": str(Instant(event.at_us)),
            "value": None if math.isnan(event.value) else event.value,
            "unit": point.unit if point is not None else "",
        }

    def _send(self) -> None:
        now_s = time.monotonic()
        left = []
        for one in self._waiting:
            if one.next_s > now_s or self._stop.is_set():
                left.append(one)
                continue
            try:
                deliver(one.rule, self._server, self._voices.secret, one.letter)
            except SendError as error:
                self.problem = str(error)
                self._note(EventKind.NOTIFY_FAILED, one.rule, str(error))
                if one.tries < len(_BACK_OFF_S):
                    one.next_s = time.monotonic() + _BACK_OFF_S[one.tries]
                    one.tries += 1
                    left.append(one)
                continue
            self.problem = ""
            self.sent += 1
            self._note(EventKind.NOTIFIED, one.rule, one.letter.subject)
        self._waiting = left

    def _note(self, kind: EventKind, rule: NotifyRule, text: str) -> None:
        if self._stop.is_set():
            return  # the journal may be closed by now
        goal = ", ".join(rule.to)
        self._operations.alarms.note(
            kind,
            self._operations.hub.clock(),
            rule.name or rule.id,
            f"{goal}: {text}" if goal else text,
        )


def deliver(
    rule: NotifyRule, server: MailServer, secret: Callable[[str], str], letter: Letter
) -> None:
    """Send a letter the way a rule says.

    Raises
    ------
    SendError
        If it could not be sent.
    """
    if rule.via == "email":
        send_mail(server, secret(MAIL_SECRET), rule.to, letter)
    elif rule.via == "webhook":
        send_webhook(rule.to[0], secret(rule.id), letter)
