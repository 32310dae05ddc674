"""Prints the report of a run as PDF, in a process of its own: the command line has no Qt."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

from ingest.pipeline.job import Job
from ingest.pipeline.process import run_worker, serve
from twin_model.errors import ShapanError

PDF_FILE: Final = "report.pdf"
_MODULE: Final = "app.reconstruct.report_pdf"
_DPI: Final = 300


def write_pdf(
    run: Path, path: Path, job: Job, locale: str = "en_GB", *, page: bool = False
) -> None:
    """Write the report of a finished run as PDF.

    Parameters
    ----------
    run : Path
        Folder of the run.
    path : Path
    job : Job
    locale : str
        Whose language the report is in, ``zh_CN`` for instance.
    page : bool
        Write its ``report.html`` in that language too.

    Raises
    ------
    ShapanError
    Cancelled
    """
    job.report("Printing the report", 0, 1, "")
    request = {"run": str(run), "path": str(path), "locale": locale, "page": page}
    run_worker(_MODULE, request, job, log=run / "report.log")


def _print(request: dict[str, Any], job: Job) -> dict[str, Any]:
    from PySide6.QtCore import QLocale, QMarginsF
    from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPdfWriter, QTextDocument

    from app import messages
    from app.reconstruct.report_document import read_report
    from app.theme import font_families
    from ingest.reconstruction.report import write_page

    QLocale.setDefault(QLocale(str(request["locale"])))
    application = QGuiApplication(["shapan", "-platform", "offscreen"])
    run, path = Path(request["run"]), Path(request["path"])
    document = QTextDocument()
    font = document.defaultFont()
    font.setFamilies(font_families())
    font.setPointSizeF(9.0)
    document.setDefaultFont(font)
    try:
        read_report(run).fill(document)
        if request["page"]:
            write_page(run, messages.report, str(request["locale"]).split("_")[0])
    except (OSError, ValueError, KeyError) as error:
        raise ShapanError(f"the run in {run.name} has no report that can be read") from error
    writer = QPdfWriter(str(path))
    writer.setTitle(document.metaInformation(QTextDocument.MetaInformation.DocumentTitle))
    writer.setResolution(_DPI)
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    # The document leaves a margin of its own.
    writer.setPageMargins(QMarginsF(0.0, 0.0, 0.0, 0.0), QPageLayout.Unit.Millimeter)
    document.print_(writer)
    application.quit()
    if not path.is_file() or path.stat().st_size == 0:
        raise ShapanError(f"{path} could not be written", remedy="is its folder writable?")
    return {"path": str(path)}


if __name__ == "__main__":
    sys.exit(serve(_print))
