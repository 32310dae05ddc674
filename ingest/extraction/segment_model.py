"""A model that the user supplies: an ONNX file, and a small JSON that says what goes in and out.

docs/reconstruction.md describes the JSON.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from twin_model.errors import SourceError

FloatArray = npt.NDArray[np.float32]

_MOST_MODEL_BYTES: Final = 2 << 30
_MOST_DESCRIPTION_BYTES: Final = 1 << 20
_CHANNELS: Final = ("red", "green", "blue")
_LAYOUTS: Final = ("NCHW", "NHWC")
_ACTIVATIONS: Final = ("softmax", "sigmoid", "none")
_REMEDY: Final = "docs/reconstruction.md describes what the JSON beside a model says"


@dataclass(frozen=True)
class SegmentClass:
    """One class of a model.

    Parameters
    ----------
    value : int
        Its channel in the output.
    type : str
        Entity type of what is found; empty for what is left out, such as the background.
    name : str
    least_area_m2 : float
        Smaller places are left out.
    """

    value: int
    type: str
    name: str
    least_area_m2: float = 4.0


@dataclass(frozen=True)
class ModelDescription:
    """What the JSON beside a model says.

    Parameters
    ----------
    classes : tuple of SegmentClass
    channels : tuple of str
        Order of ``red``, ``green``, ``blue`` in the input.
    layout : str
        ``NCHW`` or ``NHWC``, of input and output.
    size_px : int
        Side of the square tiles that go in.
    overlap_px : int
        That neighbouring tiles share at each side; results there are left out.
    scale : float
        Values 0 to 255 are multiplied by it first.
    mean, std : tuple of three floats
        Subtracted, then divided by, a channel.
    gsd_m : float or None
        Metres a pixel that the model was trained with; the orthophoto is brought to it.
    activation : str
        What makes confidences of the output: ``softmax``, ``sigmoid`` or ``none``.
    least_confidence : float
        Pixels of less are left out.
    """

    classes: tuple[SegmentClass, ...]
    channels: tuple[str, ...] = _CHANNELS
    layout: str = "NCHW"
    size_px: int = 512
    overlap_px: int = 32
    scale: float = 1.0 / 255.0
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    std: tuple[float, ...] = (1.0, 1.0, 1.0)
    gsd_m: float | None = None
    activation: str = "softmax"
    least_confidence: float = 0.5


def read_description(model: Path) -> ModelDescription:
    """Return what the JSON beside a model says.

    Parameters
    ----------
    model : Path
        The ``.onnx`` file; the JSON has its name with ``.json``.

    Raises
    ------
    SourceError
        If there is none, or it does not say what is needed.
    """
    path = model.with_suffix(".json")
    try:
        if path.stat().st_size > _MOST_DESCRIPTION_BYTES:
            raise SourceError(path, "is too large to describe a model", remedy=_REMEDY)
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SourceError(
            path, f"is missing: nothing says what the classes of {model.name} are", remedy=_REMEDY
        ) from None
    except (OSError, ValueError) as error:
        raise SourceError(path, f"cannot be read as JSON ({error})", remedy=_REMEDY) from error
    try:
        return _checked(document)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourceError(path, f"does not describe a model ({error})", remedy=_REMEDY) from error


def _checked(document: dict[str, Any]) -> ModelDescription:
    """Return the description; what is wrong is raised as ValueError with the field's name."""
    into, out = document.get("input", {}), document.get("output", {})
    found = ModelDescription(
        classes=tuple(_class(one) for one in document["classes"]),
        channels=tuple(into.get("channels", _CHANNELS)),
        layout=str(into.get("layout", "NCHW")).upper(),
        size_px=int(into.get("size_px", 512)),
        overlap_px=int(into.get("overlap_px", 32)),
        scale=float(into.get("scale", 1.0 / 255.0)),
        mean=tuple(float(v) for v in into.get("mean", (0.0, 0.0, 0.0))),
        std=tuple(float(v) for v in into.get("std", (1.0, 1.0, 1.0))),
        gsd_m=None if into.get("gsd_m") is None else float(into["gsd_m"]),
        activation=str(out.get("activation", "softmax")),
        least_confidence=float(out.get("least_confidence", 0.5)),
    )
    rules = (
        (bool(found.classes) and any(c.type for c in found.classes), "classes"),
        (len({c.value for c in found.classes}) == len(found.classes), "classes.value"),
        (sorted(found.channels) == sorted(_CHANNELS), "input.channels"),
        (found.layout in _LAYOUTS, "input.layout"),
        (16 <= found.size_px <= 4096, "input.size_px"),
        (0 <= found.overlap_px < found.size_px // 2, "input.overlap_px"),
        (len(found.mean) == 3, "input.mean"),
        (len(found.std) == 3 and all(v > 0 for v in found.std), "input.std"),
        (found.gsd_m is None or 0.005 <= found.gsd_m <= 100.0, "input.gsd_m"),
        (found.activation in _ACTIVATIONS, "output.activation"),
        (0.0 <= found.least_confidence <= 1.0, "output.least_confidence"),
    )
    for holds, name in rules:
        if not holds:
            raise ValueError(name)
    return found


def _class(one: dict[str, Any]) -> SegmentClass:
    type_id = one.get("type") or ""
    return SegmentClass(
        int(one["value"]), str(type_id), str(one.get("name") or type_id),
        float(one.get("least_area_m2", 4.0)),
    )  # fmt: skip


@dataclass
class SegmentModel:
    """A model that is loaded.

    Only operators of ONNX itself are run: no libraries of custom operators are loaded, no
    pickles are read, and weights in other files are refused.

    Parameters
    ----------
    path : Path
    description : ModelDescription
    """

    path: Path
    description: ModelDescription
    _session: Any = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._session = _session_of(self.path)
        self._check_input()

    def _check_input(self) -> None:
        inputs = self._session.get_inputs()
        if len(inputs) != 1:
            raise SourceError(self.path, f"has {len(inputs)} inputs; one picture is what it gets")
        shape, size = inputs[0].shape, self.description.size_px
        if inputs[0].type != "tensor(float)":
            raise SourceError(self.path, f"takes {inputs[0].type}, not 32-bit floats")
        wanted = [1, 3, size, size] if self.description.layout == "NCHW" else [1, size, size, 3]
        fits = len(shape) == 4 and all(
            not isinstance(own, int) or own < 0 or own == need
            for own, need in zip(shape, wanted, strict=False)
        )
        if not fits:
            raise SourceError(
                self.path,
                f"takes an input of shape {_shape(shape)}, its JSON gives {_shape(wanted)}",
                remedy="set input.layout and input.size_px in the JSON to what the model takes",
            )

    def confidences(self, pixels: npt.NDArray[np.uint8]) -> FloatArray:
        """Return the confidence of each class for each pixel of a tile.

        Parameters
        ----------
        pixels : (size, size, 3) uint8 array
            Red, green, blue.

        Returns
        -------
        (classes, size, size) float32 array
            In the order of the output's channels.

        Raises
        ------
        SourceError
            If the model fails, or gives something else than a map of its classes.
        """
        told = self.description
        order = [_CHANNELS.index(name) for name in told.channels]
        values = pixels[:, :, order].astype(np.float32) * np.float32(told.scale)
        centred = values - np.asarray(told.mean, np.float32)
        values = (centred / np.asarray(told.std, np.float32)).astype(np.float32)
        into = values.transpose(2, 0, 1) if told.layout == "NCHW" else values
        try:
            first = self._session.get_inputs()[0].name
            made = self._session.run(None, {first: np.ascontiguousarray(into[None])})
        except Exception as error:
            raise SourceError(self.path, f"failed on a tile ({_first_line(error)})") from error
        return self._normalised(np.asarray(made[0], np.float32))

    def _normalised(self, out: FloatArray) -> FloatArray:
        told = self.description
        if out.ndim == 4 and told.layout == "NHWC":
            out = out.transpose(0, 3, 1, 2)
        most = max(one.value for one in told.classes)
        size = told.size_px
        if out.ndim != 4 or out.shape[2:] != (size, size) or out.shape[1] <= most:
            raise SourceError(
                self.path,
                f"gives an output of shape {_shape(out.shape)}; its JSON needs a map of "
                f"{size} x {size} pixels with a channel for each of its classes, 0 to {most}",
            )
        values = out[0]
        if told.activation == "softmax":
            values = np.exp(values - values.max(axis=0))
            values = values / values.sum(axis=0)
        elif told.activation == "sigmoid":
            values = 1.0 / (1.0 + np.exp(-np.clip(values, -60.0, 60.0)))
        return np.asarray(np.nan_to_num(values), np.float32)


def _session_of(path: Path) -> Any:
    import onnxruntime  # optional, slow to import

    try:
        size = path.stat().st_size
    except OSError as error:
        raise SourceError(path, f"cannot be read ({error.strerror})") from error
    free = _free_bytes()
    # Weights are read, then laid out anew, then there is what the layers give.
    if size > _MOST_MODEL_BYTES or 3 * size > free:
        raise SourceError(
            path,
            f"has {size / 2**20:.0f} MiB, of which at most {_MOST_MODEL_BYTES / 2**20:.0f} can be "
            f"used here, and three times as much must be free ({free / 2**20:.0f} MiB are)",
            remedy="use a smaller or quantised model",
        )
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        # From bytes: a model cannot name other files to be read.
        return onnxruntime.InferenceSession(
            path.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        raise SourceError(
            path,
            f"is no ONNX model that can be run here ({_first_line(error)})",
            remedy="export it as one .onnx file with standard operators only",
        ) from error


def _free_bytes() -> int:
    import psutil

    return int(psutil.virtual_memory().available)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def _shape(shape: Any) -> str:
    return " x ".join(str(value) for value in shape)
