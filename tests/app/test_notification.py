"""Who is told of alarms: decided by rules, sent through real mail and web servers."""

from __future__ import annotations

import http.server
import io
import json
import socketserver
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.alarms.notifying import Notifying, Voices
from app.alarms.sending import Letter, SendError, send_mail, send_webhook
from app.alarms.sounds import play, tone
from broker_support import free_port
from twin_model.alarms.accounts import Actor, Role
from twin_model.alarms.changes import AlarmChange
from twin_model.alarms.model import Alarm, AlarmEvent, AlarmPoint, AlarmStatus, EventKind
from twin_model.alarms.notification import MailServer, Notifier, NotifyRule
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.frame import Frame
from twin_model.operations import Operations
from twin_model.rules.calendar import Calendar
from twin_model.rules.model import Applies, ThresholdRule
from twin_model.rules.rule_set import RuleSet, read_rules, rules_document
from twin_model.samples import SampleBatch
from twin_model.schema.types import Severity
from twin_model.time import Instant
from twin_model.twin import Twin

if TYPE_CHECKING:
    from twin_model.alarms.desk import AlarmDesk

SECOND = 1_000_000
LI = Actor("Li", Role.ENGINEER)


class Mail(socketserver.ThreadingTCPServer):
    """A mail server that takes everything, or refuses it; enough of RFC 5321 for smtplib."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.refusing = False
        super().__init__(("127.0.0.1", 0), MailTalk)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class MailTalk(socketserver.StreamRequestHandler):
    """One connection."""

    server: Mail

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def handle(self) -> None:
        self.say("220 test")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb in {"EHLO", "HELO"}:
                self.say("250-test")
                self.say("250 8BITMIME")
            elif verb == "RCPT" and self.server.refusing:
                self.say("550 nobody of that name")
            elif verb == "DATA":
                self.say("354 go on")
                text = b""
                while not text.endswith(b"\r\n.\r\n"):
                    text += self.rfile.readline()
                self.server.letters.append(text)
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 fine")


class Hook(http.server.ThreadingHTTPServer):
    """A web server that keeps what is posted."""

    daemon_threads = True

    def __init__(self) -> None:
        self.bodies: list[tuple[str, Any]] = []
        self.status = 204
        super().__init__(("127.0.0.1", 0), HookTalk)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class HookTalk(http.server.BaseHTTPRequestHandler):
    """One request."""

    server: Hook

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.bodies.append((self.headers.get("Authorization", ""), body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mail() -> Iterator[Mail]:
    made = Mail()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.shutdown()
    made.server_close()


def server(made: Mail) -> MailServer:
    return MailServer(host="127.0.0.1", port=made.server_address[1], security="none",
                      sender="shapan@harbour.example")  # fmt: skip


def test_sounds_tell_the_priority_and_what_cannot_be_played_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {priority: tone(priority) for priority in Severity}
    assert len(set(found.values())) == 4
    for sound in found.values():
        with wave.open(io.BytesIO(sound)) as reader:
            assert 0.2 < reader.getnframes() / reader.getframerate() < 2
    if sys.platform == "win32":
        return
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SendError, match="no sound can be played: there is no"):
        play(Severity.HIGH)
    player = tmp_path / "paplay"
    player.write_text('#!/bin/sh\n/bin/cp "$1" "$0.heard"\n')
    player.chmod(0o755)
    play(Severity.URGENT)
    assert (tmp_path / "paplay.heard").read_bytes() == found[Severity.URGENT]
    player.write_text("#!/bin/sh\necho no server >&2\nexit 1\n")
    with pytest.raises(SendError, match="no server"):
        play(Severity.LOW)


# -- what is told, when --------------------------------------------------------------------

POINTS = {f"e{n}/r": AlarmPoint(f"e{n}/r", f"e{n}", "Too hot", rule="r") for n in range(100)}


def event(kind: EventKind, at_s: float, number: int = 0, **more: Any) -> AlarmChange:
    more = {"priority": Severity.HIGH, **more}
    made = AlarmEvent(f"e{number}/r", 1, kind, int(at_s * SECOND), **more)
    return AlarmChange((made,), frozenset())


def notifier(**rule: Any) -> Notifier:
    made = NotifyRule.model_validate({"id": "n", "via": "sound", **rule})
    return Notifier([made], POINTS.get)


def told(one: Notifier, at_s: float, **more: Any) -> list[str]:
    return [e.point for m in one.due(int(at_s * SECOND), **more) for e in m.events]


def test_an_alarm_is_told_once_and_again_until_somebody_acknowledges_it() -> None:
    one = notifier(again_s=60)
    one.take(event(EventKind.RAISED, 10))
    assert told(one, 10) == ["e0/r"]
    assert told(one, 40) == []
    assert told(one, 70.5) == ["e0/r"]
    one.take(event(EventKind.ACKNOWLEDGED, 80))
    assert told(one, 200) == []


def test_what_is_silenced_sounds_no_more_but_the_next_alarm_does_and_a_worse_one_too() -> None:
    one = notifier(again_s=10)
    assert not one.sounding
    one.take(event(EventKind.RAISED, 10))
    assert told(one, 10) == ["e0/r"] and one.sounding
    one.silence()
    assert not one.sounding and told(one, 30) == []
    one.take(event(EventKind.RAISED, 40, 1))
    assert told(one, 40) == ["e1/r"] and told(one, 50) == ["e1/r"]
    one.take(event(EventKind.RAISED, 56, 2))
    assert told(one, 56) == ["e2/r"] and told(one, 61) == []
    assert told(one, 66) == ["e1/r", "e2/r"], "one sound for all that wait"
    one.silence()
    one.take(event(EventKind.ESCALATED, 80, priority=Severity.URGENT))
    assert [m.worst for m in one.due(80 * SECOND)] == [Severity.URGENT]
    assert told(one, 90) == ["e0/r"]


def test_who_is_told_after_a_while_is_not_told_of_what_was_seen_or_over_by_then() -> None:
    one = notifier(after_s=300)
    for number, kind in enumerate([EventKind.ACKNOWLEDGED, EventKind.RETURNED, EventKind.SHELVED]):
        one.take(event(EventKind.RAISED, 0, number))
        one.take(event(kind, 100, number))
    one.take(event(EventKind.RAISED, 0, 9))
    assert told(one, 299) == []
    assert told(one, 300) == ["e9/r"]


def test_only_causes_of_enough_priority_are_told_and_an_escalated_one_too() -> None:
    one = notifier()
    one.take(event(EventKind.RAISED, 0, 1, priority=Severity.MEDIUM))
    one.take(event(EventKind.RAISED, 0, 2, cause="e5/r"))
    one.take(event(EventKind.RAISED, 0, 3))
    assert told(one, 1) == ["e2/r", "e3/r"]  # nobody was told of what explains e2
    one.take(event(EventKind.ESCALATED, 10, 1))
    assert told(one, 10) == ["e1/r"]


def test_a_consequence_is_told_of_where_its_cause_is_too_low_to_be_told_or_over() -> None:
    one = notifier()
    one.take(event(EventKind.RAISED, 0, 1, priority=Severity.MEDIUM))
    one.take(event(EventKind.RAISED, 0, 2, cause="e1/r"))
    one.take(event(EventKind.RAISED, 0, 3))
    one.take(event(EventKind.RAISED, 0, 4, priority=Severity.LOW, cause="e3/r"))
    one.take(event(EventKind.RAISED, 0, 5, cause="e4/r"))
    one.take(event(EventKind.RAISED, 0, 6, cause="e4/r"))
    assert told(one, 1) == ["e2/r", "e3/r"]
    one.take(event(EventKind.ACKNOWLEDGED, 10, 3))
    one.take(event(EventKind.ACKNOWLEDGED, 10, 6))
    assert told(one, 11) == []
    one.take(event(EventKind.SHELVED, 20, 3))
    assert told(one, 21) == ["e5/r"]


def test_who_is_told_after_a_while_is_told_also_after_a_restart() -> None:
    def standing(number: int, at_s: float, cause: str = "", *, seen: bool = False) -> Alarm:
        point = POINTS[f"e{number}/r"]
        status = AlarmStatus(point.id, Severity.HIGH, active=True, standing=True, cause=cause,
                             acknowledged=seen, raised_us=int(at_s * SECOND))  # fmt: skip
        return Alarm(point, status, status.state)

    stand = [standing(1, 0), standing(2, 500), standing(3, 500, seen=True),
             standing(4, 500, "e1/r"), standing(5, 0, "e3/r")]  # fmt: skip
    one = notifier(after_s=600)
    one.resume(stand, 700 * SECOND)
    assert told(one, 1000) == []
    assert told(one, 1100) == ["e2/r"]
    at_once = notifier()
    at_once.resume(stand, 700 * SECOND)
    assert told(at_once, 701) == []
    at_once.take(event(EventKind.RETURNED, 710, 1))
    at_once.take(event(EventKind.RETURNED, 710, 3))
    assert told(at_once, 711) == ["e5/r", "e4/r"]
    again = notifier(again_s=60)
    again.resume(stand, 700 * SECOND)
    assert told(again, 759) == []
    assert told(again, 760) == ["e1/r", "e2/r"], "not who was seen, nor what those explain"


def test_what_one_cause_leaves_another_may_explain() -> None:
    one = Notifier([NotifyRule(id="n", via="sound")], POINTS.get, {"e2/r": "e3/r"}.get)  # type: ignore[arg-type]
    one.take(event(EventKind.RAISED, 0, 1))
    one.take(event(EventKind.RAISED, 0, 3))
    one.take(event(EventKind.RAISED, 0, 2, cause="e1/r"))
    assert told(one, 1) == ["e1/r", "e3/r"]
    one.take(event(EventKind.RETURNED, 10, 1))
    assert told(one, 11) == []
    one.take(event(EventKind.RETURNED, 20, 2))
    one.take(event(EventKind.RETURNED, 30, 3))
    assert told(one, 40) == []


def test_many_at_once_make_one_message_and_a_flood_one_in_ten_minutes() -> None:
    one = notifier(via="email", to=["a@b.example"])
    for number in range(50):
        one.take(event(EventKind.RAISED, 0, number))
    first = one.due(SECOND, in_flood=True)
    assert len(first) == 1 and len(first[0].events) + first[0].more == 50
    one.take(event(EventKind.RAISED, 60, 60))
    assert told(one, 60, in_flood=True) == []
    one.take(event(EventKind.RAISED, 61, 61, priority=Severity.URGENT))
    assert told(one, 61, in_flood=True) == ["e61/r", "e60/r"]  # what is worse does not wait
    one.take(event(EventKind.RAISED, 62, 62, priority=Severity.URGENT))
    assert told(one, 70, in_flood=True) == []
    assert told(one, 662, in_flood=True) == ["e62/r"]


def test_outside_its_hours_a_rule_tells_nothing() -> None:
    one = notifier(hours=Calendar(start="08:00", end="18:00", zone="UTC"))
    one.take(event(EventKind.RAISED, 3 * 3600))
    assert told(one, 3 * 3600) == []
    assert told(one, 9 * 3600) == []
    one.take(event(EventKind.RAISED, 9 * 3600, 1))
    assert told(one, 9 * 3600) == ["e1/r"]


def test_that_an_alarm_is_over_is_told_to_who_wants_to_know() -> None:
    one = notifier(returns=True)
    one.take(event(EventKind.RAISED, 0))
    one.due(0)
    one.take(event(EventKind.RETURNED, 20))
    found = one.due(30 * SECOND)
    assert [e.point for e in found[0].over] == ["e0/r"]


def test_rules_of_notification_travel_with_the_others() -> None:
    rules = RuleSet(
        notifications=(NotifyRule(id="n", via="webhook", to=("https://x.example/hook",)),),
        mail=MailServer(host="mail.example"),
    )
    assert read_rules(rules_document(rules)) == rules
    with pytest.raises(ValueError, match="begins with http"):
        NotifyRule(id="n", via="webhook", to=("ftp://x",))


# -- sent ----------------------------------------------------------------------------------


def test_mail_and_webhooks_that_cannot_be_sent_say_why(mail: Mail, hook: Hook) -> None:
    letter = Letter("热", "过热", {"alarms": []})
    with pytest.raises(SendError, match="does not answer"):
        send_mail(
            MailServer(host="127.0.0.1", port=free_port(), security="none"), "", ["a"], letter
        )
    mail.refusing = True
    with pytest.raises(SendError, match="refused"):
        send_mail(server(mail), "", ["a@b.example"], letter)
    hook.status = 500
    with pytest.raises(SendError, match="answers 500"):
        send_webhook(f"http://127.0.0.1:{hook.server_address[1]}/", "", letter)
    with pytest.raises(SendError, match="does not answer"):
        send_webhook(f"http://127.0.0.1:{free_port()}/", "", letter)


def wait(until: Any, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_an_alarm_reaches_mail_and_webhook_is_in_the_journal_and_tried_again(
    tmp_path: Path, mail: Mail, hook: Hook
) -> None:
    hot = ThresholdRule(id="hot", applies=Applies(type="pump"), indicator="heat", operator=">",
                        threshold=50, priority=Severity.HIGH, guidance="Open V-3.",
                        name={"en": "Too hot", "zh": "过热"})  # type: ignore[arg-type]  # fmt: skip
    url = f"http://127.0.0.1:{hook.server_address[1]}/alarms"
    rules = RuleSet(
        rules=(hot,), mail=server(mail),
        notifications=(
            NotifyRule(id="duty", name="Duty", via="email", to=("duty@harbour.example",)),
            NotifyRule(id="hook", via="webhook", to=(url,), returns=True),
            NotifyRule(id="bell", via="sound"),
        ),
    )  # fmt: skip
    frame = Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0))
    hook.status = 503
    sounds: list[Severity] = []
    voices = Voices({"hook": "t0ken"}.get, lambda ids: dict.fromkeys(ids, "P-01"), sounds.append,
                    "zh_CN")  # type: ignore[arg-type]  # fmt: skip
    with Twin.create(tmp_path / "h.shapan", frame, "Harbour") as twin:
        twin.execute(AddEntities([Entity("p1", "pump", "P-01")]))
        with Operations(twin) as operations:
            running = Notifying(operations, voices)
            operations.save_rules(rules, LI)
            operations.hub.publish(SampleBatch.from_rows([("p1", "heat", Instant.now(), 80.0)]))
            wait(lambda: mail.letters and hook.bodies and sounds)
            assert b"duty@harbour.example" in mail.letters[0]
            letter = BytesParser(policy=policy.default).parsebytes(mail.letters[0])
            assert letter["Subject"] == "[Harbour] 高: Too hot · P-01"
            body = letter.get_body()
            assert body is not None and "处置: Open V-3." in body.get_content()
            token, posted = hook.bodies[0]
            assert token == "Bearer t0ken"
            assert posted["alarms"][0]["place"] == "P-01" and posted["alarms"][0]["value"] == 80.0
            assert sounds == [Severity.HIGH]
            wait(lambda: "answers 503" in running.problem)
            hook.status = 204
            wait(lambda: running.problem == "", 15)
            kinds = [str(one.event.kind) for one in operations.journal.events()]
            assert kinds.count("notified") == 2 and "notify-failed" in kinds
            desk: AlarmDesk = operations.desk("Li")
            desk.acknowledge(["p1/hot"])
            running.close(wait=True)
        assert operations.journal is not None


def test_the_command_line_notifies_as_the_window_does(tmp_path: Path, hook: Hook) -> None:
    frame = Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0))
    url = f"http://127.0.0.1:{hook.server_address[1]}/alarms"
    project = tmp_path / "h.shapan"
    with Twin.create(project, frame, "Harbour") as twin:
        twin.execute(AddEntities([Entity("p1", "pump", "P-01")]))
    hot = ThresholdRule(id="hot", applies=Applies(type="pump"), indicator="heat", operator=">",
                        threshold=50, priority=Severity.HIGH)  # fmt: skip
    rules = RuleSet(rules=(hot,), notifications=(NotifyRule(id="h", via="webhook", to=(url,)),))
    (tmp_path / "rules.json").write_text(rules_document(rules))
    (tmp_path / "a.csv").write_text(f"time,entity,indicator,value\n{Instant.now()},p1,heat,80\n")
    subprocess.run(
        [sys.executable, "-m", "app", "live", str(project), "--rules", str(tmp_path / "rules.json"),
         "--source", str(tmp_path / "a.csv"), "--notify"],
        check=True, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert [body["alarms"][0]["place"] for _, body in hook.bodies] == ["P-01"]
