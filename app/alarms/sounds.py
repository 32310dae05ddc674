"""Sounds of alarms: tones that tell the priority, played with what the system has; no Qt."""

from __future__ import annotations

import functools
import importlib
import io
import shutil
import subprocess
import sys
import tempfile
import wave
from pathlib import Path
from typing import Final

import numpy as np

from app.alarms.sending import SendError
from twin_model.schema.types import Severity

_RATE_HZ: Final = 22_050
#: Pitch in hertz, length and pause in seconds, how often: more urgent is higher, shorter and more.
_TONES: Final = {
    Severity.LOW: (440.0, 0.30, 0.0, 1),
    Severity.MEDIUM: (587.0, 0.25, 0.15, 2),
    Severity.HIGH: (784.0, 0.18, 0.12, 3),
    Severity.URGENT: (1047.0, 0.12, 0.08, 5),
}
#: Tones begin and end softly, or they click.
_EDGE_S: Final = 0.012
_LOUD: Final = 0.5
_TIMEOUT_S: Final = 10.0
_PLAYERS: Final = (("pw-play",), ("paplay",), ("aplay", "-q"), ("afplay",))


@functools.cache
def tone(priority: Severity) -> bytes:
    """Return the sound of a priority as a WAV file."""
    hertz, length_s, pause_s, times = _TONES[priority]
    time_s = np.arange(round(length_s * _RATE_HZ)) / _RATE_HZ
    edge = np.minimum(1.0, np.minimum(time_s, length_s - time_s) / _EDGE_S)
    one = np.concatenate([np.sin(2 * np.pi * hertz * time_s) * edge,
                          np.zeros(round(pause_s * _RATE_HZ))])  # fmt: skip
    samples = (np.tile(one, times) * _LOUD * 32_767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(_RATE_HZ)
        writer.writeframes(samples.tobytes())
    return file.getvalue()


def play(priority: Severity) -> None:
    """Play the sound of a priority until its end.

    Raises
    ------
    SendError
        If there is nothing that plays it, or nothing to play it on.
    """
    if sys.platform == "win32":
        winsound = importlib.import_module("winsound")
        try:
            winsound.PlaySound(tone(priority), winsound.SND_MEMORY)
        except RuntimeError as error:
            raise SendError(f"no sound can be played ({error})") from error
        return
    player = next((one for one in _PLAYERS if shutil.which(one[0])), None)
    if player is None:
        raise SendError(
            "no sound can be played: there is no pw-play, paplay or aplay", remedy="install one"
        )
    with tempfile.TemporaryDirectory(prefix="shapan-") as folder:
        file = Path(folder) / "alarm.wav"
        file.write_bytes(tone(priority))
        try:
            done = subprocess.run(
                [*player, str(file)],
                capture_output=True, text=True, timeout=_TIMEOUT_S, check=False,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise SendError(f"no sound can be played ({error})") from error
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise SendError(f"no sound can be played ({player[0]}: {said[-1] if said else 'failed'})")
