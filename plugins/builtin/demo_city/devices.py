"""What the devices measure: smooth, with a day's rhythm, and faults when their phase comes."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Final

_TAU: Final = 2 * math.pi
_DAY_S: Final = 86_400.0


class Phase(StrEnum):
    """How the city fares."""

    CALM = "calm"
    UPSET = "upset"
    FLOOD = "flood"


PHASES: Final = {str(one): one for one in Phase}
#: Phases in turn, each with its length.
_TURN: Final = (
    (Phase.CALM, 120.0), (Phase.UPSET, 240.0), (Phase.CALM, 120.0), (Phase.FLOOD, 240.0),
    (Phase.CALM, 600.0),
)  # fmt: skip


def phase_at(since_s: float) -> tuple[Phase, float]:
    """Return the phase and for how long it has lasted."""
    at = since_s % sum(length for _, length in _TURN)
    for phase, length in _TURN:
        if at < length:
            return phase, at
        at -= length
    return Phase.CALM, at


def _wave(number: int, now_s: float, period_s: float, salt: float = 0.0) -> float:
    """Return -1 to 1, smooth, another for each number."""
    shift = (number * 0.618 + salt) % 1.0 * _TAU
    slow = math.sin(_TAU * now_s / period_s + shift)
    quick = math.sin(_TAU * now_s / (period_s / 4.7) + 2.1 * shift)
    return 0.75 * slow + 0.25 * quick


def _by_day(now_s: float) -> float:
    """Return how busy the hour is, 0 at night to 1, in the city's zone."""
    hour = (now_s + 8 * 3600) % _DAY_S / 3600
    return 0.5 - 0.5 * math.cos(_TAU * (hour - 4) / 24)


def _ramp(age_s: float, from_s: float, over_s: float) -> float:
    return min(1.0, max(0.0, (age_s - from_s) / over_s))


def _pump(n: int, now_s: float, phase: Phase, age_s: float) -> dict[str, float]:
    hot = _ramp(age_s, 5, 40) if phase == Phase.UPSET and n == 1 else 0.0
    if phase == Phase.FLOOD:
        hot = _ramp(age_s, 12 + 1.5 * n, 15)
    shaking = 6.5 * hot if phase == Phase.FLOOD else 0.0
    flow = 180 + 22 * _wave(n, now_s, 70) - 120 * hot
    return {
        "flow_now_m3_h": max(0.0, flow),
        "inlet_pressure_kpa": 42 + 4 * _wave(n, now_s, 90, 0.2),
        "outlet_pressure_kpa": 310 + 12 * _wave(n, now_s, 60, 0.4) - 150 * hot,
        "vibration_mm_s": 2.1 + 0.5 * _wave(n, now_s, 25) + shaking,
        "bearing_temperature_degc": 56 + 4 * _wave(n, now_s, 200) + 33 * hot,
    }


def _crane(n: int, now_s: float, phase: Phase, age_s: float) -> dict[str, float]:
    over = _ramp(age_s, 20 + n, 12) if phase == Phase.FLOOD and n < 4 else 0.0
    moving = max(0.0, _wave(n, now_s, 55))
    return {
        "load_t": 32 * moving,
        "wind_m_s": 6.5 + 2.2 * _wave(0, now_s, 180),
        "moment_percent": 40 + 45 * moving * (1 - over) + 68 * over,
    }


def _road(n: int, now_s: float, phase: Phase, age_s: float) -> dict[str, float]:
    busy = 0.25 + 0.6 * _by_day(now_s) + 0.12 * _wave(n, now_s, 120)
    jam = _ramp(age_s, 15, 30) if phase == Phase.UPSET and n == 3 else 0.0
    if phase == Phase.FLOOD and n in {2, 5, 8, 11}:
        jam = _ramp(age_s, 25, 20)
    return {
        "flow_vehicle_h": max(0.0, 1400 * busy * (1 - 0.7 * jam)),
        "speed_km_h": 52 - 18 * busy - 24 * jam,
        "congestion_index": 1.2 + 2.4 * busy + 4.6 * jam,
    }


