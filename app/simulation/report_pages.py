"""Courses of runs drawn over one another, and a report's pages as PDF."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QPointF,
    QRectF,
    QSizeF,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPen,
    QPolygonF,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from app.alarms.pdf import DPI, FOOT_PX, pdf_writer, print_pages
from app.item_models.alarms import value_text
from app.numbers import duration
from app.simulation.line_colours import rounded_up

FloatArray = npt.NDArray[np.float64]
#: Width and height of a chart; pictures are as wide.
CHART: Final = (640, 200)
#: Of a page that is printed: the same whatever the window's theme is.
TEXT, DIM, LINE = "#1f2629", "#5f6b71", "#dcdfe2"
#: Seconds between marks of a time axis, and how many marks there are at most.
_STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200)
_MOST_MARKS: Final = 6
_DAY_S: Final = 86400


def image_html(image: QImage, caption: str = "", width: int = CHART[0]) -> str:
    """Return an image as part of a page, with a line below it that stays with it."""
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    text = base64.b64encode(bytes(data.data())).decode()
    height = round(width * image.height() / max(1, image.width()))
    below = f'<br><span class="dim">{html.escape(caption)}</span>' if caption else ""
    # A line is as high as the picture in it, not half as high again.
    return (
        f'<p style="line-height: 100%"><img width="{width}" height="{height}" '
        f'src="data:image/png;base64,{text}">{below}</p>'
    )


def time_marks(longest_s: float) -> list[float]:
    """Return the seconds that a time axis is marked at, from 0 on."""
    step = next((one for one in _STEPS_S if longest_s / one <= _MOST_MARKS), 0)
    step = step or _DAY_S * math.ceil(longest_s / _DAY_S / _MOST_MARKS)
    return [float(n * step) for n in range(int(longest_s // step) + 1)]


def course_picture(
    title: str, lines: Sequence[tuple[FloatArray, FloatArray]], colours: Sequence[str]
) -> QImage:
    """Draw courses over each other at twice their size, with the time below and values beside."""
    width, height = CHART
    image = QImage(2 * width, 2 * height, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    # With its title in it: a page must not break between them.
    known = [(s[np.isfinite(v)], v[np.isfinite(v)]) for s, v in lines]
    filled = [(s, v) for s, v in known if len(s)]
    if not filled:
        return image
    longest = max(float(s[-1]) for s, _ in filled) or 1.0
    low = -rounded_up(-min(0.0, *(float(v.min()) for _, v in filled)) or 0.0)
    low = low if any(v.min() < 0.0 for _, v in filled) else 0.0
    top_value = max(0.0, *(float(v.max()) for _, v in filled))
    high = rounded_up(top_value) if top_value > 0.0 else 0.0
    high = high if high > low else low + 1.0
    left, right, top, bottom = 60.0, width - 16.0, 22.0, height - 22.0
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(2.0, 2.0)
    font = painter.font()
    font.setPixelSize(10)
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(QColor(TEXT))
    painter.drawText(QPointF(4.0, 11.0), title)
    font.setBold(False)
    painter.setFont(font)
    for part in range(5):
        y = bottom - part / 4 * (bottom - top)
        painter.setPen(QPen(QColor(LINE), 1.0))
        painter.drawLine(QPointF(left, y), QPointF(right, y))
        painter.setPen(QColor(DIM))
        painter.drawText(QPointF(4.0, y + 4.0), value_text(low + part / 4 * (high - low)))
    for seconds in time_marks(longest):
        place = QRectF(left + seconds / longest * (right - left) - 40.0, height - 16.0, 80.0, 14.0)
        place.moveRight(min(place.right(), float(width)))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, duration(seconds))
    for (times, values), colour in zip(known, colours):
        painter.setPen(QPen(QColor(colour), 1.6))
        x = left + times / longest * (right - left)
        y_of = bottom - (values - low) / (high - low) * (bottom - top)
        points = [QPointF(a, b) for a, b in zip(x.tolist(), y_of.tolist())]
        painter.drawPolyline(QPolygonF(points))
    painter.end()
    return image


def write_pdf(page: str, place: Path, title: str, *, wide: bool) -> None:
    """Write a page of HTML as PDF, with the title and the number on each page.

    Parameters
    ----------
    wide : bool
        Whether pages lie on their side.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    place.touch()  # says what is wrong, which the writer does not
    writer = pdf_writer(place, title, wide=wide)
    size = writer.pageLayout().paintRectPixels(DPI).size().toSizeF()
    size.setHeight(size.height() - FOOT_PX)
    print_pages(laid_out(page, size), writer, title)


def laid_out(page: str, size: QSizeF) -> QTextDocument:
    """Return a page of HTML on pages of a size, headings and pictures where they belong."""
    document = QTextDocument()
    document.setDocumentMargin(0.0)
    document.setHtml(page)
    document.setPageSize(size)
    _keep_together(document, size.height())
    return document


def _keep_together(document: QTextDocument, height: float) -> None:
    """Have headings begin the page that what follows them is on, and the rest lie on one page.

    A paragraph on two pages would be drawn on both, and cut: once more for whoever searches,
    copies or listens to the text.
    """
    layout = document.documentLayout()
    block = document.begin()
    while block.isValid():
        is_heading = block.blockFormat().headingLevel() == 2
        until = block.next() if is_heading and block.next().isValid() else block
        box = layout.blockBoundingRect(block)
        bottom = layout.blockBoundingRect(until).bottom() - 1.0
        cursor = QTextCursor(block)
        # Rows of tables keep together by themselves.
        free = is_heading or cursor.currentTable() is None
        if free and int(box.top() // height) != int(bottom // height):
            shape = block.blockFormat()
            shape.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
            cursor.setBlockFormat(shape)
            # All anew: what lies behind would keep places that it has no more.
            document.markContentsDirty(0, document.characterCount())
        block = block.next()
