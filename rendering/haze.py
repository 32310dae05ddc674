"""Haze: what is far away takes the colour of the horizon, in the fragment shader."""

from __future__ import annotations

from typing import Any, Final

from vtkmodules.vtkRenderingOpenGL2 import vtkOpenGLShaderProperty

from rendering.symbology.palette import Colour

#: After texture and light, before picking. ``1 / gl_FragCoord.w`` is the depth of view in
#: metres, for every kind of mapper and without a varying of its own.
_PLACE: Final = "//VTK::TCoord::Impl"
_CODE: Final = """//VTK::TCoord::Impl
  float hazeDepth = hazeDensity / gl_FragCoord.w;
  gl_FragData[0].rgb = mix(hazeColour, gl_FragData[0].rgb, exp(-hazeDepth * hazeDepth));
"""
#: Share of the haze at the far end of the scene is 1 - exp(-1 / 1.9²), a quarter.
_REACH: Final = 1.9


class Haze:
    """One shader text for all actors: one change of a uniform reaches every one of them."""

    def __init__(self) -> None:
        self._shader = vtkOpenGLShaderProperty()
        self._shader.AddFragmentShaderReplacement(_PLACE, True, _CODE, False)
        self._colour: Colour = (1.0, 1.0, 1.0)
        self._far_m = 0.0
        self.set_far(10_000.0)
        self.set_colour(self._colour)

    def veil(self, actor: Any) -> None:
        """Put an actor into the haze."""
        actor.SetShaderProperty(self._shader)

    def set_colour(self, colour: Colour) -> None:
        """Set the colour of the horizon."""
        self._colour = colour
        self._shader.GetFragmentCustomUniforms().SetUniform3f("hazeColour", colour)

    def set_far(self, far_m: float) -> None:
        """Set how far the scene reaches from the eye, in metres."""
        if abs(far_m - self._far_m) > 0.01 * self._far_m:
            self._far_m = far_m
            density = 1.0 / (_REACH * max(far_m, 1.0))
            self._shader.GetFragmentCustomUniforms().SetUniformf("hazeDensity", density)
