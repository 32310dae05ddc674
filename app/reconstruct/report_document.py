"""The accuracy report as a document of Qt's: shown in the window, printed as PDF."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QByteArray, QRectF, QUrl
from PySide6.QtGui import QColor, QImage, QPainter, QTextDocument
from PySide6.QtSvg import QSvgRenderer

from app import messages
from app.theme import THEMES

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_SVG_SIDE: Final = 1400
#: How wide pictures are on a page of A4 with its margins, in the document's pixels.
_PICTURE_PX: Final = 560
_HIGHEST_PX: Final = 375


@dataclass(frozen=True)
class ReportContent:
    """What a document is made of; it can be read in any thread.

    Parameters
    ----------
    html : str
    pictures : dict of str to QImage
        By the names that the HTML refers to.
    """

    html: str
    pictures: dict[str, QImage]

    def fill(self, document: QTextDocument) -> None:
        """Put it into a document."""
        for name, image in self.pictures.items():
            document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), image)
        document.setHtml(self.html)


def read_report(run: Path, theme: str = "light", width_px: int = _PICTURE_PX) -> ReportContent:
    """Return the report of a finished run.

    Parameters
    ----------
    run : Path
        Folder of the run.
    theme : str
        Whose colours it has; paper is light.
    width_px : int
        Of pictures.

    Raises
    ------
    OSError, ValueError, KeyError
        If the run is not finished, or its files are damaged.
    """
    from ingest.reconstruction.report import page_parts, report_pictures

    figures: dict[str, Any] = json.loads((run / "report.json").read_text(encoding="utf-8"))
    tokens = json.loads((THEMES / f"{theme}.json").read_text(encoding="utf-8"))
    before, after = page_parts(figures, messages.report)
    shown, pictures = "", {}
    for number, picture in enumerate(report_pictures(run)):
        name = f"picture-{number}"
        if picture.pixels is not None:
            pictures[name] = _image(picture.pixels)
        else:
            pictures[name] = _drawn(picture.svg, tokens)
        size = pictures[name].size()
        share = min(width_px / max(size.width(), 1), _HIGHEST_PX / max(size.height(), 1))
        wide = round(size.width() * share)
        # Two on a page, each under its caption.
        apart = ' style="page-break-before: always"' if number and number % 2 == 0 else ""
        caption = messages.report(picture.caption)
        shown += f'<p class=dim{apart}>{caption}</p><p><img src="{name}" width="{wide}"></p>'
    title = messages.report("Pictures")
    heading = f'<h2 style="page-break-before: always">{title}</h2>'
    html = f"<style>{_style(tokens)}</style>{before}{heading}{shown}{after}"
    return ReportContent(_for_qt(html, tokens), pictures)


def _style(tokens: dict[str, str]) -> str:
    return (
        f"body, td, th, p, li {{ color: {tokens['text']}; }}"
        "h1 { font-size: 17pt; } h2 { font-size: 12pt; margin-top: 14px; }"
        f"p.dim, td.dim, .dim {{ color: {tokens['dim']}; }}"
        "th { text-align: left; } .n { text-align: right; }"
    )


def _for_qt(html: str, tokens: dict[str, str]) -> str:
    """Say what Qt's documents do not know of CSS in older words."""
    html = html.replace("<table>", '<table width="100%" cellpadding="3" cellspacing="0">')
    html = re.sub(r"<(td|th) class=n>", r"<\1 class=n align=right>", html)
    return re.sub(
        r"<p class=notice>(.*?)</p>",
        f'<table width="100%" cellpadding="8"><tr><td bgcolor="{tokens["critical"]}" width="4">'
        f"</td><td><b>\\1</b></td></tr></table>",
        html, flags=re.DOTALL,
    )  # fmt: skip


def _image(pixels: npt.NDArray[np.uint8]) -> QImage:
    high, wide, bands = pixels.shape
    kind = QImage.Format.Format_RGBA8888 if bands == 4 else QImage.Format.Format_RGB888
    return QImage(pixels.tobytes(), wide, high, bands * wide, kind).copy()


def _drawn(svg: str, tokens: dict[str, str]) -> QImage:
    """Return a drawing as pixels, its classes in the theme's colours."""
    style = (
        f".footprint {{ fill: {tokens['accent']}; fill-opacity: 0.05; stroke: {tokens['accent']}; "
        f"stroke-opacity: 0.4 }} .photo {{ fill: {tokens['accent']} }} "
        f".control {{ fill: {tokens['text']} }} .check {{ fill: {tokens['high']} }} "
        f".scale {{ stroke: {tokens['dim']}; stroke-width: 2 }} "
        f"text {{ font-size: 12px; fill: {tokens['dim']} }}"
    )
    head, _, rest = svg.partition(">")
    source = f'{head} xmlns="http://www.w3.org/2000/svg"><style>{style}</style>{rest}'
    renderer = QSvgRenderer(QByteArray(source.encode()))
    size = renderer.viewBoxF().size()
    share = _SVG_SIDE / max(size.width(), size.height(), 1.0)
    image = QImage(round(size.width() * share), round(size.height() * share),
                   QImage.Format.Format_ARGB32_Premultiplied)  # fmt: skip
    image.fill(QColor(0, 0, 0, 0))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(image.rect()))
    painter.end()
    return image
