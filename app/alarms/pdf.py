"""The alarm report as PDF, from the same page as the HTML one."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSizeF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QFont,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QTextDocument,
)

from twin_model.alarms.kpi import AlarmFigures
from twin_model.alarms.report import report_html
from twin_model.errors import StoreError

DPI: Final = 96
_MARGIN_MM: Final = 16.0
#: Below the text, for the project and the number of the page.
FOOT_PX: Final = 24
_CHART: Final = QUrl("shapan:chart")
#: Paper is white whatever the theme.
_BAR: Final = "#3d6f9e"
_OVER: Final = "#b3261e"
_LINE: Final = "#66707a"
_STYLE: Final = """
body{color:#1d2329}h1{font-size:17pt}h2{font-size:12pt;margin-top:16px;margin-bottom:6px}
table{border-collapse:collapse;border-style:none}
td,th{padding:3px 8px 3px 0;border-bottom:1px solid #dfe3e6}
th{color:#66707a;font-weight:normal}.foot td{border-style:none}
.off{color:#b3261e;font-weight:600}.quiet{color:#66707a}.foot td{color:#66707a;font-size:8pt}
"""


def write_pdf(
    found: AlarmFigures,
    path: Path,
    title: str = "",
    names: Mapping[str, str] | None = None,
    language: str = "en",
) -> None:
    """Write the report.

    Parameters
    ----------
    found : AlarmFigures
    path : Path
    title : str
        Of the project.
    names : mapping
        What alarm points are called, by id.
    language : str

    Raises
    ------
    StoreError
        If the file cannot be written.
    """
    application = _application()
    staging = path.with_name(f".{path.name}.part")
    writer = pdf_writer(staging, title)
    area = writer.pageLayout().paintRectPixels(DPI)
    document = _document(found, area.width())
    width = area.width()
    page = report_html(
        found,
        title,
        names,
        language,
        chart=f'<p><img src="{_CHART.toString()}" width="{width}"></p>',
    )
    # The page's own sheet is for browsers; documents know a few properties only.
    start, end = page.index("<style>"), page.index("</style>")
    body = page[:start] + page[end + len("</style>") :]
    body = body.replace("<table", '<table width="100%" cellspacing="0"')
    # Documents centre headings of columns, leave no room above the first heading, and draw no
    # line below what has a style of its own.
    body = body.replace("<th>", '<th align="left">').replace("<h2>", "<br><h2>", 1)
    document.setHtml(re.sub(r' style="text-align:\w+"', "", body))
    document.setPageSize(QSizeF(width, area.height() - FOOT_PX))
    print_pages(document, writer, title)
    del writer  # the file is complete only then
    del application  # kept alive until here
    try:
        staging.replace(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written ({error.strerror})") from error
    finally:
        staging.unlink(missing_ok=True)


def print_pages(document: QTextDocument, writer: QPdfWriter, title: str) -> None:
    """Print page by page, each with the project and its number at the foot."""
    size, pages = document.pageSize(), document.pageCount()
    foot = QRectF(0, size.height(), size.width(), FOOT_PX)
    font = QFont(document.defaultFont())
    font.setPointSizeF(7.5)
    painter = QPainter(writer)
    for page in range(pages):
        if page:
            writer.newPage()
        painter.save()
        painter.translate(0, -page * size.height())
        # A line that begins where the page ends would be drawn, unseen, on this one too.
        part = QRectF(QPointF(0, page * size.height()), size).adjusted(0, 0.5, 0, -0.5)
        document.drawContents(painter, part)
        painter.restore()
        painter.setFont(font)
        painter.setPen(QColor(_LINE))
        low = Qt.AlignmentFlag.AlignBottom
        painter.drawText(foot, low | Qt.AlignmentFlag.AlignLeft, title)
        painter.drawText(foot, low | Qt.AlignmentFlag.AlignRight, f"{page + 1} / {pages}")
    painter.end()


def pdf_writer(staging: Path, title: str, *, wide: bool = False) -> QPdfWriter:
    """Return what writes A4 pages to a file; *wide* ones lie on their side."""
    writer = QPdfWriter(str(staging))
    writer.setResolution(DPI)
    writer.setTitle(title)
    writer.setCreator("Shapan")
    margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
    side = QPageLayout.Orientation.Landscape if wide else QPageLayout.Orientation.Portrait
    size = QPageSize(QPageSize.PageSizeId.A4)
    writer.setPageLayout(QPageLayout(size, side, margins, QPageLayout.Unit.Millimeter))
    return writer


def _document(found: AlarmFigures, width: int) -> QTextDocument:
    """Return an empty document with our fonts and the chart."""
    document = QTextDocument()
    document.setDocumentMargin(0)
    font = QFont()
    font.setFamilies(["Noto Sans", "Noto Sans CJK SC", "DejaVu Sans"])
    font.setPointSizeF(9)
    document.setDefaultFont(font)
    document.setDefaultStyleSheet(_STYLE)
    image = QTextDocument.ResourceType.ImageResource
    document.addResource(image, _CHART, _chart(found, width))
    return document


def _application() -> QGuiApplication:
    """Return the application; on the command line one that needs no screen, for its fonts."""
    existing = QGuiApplication.instance()
    if isinstance(existing, QGuiApplication):
        return existing
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return QGuiApplication(["shapan"])


def _chart(found: AlarmFigures, width: int) -> QImage:
    """Return bars of ten minutes, at three times the size for print."""
    scale, height = 3, 110
    image = QImage(width * scale, height * scale, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    painter.scale(scale, scale)
    counts = found.by_interval
    each = max(1, -(-len(counts) // 300))
    bars = [int(counts[n : n + each].max()) for n in range(0, len(counts), each)]
    most = max(12, *bars) if bars else 12
    step = width / max(1, len(bars))
    for number, count in enumerate(bars):
        tall = height * count / most
        area = QRectF(number * step, height - tall, max(0.4, step * 0.9), tall)
        painter.fillRect(area, QColor(_OVER if count > 10 else _BAR))
    painter.setPen(QColor(_LINE))
    limit = round(height - height * 10 / most)
    painter.drawLine(0, limit, width, limit)
    painter.end()
    return image
