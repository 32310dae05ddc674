"""The one hierarchy of errors: what happened, to which file or entity, and what to do."""

from __future__ import annotations

from pathlib import Path


class ShapanError(Exception):
    """Base of every error that Shapan raises on purpose.

    Parameters
    ----------
    reason : str
        What is wrong, in one clause without a full stop.
    remedy : str, optional
        What the user can do about it, in one clause without a full stop.
    """

    def __init__(self, reason: str, *, remedy: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.reason}; {self.remedy}" if self.remedy else self.reason


class SourceError(ShapanError):
    """A file or folder that cannot be read, in whole or in part.

    Parameters
    ----------
    path : Path or str
        The file the reason is about.
    reason, remedy : str
        See `ShapanError`.
    offset : int, optional
        Byte position at which reading failed.
    """

    def __init__(
        self, path: Path | str, reason: str, *, remedy: str = "", offset: int | None = None
    ) -> None:
        super().__init__(reason, remedy=remedy)
        self.path = Path(path)
        self.offset = offset

    def __str__(self) -> str:
        where = f" (at byte {self.offset})" if self.offset is not None else ""
        return f"{self.path}: {self.reason}{where}" + (f"; {self.remedy}" if self.remedy else "")


class FrameError(ShapanError):
    """A coordinate reference system that is missing, unusable or contradicts another."""


class ValidationError(ShapanError):
    """A value that breaks a rule of the model.

    Parameters
    ----------
    dimension, name : str
        Which of the entity's dimensions, and which property within it.
    value : object
        The offending value, quoted in the message.
    rule : str
        The rule it breaks.
    """

    def __init__(self, dimension: str, name: str, value: object, rule: str) -> None:
        super().__init__(f"{dimension}.{name} = {value!r}: {rule}")
        self.dimension = dimension
        self.name = name
        self.value = value
        self.rule = rule


class StoreError(ShapanError):
    """The project cannot be opened, read or written."""


class StoreOutdatedError(StoreError):
    """The project is of an earlier format; opened for writing it is brought forward."""


class StoreLockedError(StoreError):
    """Another process has the project open for writing; reading will do meanwhile."""


class PluginError(ShapanError):
    """A plugin failed; the traceback is kept for the details."""

    def __init__(self, plugin: str, reason: str, *, traceback: str = "", remedy: str = "") -> None:
        super().__init__(f"plugin {plugin}: {reason}", remedy=remedy)
        self.plugin = plugin
        self.traceback = traceback


class SimulationError(ShapanError):
    """A scenario, a coupling or a simulator is wrong, or a simulator failed.

    Parameters
    ----------
    simulator : str
        Id of the engine in the scenario; empty where it is about the scenario as a whole.
    reason, remedy : str
        See `ShapanError`.
    """

    def __init__(self, simulator: str, reason: str, *, remedy: str = "") -> None:
        super().__init__(f"simulator {simulator}: {reason}" if simulator else reason, remedy=remedy)
        self.simulator = simulator


class Cancelled(ShapanError):  # noqa: N818 - what happened is no error
    """The user cancelled the work; nothing of it is kept."""

    def __init__(self) -> None:
        super().__init__("cancelled")
