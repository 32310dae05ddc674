"""Sky, horizon ground and light of the scene."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from vtkmodules.vtkRenderingCore import vtkActor, vtkLight, vtkPolyDataMapper

from rendering.geometry import poly_data
from rendering.ground.rim import Rim
from rendering.haze import Haze
from rendering.light import Light
from rendering.symbology.palette import Theme
from twin_model.frame import Frame
from twin_model.layer import Bounds
from twin_model.time import Instant

_RINGS: Final = 24
_SECTORS: Final = 48


def sun_direction(frame: Frame, local: tuple[float, float, float], instant: Instant) -> Any:
    """Return the unit vector towards the sun, east, north, up.

    NOAA's low-precision formulas (General Solar Position Calculations): about 0.3 degrees.

    Parameters
    ----------
    frame : Frame
    local : tuple
        A place in local metres.
    instant : Instant
    """
    lon, lat, _ = frame.to_wgs84(local)[0]
    when = instant.to_datetime()
    hours = when.hour + when.minute / 60 + when.second / 3600
    day = when.timetuple().tm_yday
    gamma = 2 * math.pi / 365 * (day - 1 + (hours - 12) / 24)
    equation = 229.18 * (
        0.000075 + 0.001868 * math.cos(gamma) - 0.032077 * math.sin(gamma)
        - 0.014615 * math.cos(2 * gamma) - 0.040849 * math.sin(2 * gamma)
    )  # fmt: skip
    declination = (
        0.006918 - 0.399912 * math.cos(gamma) + 0.070257 * math.sin(gamma)
        - 0.006758 * math.cos(2 * gamma) + 0.000907 * math.sin(2 * gamma)
        - 0.002697 * math.cos(3 * gamma) + 0.00148 * math.sin(3 * gamma)
    )  # fmt: skip
    solar_minutes = hours * 60 + equation + 4 * lon
    angle = math.radians(solar_minutes / 4 - 180)
    phi = math.radians(lat)
    up = math.sin(phi) * math.sin(declination) + math.cos(phi) * math.cos(declination) * math.cos(
        angle
    )
    east = -math.cos(declination) * math.sin(angle)
    north = math.cos(phi) * math.sin(declination) - math.sin(phi) * math.cos(
        declination
    ) * math.cos(angle)
    vector = np.array([east, north, up])
    return vector / np.linalg.norm(vector)


class Sky:
    """The dome, the far ground and the lights; all follow the theme.

    Parameters
    ----------
    renderer : vtkRenderer
    theme : Theme
    haze : Haze
        Takes the colour of the horizon.
    """

    def __init__(self, renderer: Any, theme: Theme, haze: Haze) -> None:
        self._renderer = renderer
        self._haze = haze
        self._rim: Rim | None = None
        self._middle = (0.0, 0.0)
        self._dome = _plain_actor()
        self._ground = _plain_actor()
        self._light = Light()
        self.radius_m = 60_000.0
        renderer.AddActor(self._dome)
        renderer.AddActor(self._ground)
        haze.veil(self._ground)
        self._lights = [_light() for _ in range(3)]
        renderer.AutomaticLightCreationOff()
        renderer.RemoveAllLights()
        for light in self._lights:
            renderer.AddLight(light)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Colour dome, ground and background."""
        self._theme = theme
        self._renderer.SetBackground(*theme.horizon)
        self._renderer.GradientBackgroundOff()
        self._dome.GetMapper().SetInputData(_dome(theme))
        self._haze.set_colour(theme.horizon)
        self._lay_ground()

    def set_rim(self, rim: Rim | None) -> None:
        """Let the far ground go on as the ground of the data ends."""
        if rim is not self._rim:
            self._rim = rim
            self._lay_ground()

    def _lay_ground(self) -> None:
        data, self._middle = _plain(self._theme, self._rim)
        self._ground.GetMapper().SetInputData(data)

    def set_light(self, light: Light) -> None:
        """Put the lamps where the light says."""
        self._light = light
        for actor, lamp in zip(self._lights, light.lamps()):
            x, y, z = lamp.direction
            actor.SetPosition(x * 1e5, y * 1e5, z * 1e5)
            actor.SetIntensity(lamp.strength)
            actor.SetColor(*lamp.colour)

    def follow(self, eye: tuple[float, float, float], scene: Bounds | None, level: float) -> None:
        """Move dome and far ground with the camera.

        Parameters
        ----------
        eye : tuple of three floats
        scene : Bounds or None
        level : float
            Height of the far ground.
        """
        reach = 0.0 if scene is None else math.dist(scene[:3], scene[3:])
        away = (
            0.0
            if scene is None
            else math.dist(eye, [(scene[i] + scene[i + 3]) / 2 for i in range(3)])
        )
        self.radius_m = max(20_000.0, 3.0 * (reach + away), 40.0 * abs(eye[2] - level))
        self._dome.SetPosition(*eye)
        self._dome.SetScale(self.radius_m)
        self._haze.set_far(max(reach + away, 800.0))
        middle = self._middle if self._rim is not None else eye[:2]
        self._ground.SetPosition(middle[0], middle[1], level)
        self._ground.SetVisibility(eye[2] > level)

    def close(self) -> None:
        """Remove it from the renderer."""
        self._renderer.RemoveActor(self._dome)
        self._renderer.RemoveActor(self._ground)
        self._renderer.RemoveAllLights()


