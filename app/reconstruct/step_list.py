"""The steps of a run: done, kept from before, running with progress, waiting."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app import messages, numbers
from app.icons import IconSet
from app.panels.jobs import progress_text
from app.progress_line import ProgressLine
from app.reconstruct import words
from app.reconstruct.session import ReconstructSession
from app.workers import JobState
from ingest.reconstruction.options import STEPS
from ingest.reconstruction.runs import StepLine, StepState, steps_of

#: Glyph and colour by what a row shows.
_GLYPHS: Final = {
    "waiting": ("circle-dashed", "faint"),
    "running": ("spinner", "accent"),
    "stopped": ("pause-circle", "high"),
    "done": ("check-circle", "accent"),
    "kept": ("check-circle", "dim"),
    "failed": ("warning-circle", "critical"),
}
_LAYERS: Final = "layers"
#: Every step that there can be, and the products becoming layers.
_ALL: Final = ("photos", "poses", "georeference", "stereo", "field", "surface", "products",
               "comparison", _LAYERS)  # fmt: skip


class StepList(QWidget):
    """See module; the last row is the products becoming layers.

    The line and the words of progress are placed by who owns the list, where they stay in sight.

    Parameters
    ----------
    reconstruction : ReconstructSession
    icons : IconSet
    parent : QWidget
    """

    def __init__(self, reconstruction: ReconstructSession, icons: IconSet, parent: QWidget) -> None:
        super().__init__(parent)
        self._reconstruction = reconstruction
        self._icons = icons
        self._glyphs: dict[str, QLabel] = {}
        self._names: dict[str, QLabel] = {}
        self.notes: dict[str, QLabel] = {}
        self.states: dict[str, str] = {}
        self.bar = ProgressLine(self)
        self.stage = QLabel(self)
        self.stage.setObjectName("dim")
        self.stage.setWordWrap(True)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        for number, name in enumerate(_ALL):
            self._glyphs[name], self._names[name] = QLabel(self), QLabel(self)
            self.notes[name] = QLabel(self)
            self.notes[name].setObjectName("dim")
            grid.addWidget(self._glyphs[name], number, 0)
            grid.addWidget(self._names[name], number, 1)
            grid.addWidget(self.notes[name], number, 2)
        self.refresh()

    def refresh(self) -> None:
        """Show the steps as they stand."""
        lines = {line.name: line for line in self._reconstruction.steps}
        states = self._states(lines)
        for name in _ALL:
            for part in (self._glyphs[name], self._names[name], self.notes[name]):
                part.setVisible(name in states)
        for name, state in states.items():
            if self.states.get(name) != state:
                glyph, token = _GLYPHS[state]
                self._glyphs[name].setPixmap(self._icons.icon(glyph, token).pixmap(QSize(16, 16)))
            self._names[name].setText(
                self.tr("Layers of the project") if name == _LAYERS else words.step(name)
            )
            self.notes[name].setText(
                self._layers_note(state) if name == _LAYERS
                else self._note(state, lines.get(name))
            )  # fmt: skip
            self._glyphs[name].setAccessibleName(f"{self._names[name].text()}: {state}")
        self.states = states
        record = self._reconstruction.run
        busy = self._reconstruction.busy and record is not None
        self.bar.setVisible(busy)
        self.stage.setVisible(busy)
        if busy and record is not None:
            self.bar.show_share(record.fraction)
            stage = messages.stage(record.progress.stage) if record.progress else ""
            note = progress_text(record)
            self.stage.setText(note if stage in note else f"{stage}  {note}".strip())

    def _states(self, lines: dict[str, StepLine]) -> dict[str, str]:
        """Return what each row shows."""
        record, busy = self._reconstruction.run, self._reconstruction.busy
        began_ns = self._reconstruction.began_ns
        options = self._reconstruction.options
        names = list(lines) or list(STEPS if options is None else steps_of(options))
        newly = [n for n in names if n in lines and lines[n].finished_ns >= began_ns > 0]
        running = [n for n in names if n in lines and lines[n].state is StepState.RUNNING]
        # What lies before the running step, or the last one just done, has been found valid.
        reached = names.index((running or newly)[-1]) if running or newly else -1
        found = {}
        for number, name in enumerate(names):
            line = lines.get(name)
            if line is None or line.state is StepState.WAITING:
                found[name] = "waiting"
            elif line.state is StepState.RUNNING:
                ended = record is not None and record.state is JobState.FAILED
                found[name] = "running" if busy else "failed" if ended else "stopped"
            elif name in newly:
                found[name] = "done"
            else:
                found[name] = "kept" if not busy or number <= reached else "waiting"
        return found | {_LAYERS: self._layers_state(found)}

    def _layers_state(self, steps: dict[str, str]) -> str:
        record = self._reconstruction.run
        busy, added = self._reconstruction.busy, self._reconstruction.layers_added
        if any(state not in {"done", "kept"} for state in steps.values()):
            return "running" if busy and added else "waiting"
        if self._reconstruction.busy:
            return "running"
        if record is None or self._reconstruction.began_ns == 0:
            return "kept"
        return "done" if record.state in {JobState.DONE, JobState.PARTLY} else "stopped"

    def _layers_note(self, state: str) -> str:
        added = self._reconstruction.layers_added
        if added and state in {"running", "done", "stopped"}:
            return self.tr("{0} added").format(added)
        return self._note(state, None)

    def _note(self, state: str, line: StepLine | None) -> str:
        taken = "" if line is None or line.seconds is None else numbers.duration(line.seconds)
        return {
            "waiting": "",
            "running": self.tr("running"),
            "stopped": self.tr("stopped"),
            "failed": self.tr("failed"),
            "done": taken,
            "kept": self.tr("kept ({0})").format(taken) if taken else self.tr("kept"),
        }[state]
