"""How good the picture may be: budgets, what is switched off, and saying so."""

from __future__ import annotations

from typing import Any, Final

from vtkmodules.vtkRenderingOpenGL2 import (
    vtkCameraPass,
    vtkEDLShading,
    vtkLightsPass,
    vtkOpaquePass,
    vtkOverlayPass,
    vtkRenderPassCollection,
    vtkSequencePass,
    vtkTranslucentPass,
)

from rendering.options import StageOptions

_SOFTWARE: Final = ("llvmpipe", "softpipe", "swr", "swiftshader", "software")
#: Eye-dome lighting only where a plain frame leaves room for it (it costs four frames on llvmpipe).
_EYE_DOME_LIMIT_MS: Final = 250.0


class Quality:
    """Balances detail against the frame's budget.

    Parameters
    ----------
    options : StageOptions
    """

    def __init__(self, options: StageOptions) -> None:
        self._options = options
        self._factor = {False: 1.0, True: options.moving_factor}
        self._too_fine = {False: 0.0, True: 0.0}
        self._eye_dome: Any = None
        self._wants_eye_dome = False
        self._is_at_rest = True
        self.software = True
        self.is_known = False
        self.frame_ms = 0.0
        self.plain_ms = 0.0

    def learn(self, window: Any) -> None:
        """Find out whether OpenGL runs on the processor."""
        report = str(window.ReportCapabilities()).lower()
        line = next((t for t in report.splitlines() if "renderer string" in t), report[:300])
        self.software = any(name in line for name in _SOFTWARE)
        self.is_known = True
        if not self.software:
            self._factor[True] = 1.0

    def reset(self) -> None:
        """Forget which detail was too fine: camera or layers changed."""
        self._too_fine = {False: 0.0, True: 0.0}

    def error_px(self, moving: bool) -> float:
        """Return the screen-space error that tiles may have."""
        return self._options.screen_space_error_px * self._factor[moving]

    def balance(self, triangles: int, points: int, moving: bool) -> bool:
        """Make detail coarser or finer by what the last update drew.

        Returns
        -------
        bool
            Whether detail changed, so that another update is due.
        """
        options = self._options
        self._wants_eye_dome = options.eye_dome and points > max(5_000, triangles // 4)
        share = 1.0 if self.software else 8.0
        most_triangles = options.moving_triangles if moving else options.rest_triangles
        most_points = options.moving_points if moving else options.rest_points
        load = max(triangles / (most_triangles * share), points / (most_points * share))
        base = self._base(moving)
        factor = self._factor[moving]
        if load > 1.0 and factor < 64.0:
            self._too_fine[moving] = max(self._too_fine[moving], factor)
            self._factor[moving] = factor * 1.25
            return not moving
        finer = factor / 1.15
        # Never back to a detail that was already too much for this view: it would flicker.
        if load < 0.5 and factor > base and finer > self._too_fine[moving]:
            self._factor[moving] = max(base, finer)
            return not moving
        return False

    def _base(self, moving: bool) -> float:
        return self._options.moving_factor if moving and self.software else 1.0

    def prepare(self, renderer: Any, moving: bool, pending: bool) -> None:
        """Switch screen passes on or off before a frame."""
        self._is_at_rest = not moving and not pending
        use = self._wants_eye_dome and (
            not self.software or (self._is_at_rest and self.plain_ms < _EYE_DOME_LIMIT_MS)
        )
        if use and self._eye_dome is None:
            self._eye_dome = _eye_dome_pass()
        wanted = self._eye_dome if use else None
        if renderer.GetPass() is not wanted:
            renderer.SetPass(wanted)
        # Smooth edges cost about a frame on software OpenGL: only the picture at rest has them.
        renderer.SetUseFXAA(not self.software or self._is_at_rest)

    def measured(self, milliseconds: float, renderer: Any) -> None:
        """Take note of how long a frame took."""
        self.frame_ms = milliseconds
        if renderer.GetPass() is None and not renderer.GetUseFXAA():
            self.plain_ms = milliseconds

    def notes(self) -> list[str]:
        """Return what is switched off or simplified, one sentence each."""
        found = []
        if self.software and self.is_known:
            found.append(
                "Software OpenGL: cast shadows between buildings are off,"
                " edges are smooth only at rest"
            )
            if self._wants_eye_dome and not self._is_at_rest:
                found.append("Eye-dome lighting is off until the view comes to rest")
            elif self._wants_eye_dome and self.plain_ms >= _EYE_DOME_LIMIT_MS:
                found.append("Eye-dome lighting is off: a frame already takes too long")
        if self._factor[False] > 1.0:
            found.append("Detail is reduced to keep the frame within its budget")
        return found

    def close(self, renderer: Any, window: Any) -> None:
        """Let go of the passes."""
        renderer.SetPass(None)
        if self._eye_dome is not None:
            self._eye_dome.ReleaseGraphicsResources(window)
            self._eye_dome = None


def _eye_dome_pass() -> Any:
    """Return eye-dome lighting (Boucheny 2009) around the usual steps; labels stay outside it."""
    steps = vtkRenderPassCollection()
    for made in (vtkLightsPass(), vtkOpaquePass(), vtkTranslucentPass()):
        steps.AddItem(made)
    scene = vtkSequencePass()
    scene.SetPasses(steps)
    camera = vtkCameraPass()
    camera.SetDelegatePass(scene)
    shading = vtkEDLShading()
    shading.SetDelegatePass(camera)
    both = vtkRenderPassCollection()
    both.AddItem(shading)
    both.AddItem(vtkOverlayPass())
    sequence = vtkSequencePass()
    sequence.SetPasses(both)
    return sequence
