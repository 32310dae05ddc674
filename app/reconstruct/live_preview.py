"""What a run has found so far: a photograph beside the field's view of it, and figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from app import numbers
from app.reconstruct.session import ReconstructSession
from app.theme import Theme

_CURVE_PX: Final = 44
_LEAST_DB: Final = 2.0


class LivePreview(QWidget):
    """See module; hidden while there is nothing to show.

    Parameters
    ----------
    reconstruction : ReconstructSession
    theme : Theme
    parent : QWidget
    """

    def __init__(self, reconstruction: ReconstructSession, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._reconstruction = reconstruction
        self._news: dict[str, Any] = {}
        self.picture = _Picture(self)
        self.curve = _Curve(theme, self)
        self.caption = QLabel(self)
        self.caption.setObjectName("dim")
        self.caption.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in (self.picture, self.curve, self.caption):
            column.addWidget(part)
        reconstruction.previewed.connect(self._take)
        reconstruction.progressed.connect(self._follow)
        self.hide()

    def retranslate(self) -> None:
        """Take the texts of the language in use."""
        self.picture.setAccessibleName(self.tr("A photograph, and what the field makes of it"))
        self.curve.setAccessibleName(self.tr("PSNR over the training"))
        self.curve.setToolTip(self.tr("PSNR over the training"))
        if self._news:
            self.caption.setText(self._text())

    def _follow(self) -> None:
        if not self._reconstruction.busy and not self.isHidden():
            self._news = {}
            self.curve.clear()
            self.picture.show_image(QImage())
            self.hide()

    def _take(self, news: dict[str, Any]) -> None:
        if not self._reconstruction.busy:
            return
        self._news = news
        is_field = news["kind"] == "field"
        for part in (self.picture, self.curve):
            part.setVisible(is_field)
        self.caption.setText(self._text())
        if is_field:
            if news["psnr_db"] is not None:
                self.curve.add(int(news["step"]), int(news["steps"]), float(news["psnr_db"]))
            path = Path(news["path"])
            self._reconstruction.ask(
                "field-preview", lambda: QImage(str(path)), self.picture.show_image
            )
        self.show()

    def _text(self) -> str:
        news = self._news
        if news["kind"] != "field":
            return self.tr("The surface so far, in the scene: {0} points").format(
                numbers.integer(int(news["points"]))
            )
        parts = []
        if news["psnr_db"] is not None:
            which = (
                self.tr("PSNR {0} dB on a held-out photograph") if news["is_held_out"]
                else self.tr("PSNR {0} dB on a photograph")
            )  # fmt: skip
            parts.append(which.format(numbers.fixed(news["psnr_db"], 1)))
        if news["loss"] is not None:
            parts.append(self.tr("loss {0}").format(numbers.fixed(news["loss"], 4)))
        parts.append(self.tr("step {0} of {1}").format(
            numbers.integer(news["step"]), numbers.integer(news["steps"])))  # fmt: skip
        if news["step"] < news["steps"]:
            parts.append(self.tr("{0} left").format(numbers.duration(news["left_s"])))
        return "  ·  ".join(parts)


class _Picture(QWidget):
    """A picture as wide as there is room."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.image = QImage()
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_image(self, image: QImage) -> None:
        """Show a picture; one that could not be read leaves the last."""
        if image.isNull() and self.isVisible():
            return
        self.image = image
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if self.image.isNull():
            return 0
        return round(width * self.image.height() / self.image.width())

    def sizeHint(self) -> QSize:
        return QSize(280, self.heightForWidth(280))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.image.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self.image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        painter.drawImage(QRectF(0, 0, size.width(), size.height()), self.image)


class _Curve(QWidget):
    """PSNR over the steps of a training."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._steps = 1
        self.values: list[tuple[int, float]] = []
        self.setFixedHeight(_CURVE_PX)
        theme.changed.connect(self.update)

    def clear(self) -> None:
        """Forget what there was."""
        self.values = []

    def add(self, step: int, steps: int, psnr_db: float) -> None:
        """Add the latest value; a training that begins anew draws a new curve."""
        if self.values and step < self.values[-1][0]:
            self.clear()
        if not self.values or psnr_db != self.values[-1][1]:
            self.values.append((step, psnr_db))
        self._steps = max(steps, 1)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        base = self.height() - 2.0
        painter.setPen(QPen(self._theme.colour("line"), 1.0))
        painter.drawLine(QPointF(0, base), QPointF(self.width(), base))
        if not self.values:
            return
        low = min(value for _, value in self.values)
        reach = max(max(value for _, value in self.values) - low, _LEAST_DB)
        places = [
            QPointF(self.width() * step / self._steps, base - 4 - (base - 10) * (v - low) / reach)
            for step, v in self.values
        ]
        painter.setPen(QPen(self._theme.colour("accent"), 1.6))
        painter.drawPolyline(QPolygonF(places))
        painter.setBrush(self._theme.colour("accent"))
        painter.drawEllipse(places[-1], 2.2, 2.2)
