"""Calls in both directions over two pipes; the window and a worker use the same class."""

from __future__ import annotations

import itertools
import queue
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from typing import Any, BinaryIO, Final

from ingest.pipeline.frames import MessageError, read_frame, write_frame
from plugins.host.codec import decode, encode
from plugins.host.numbering import ReceivedNames, SentNames
from twin_model.errors import Cancelled, ShapanError

#: Items of a stream that may be under way before the taker has asked for more.
_WINDOW: Final = 4
#: For how long the other side may not take an answer before the next call is begun all the same.
_TAKEN_S: Final = 1.0
_Frame = tuple[dict[str, Any], tuple[Any, ...]]


class LinkClosedError(ShapanError):
    """The other side is gone."""

    def __init__(self) -> None:
        super().__init__("the worker has ended", remedy="see its log in the Plugins dialog")


class RemoteError(ShapanError):
    """The other side raised while it answered.

    Parameters
    ----------
    kind, reason : str
    trace : str
        Its traceback.
    """

    def __init__(self, kind: str, reason: str, trace: str) -> None:
        super().__init__(reason if kind == "ShapanError" else f"{kind}: {reason}")
        self.kind = kind
        self.trace = trace


class Incoming:
    """A call from the other side, while it is answered.

    Parameters
    ----------
    link : Link
    number : int
    method : str
    arguments : dict
    """

    def __init__(self, link: Link, number: int, method: str, arguments: dict[str, Any]) -> None:
        self.method = method
        self.arguments = arguments
        self.cancelled = threading.Event()
        self.credits = threading.Semaphore(_WINDOW)
        self._link = link
        self._number = number

    def check(self) -> None:
        """Raise if the caller wants no answer any more.

        Raises
        ------
        Cancelled
        """
        if self.cancelled.is_set():
            raise Cancelled

    def tell(self, value: Any) -> None:
        """Send something ahead of the answer, such as progress."""
        self._link.send("told", self._number, value)

    def answer(self, serve: Callable[[Incoming], Any]) -> None:
        """Carry out the call and send what comes of it."""
        send = self._link.send
        try:
            self.check()
            result = serve(self)
            if isinstance(result, Iterator):
                for item in result:
                    while not self.credits.acquire(timeout=0.1):
                        self.check()
                    self.check()
                    send("item", self._number, item)
                send("end", self._number, None)
            else:
                send("answer", self._number, result)
        except LinkClosedError:
            return
        except Cancelled:
            send("error", self._number, ["Cancelled", "cancelled", ""])
        except Exception as error:
            kind = "ShapanError" if isinstance(error, ShapanError) else type(error).__name__
            send("error", self._number, [kind, str(error), traceback.format_exc()])
        finally:
            self._link.answered(self._number)


class Outgoing:
    """A call to the other side, while it is awaited."""

    def __init__(self, link: Link, number: int, told: Callable[[Any], object] | None) -> None:
        self.future: Future[Any] = Future()
        self.told = told
        self.items: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._link = link
        self._number = number

    def cancel(self) -> None:
        """Tell the other side that the answer is not wanted any more."""
        self._link.send("cancel", self._number, None)

    def stream(self, check: Callable[[], None]) -> Iterator[Any]:
        """Yield the items of the answer.

        Parameters
        ----------
        check : callable
            Called while waiting; what it raises cancels the call.
        """
        done = False
        try:
            while True:
                check()
                try:
                    kind, value = self.items.get(timeout=0.05)
                except queue.Empty:
                    continue
                if kind == "item":
                    self._link.send("more", self._number, None)
                    yield value
                    continue
                done = True
                if kind == "error":
                    raise value
                return
        finally:
            if not done:
                self.cancel()