def _light() -> Any:
    light = vtkLight()
    light.SetLightTypeToSceneLight()
    light.PositionalOff()
    light.SetFocalPoint(0.0, 0.0, 0.0)
    return light


def _plain_actor() -> Any:
    mapper = vtkPolyDataMapper()
    mapper.SetColorModeToDirectScalars()
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.PickableOff()
    actor.UseBoundsOff()
    actor.GetProperty().LightingOff()
    actor.GetProperty().ShadingOff()
    return actor


def _mix(a: Any, b: Any, share: Any) -> Any:
    return np.asarray(a) * (1 - share) + np.asarray(b) * share


def _grid_triangles(rings: int, sectors: int) -> Any:
    ring, sector = np.meshgrid(np.arange(rings - 1), np.arange(sectors), indexing="ij")
    a = ring * sectors + sector
    b = ring * sectors + (sector + 1) % sectors
    c, d = a + sectors, b + sectors
    return np.concatenate(
        [np.stack([a, b, c], -1).reshape(-1, 3), np.stack([b, d, c], -1).reshape(-1, 3)]
    )


def _dome(theme: Theme) -> Any:
    elevation = np.radians(90.0 * np.linspace(0, 1, _RINGS) ** 1.8)
    elevation = np.concatenate([[np.radians(-12.0)], elevation])
    around = np.linspace(0, 2 * np.pi, _SECTORS, endpoint=False)
    e, a = np.meshgrid(elevation, around, indexing="ij")
    position = np.stack([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)], -1)
    share = np.clip(np.sin(elevation), 0, 1)[:, None]
    low = _mix(theme.horizon, theme.sky, np.clip(share / 0.22, 0, 1) ** 0.8)
    colour = np.where(share < 0.22, low, _mix(theme.sky, theme.zenith, (share - 0.22) / 0.78))
    colours = np.repeat(np.clip(colour, 0, 1)[:, None], _SECTORS, axis=1).reshape(-1, 3)
    return poly_data(
        position.reshape(-1, 3).astype(np.float32),
        triangles=_grid_triangles(len(elevation), _SECTORS),
        colour=np.rint(colours * 255).astype(np.uint8),
    )


def _plain(theme: Theme, rim: Rim | None) -> tuple[Any, tuple[float, float]]:
    """Return the far ground about a place, and that place; fine within, coarse far out."""
    middle, half = (0.0, 0.0), 1_000.0
    if rim is not None:
        west, south, east, north = rim.box
        middle = ((west + east) / 2, (south + north) / 2)
        half = max(east - west, north - south) / 2
    outer = half + np.geomspace(0.04 * half, max(2e6, 100.0 * half), _RINGS // 2)
    axis = np.concatenate([-outer[::-1], np.linspace(-half, half, _SECTORS), outer])
    x, y = np.meshgrid(axis, axis)
    if rim is None:
        colour = np.broadcast_to(np.array(theme.ground), (*x.shape, 3))
    else:
        colour = rim.at(x + middle[0], y + middle[1])
    index = np.arange(x.size).reshape(x.shape)
    a, b, c, d = (
        part.ravel() for part in (index[:-1, :-1], index[:-1, 1:], index[1:, :-1], index[1:, 1:])
    )
    data = poly_data(
        np.stack([x, y, np.zeros_like(x)], -1).reshape(-1, 3).astype(np.float32),
        triangles=np.concatenate([np.stack([a, b, d], -1), np.stack([a, d, c], -1)]),
        colour=np.rint(colour.reshape(-1, 3) * 255).astype(np.uint8),
    )
    return data, middle
