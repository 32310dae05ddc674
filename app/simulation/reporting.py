"""Gathers what a report of a comparison needs, and writes it in a thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app import plots
from app.simulation.compared import ComparedRuns
from app.simulation.differences import LETTERS
from app.simulation.report import ReportInput, charted, write_report
from app.simulation.words import map_title
from twin_model.errors import ShapanError
from twin_model.simulation import comparison
from twin_model.store.run_log import RUNS, Run

if TYPE_CHECKING:
    from app.window import MainWindow


def save_report(window: MainWindow, compared: ComparedRuns, place: Path) -> None:
    """Write what is compared as HTML or PDF, with the scene as it is shown now."""
    data, twin = compared.data, window.session.twin
    if data is None or twin is None:
        return
    picture = window.scene_place.grab().toImage()
    shown = compared.map
    caption = QCoreApplication.translate("Report", "The scene when the report was made.")
    if shown is not None:
        what = QCoreApplication.translate("Report", "Difference map: {0}, {1} − {2}.")
        name = map_title(shown.indicator)
        after, before = (f"{LETTERS[n]} {data.titles[n]}" for n in (shown.number, 0))
        caption = what.format(name, after, before)
    colours = [window.theme.text(token)[:7] for token in plots.LINE_TOKENS[: len(data.ids)]]
    project, title = twin.path, twin.title

    def work() -> str:
        runs = [Run(project / RUNS / one) for one in data.ids]
        try:
            courses = [
                (figure, comparison.courses(runs, figure.engine, figure.indicator))
                for figure in charted(data.figures)
            ]
            write_report(ReportInput(title, data, courses, picture, caption, colours), place)
        except ShapanError as error:
            return str(error)
        finally:
            for run in runs:
                run.close()
        return ""

    def answer(problem: str) -> None:
        if problem:
            window.overlays.notice.show_error(problem, details=False)
        else:
            text = QCoreApplication.translate("Report", "Report saved: {0}")
            panel = window.simulation.comparison
            if panel is not None:
                panel.note.setText(text.format(place.name))

    window.services.background.ask("runs-report", work, answer)