class Link:
    """Frames over a pipe each way. Safe to use from any thread once it is started.

    Parameters
    ----------
    reader, writer : binary streams
    serve : callable
        Answers a call; runs in *executor*. Returns a value, or an iterator of items.
    note : callable
        Takes notes, which have no answer, in the reading thread; must not block.
    executor : Executor
    in_turn : dict of str to Executor
        Methods that are answered elsewhere: by one thread each is begun after the answer to the
        last is written. An engine that keeps the interpreter busy would hold that answer back.
    """

    def __init__(
        self,
        reader: BinaryIO,
        writer: BinaryIO,
        serve: Callable[[Incoming], Any],
        note: Callable[[str, Any], None],
        executor: Executor,
        in_turn: Mapping[str, Executor] | None = None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._serve = serve
        self._note = note
        self._executor = executor
        self._in_turn = dict(in_turn or {})
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._sent, self._received = SentNames(), ReceivedNames()
        self._calls: dict[int, Outgoing] = {}
        self._incoming: dict[int, Incoming] = {}
        # A pipe that is full must not hold up whoever sends.
        self._outbox: queue.SimpleQueue[_Frame | threading.Event | None] = queue.SimpleQueue()
        self.closed = threading.Event()
        #: Set once everything that was sent is written, after `close`.
        self.written = threading.Event()
        self._writing = threading.Thread(target=self._write, daemon=True, name="link-writer")
        self._writing.start()

    # -- sending -------------------------------------------------------------------------

    def send(self, kind: str, number: int, value: Any, method: str = "") -> None:
        """Queue one frame.

        Raises
        ------
        TypeError
            If the value is of a type that does not pass.
        """
        with self._sending:  # names are told in the order in which batches refer to them
            try:
                head, arrays = encode(value, self._sent)
            except BaseException:
                self._sent.settle(sent=False)
                raise
            self._sent.settle(sent=True)
            self._outbox.put(({"k": kind, "n": number, "m": method, "v": head}, tuple(arrays)))

    def note(self, method: str, value: Any = None) -> None:
        """Tell the other side something that needs no answer."""
        self.send("note", 0, value, method)

    def call(
        self,
        method: str,
        arguments: dict[str, Any] | None = None,
        told: Callable[[Any], object] | None = None,
    ) -> Outgoing:
        """Ask the other side; the answer comes through the returned call's future or stream."""
        number = next(self._numbers)
        outgoing = Outgoing(self, number, told)
        with self._lock:
            if self.closed.is_set():
                raise LinkClosedError
            self._calls[number] = outgoing
        try:
            self.send("call", number, arguments or {}, method)
        except BaseException:
            with self._lock:
                self._calls.pop(number, None)
            raise
        return outgoing

    def answered(self, number: int) -> None:
        """Forget a call of the other side."""
        self._incoming.pop(number, None)

    def flush(self, timeout_s: float) -> bool:
        """Wait until everything that was sent is written; return whether it is."""
        mark = threading.Event()
        self._outbox.put(mark)
        return mark.wait(timeout_s)

    def _write(self) -> None:
        while (frame := self._outbox.get()) is not None:
            if isinstance(frame, threading.Event):
                frame.set()
                continue
            try:
                write_frame(self._writer, *frame)
            except (OSError, ValueError):
                break
        # The other side sees the end of the pipe.
        try:
            self._writer.close()
        except OSError:
            return
        finally:
            self.written.set()

    # -- receiving -----------------------------------------------------------------------

    def run(self) -> None:
        """Take frames until the pipe ends; then everything that is awaited fails."""
        try:
            while (frame := read_frame(self._reader)) is not None:
                head, arrays = frame
                self._take(head, decode(head["v"], arrays, self._received))
        except (MessageError, OSError, ValueError, KeyError, TypeError):
            pass  # what comes is no message: as good as gone
        finally:
            self.close()

    def close(self) -> None:
        """Fail what is awaited and end the writing thread; more than once does nothing."""
        with self._lock:
            if self.closed.is_set():
                return
            self.closed.set()
            calls, self._calls = list(self._calls.values()), {}
        self._outbox.put(None)
        for incoming in list(self._incoming.values()):
            incoming.cancelled.set()
        for call in calls:
            self._settle(call, "error", LinkClosedError())

    def _take(self, head: dict[str, Any], value: Any) -> None:
        kind, number = head["k"], head["n"]
        if kind == "note":
            self._note(head["m"], value)
        elif kind == "call":
            incoming = Incoming(self, number, head["m"], value)
            self._incoming[number] = incoming
            turns = self._in_turn.get(head["m"])
            if turns is None:
                self._executor.submit(incoming.answer, self._serve)
            else:
                turns.submit(self._answer_in_turn, incoming)
        elif kind in {"cancel", "more"}:
            known = self._incoming.get(number)
            if known is not None:
                known.cancelled.set() if kind == "cancel" else known.credits.release()
        else:
            self._result(kind, number, value)

    def _answer_in_turn(self, incoming: Incoming) -> None:
        incoming.answer(self._serve)
        self.flush(_TAKEN_S)

    def _result(self, kind: str, number: int, value: Any) -> None:
        with self._lock:
            keep = kind in {"item", "told"}
            call = self._calls.get(number) if keep else self._calls.pop(number, None)
        if call is None:
            return
        if kind == "told":
            if call.told is not None:
                call.told(value)
        elif kind == "error":
            name, reason, trace = value
            error: Exception = (
                Cancelled() if name == "Cancelled" else RemoteError(name, reason, trace)
            )
            self._settle(call, "error", error)
        else:
            self._settle(call, kind, value)

    @staticmethod
    def _settle(call: Outgoing, kind: str, value: Any) -> None:
        call.items.put((kind, value))
        if kind in {"answer", "end"}:
            call.future.set_result(value)
        elif kind == "error":
            call.future.set_exception(value)