def _water(n: int, now_s: float, phase: Phase, age_s: float) -> dict[str, float]:
    tide = math.sin(_TAU * now_s / 44_700)
    rise = 0.9 * _ramp(age_s, 10, 60) if phase == Phase.FLOOD else 0.0
    return {
        "level_m": 0.9 + 0.35 * tide + 0.04 * _wave(n, now_s, 40) + rise,
        "temperature_degc": 14.5 + 0.6 * _wave(n, now_s, 900),
        "dissolved_oxygen_mg_l": 6.8 + 0.4 * _wave(n, now_s, 600),
    }


def _transformer(n: int, now_s: float, phase: Phase, age_s: float) -> dict[str, float]:
    fault = _ramp(age_s, 2, 8) if phase == Phase.FLOOD and n == 0 else 0.0
    load = 58 + 14 * _by_day(now_s) + 5 * _wave(n, now_s, 80)
    return {
        "load_percent": load + 52 * fault,
        "oil_temperature_degc": 62 + 3 * _wave(n, now_s, 300) + 40 * fault,
        "winding_temperature_degc": 70 + 4 * _wave(n, now_s, 300, 0.1) + 45 * fault,
    }


def _substation(n: int, now_s: float, phase: Phase, age_s: float) -> dict[str, float]:
    load = 55 + 15 * _by_day(now_s) + 4 * _wave(n, now_s, 90)
    if phase == Phase.FLOOD:
        load += 32 * _ramp(age_s, 4, 10)
    return {"load_mw": 0.42 * load, "load_percent": load}


def _building(n: int, now_s: float, phase: Phase, age_s: float) -> dict[str, float]:
    busy = 0.2 + 0.8 * _by_day(now_s)
    size = 40 + 37 * (n * 7 % 11)
    return {
        "power_kw": size * (0.5 + 0.5 * busy) * (1 + 0.08 * _wave(n, now_s, 150)),
        "occupancy": float(round(size * 1.5 * busy)),
    }


def _air(n: int, now_s: float, phase: Phase, age_s: float) -> dict[str, float]:
    bad = 70 * _ramp(age_s, 60, 60) if phase == Phase.UPSET and n == 0 else 0.0
    pm25 = 28 + 7 * _wave(n, now_s, 400) + bad
    return {
        "pm25_ug_m3": pm25,
        "pm10_ug_m3": 1.6 * pm25,
        "no2_ug_m3": 34 + 6 * _wave(n, now_s, 300, 0.3),
        "aqi": 1.25 * pm25 + 12,
    }


def _weather(n: int, now_s: float, phase: Phase, age_s: float) -> dict[str, float]:
    return {
        "temperature_degc": 13 + 5 * _by_day(now_s),
        "humidity_percent": 71 + 6 * _wave(n, now_s, 700),
        "wind_m_s": 5.2 + 1.8 * _wave(n, now_s, 180),
        "wind_deg": (120 + 25 * _wave(n, now_s, 500)) % 360,
        "rain_mm_h": 18 * _ramp(age_s, 0, 60) if phase == Phase.FLOOD else 0.0,
    }


_OF_TYPE: Final[dict[str, Callable[[int, float, Phase, float], dict[str, float]]]] = {
    "pump": _pump, "crane": _crane, "road": _road, "water": _water, "gauge": _water,
    "transformer": _transformer, "substation": _substation, "building": _building,
    "air_quality_station": _air, "weather_station": _weather,
}  # fmt: skip


def readings(kind: str, number: int, now_s: float, phase: Phase, age_s: float) -> dict[str, float]:
    """Return what one device measures now, by indicator.

    Parameters
    ----------
    kind : str
        Type of entity.
    number : int
        Of the device among its kind.
    now_s : float
        Seconds since 1970.
    phase : Phase
    age_s : float
        For how long the phase has lasted.
    """
    return _OF_TYPE[kind](number, now_s, phase, age_s)
