"""The shallow water equations on a grid, one step at a time, compiled by numba.

A Godunov scheme of first order: fluxes after Harten, Lax and van Leer with Einfeldt's speeds (Toro,
Shock-Capturing Methods for Free-Surface Shallow Flows, 2001, chapter 10), the bed by hydrostatic
reconstruction (Audusse et al., SIAM J. Sci. Comput. 25, 2004), which keeps a lake at rest and
depths from falling below zero while the step keeps to the CFL number; friction after Manning,
implicit in each cell. Mass leaves one cell by exactly what enters the next.

Arrays are padded by one ghost cell on every side. Loops are written without branches and over rows,
so that the compiler makes vectors of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

Grid = npt.NDArray[np.float64]
Kernel = TypeVar("Kernel", bound=Callable[..., Any])

GRAVITY = 9.81
#: Below this depth in metres a cell is dry: its velocity is damped towards zero.
DRY_M = 1e-4


def _compiled(function: Kernel) -> Kernel:
    """Have numba compile a function when it is first called; NaN and infinity stay as they are."""
    options = {"contract", "arcp", "nsz", "reassoc"}
    made: Any = numba.njit(cache=True, nogil=True, fastmath=options)(function)
    return cast(Kernel, made)


@_compiled
def _velocity(h: Any, q: Any, out: Any) -> None:
    """Write velocities of one row; thin water is slowed smoothly (Kurganov and Petrova, 2007)."""
    dry2 = DRY_M * DRY_M
    for i in range(h.size):
        h2 = h[i] * h[i]
        out[i] = 2.0 * h[i] * q[i] / (h2 + max(h2, dry2))


@_compiled
def _faces(left: Any, right: Any, out: Any) -> None:
    """Write the fluxes between pairs of cells, each given as depth, bed and both velocities.

    ``out[0]`` is that of mass, ``out[1]`` and ``out[2]`` that of normal momentum as the left and
    the right cell feel it with the bed between them, ``out[3]`` that of transverse momentum.
    """
    g = GRAVITY
    hl, zl, ul, vl = left
    hr, zr, ur, vr = right
    for i in range(hl.size):
        bed = max(zl[i], zr[i])
        a = max(0.0, hl[i] + zl[i] - bed)
        b = max(0.0, hr[i] + zr[i] - bed)
        ca = np.sqrt(g * a)
        cb = np.sqrt(g * b)
        # Where one side is dry the front runs at twice the wave speed.
        ua = ul[i]
        ub = ur[i]
        wet_a = 1.0 if a > 0.0 else 0.0
        wet_b = 1.0 if b > 0.0 else 0.0
        ua = wet_a * ua + (1.0 - wet_a) * (ub - cb)
        ub = wet_b * ub + (1.0 - wet_b) * (ua + ca)
        low = min(0.0, ua - ca, ub - cb - (1.0 - wet_a) * cb * wet_b)
        high = max(0.0, ub + cb, ua + ca + (1.0 - wet_b) * ca * wet_a)
        qa = a * ul[i]
        qb = b * ur[i]
        wide = 1.0 / max(high - low, 1e-12)
        half = 0.5 * g
        mass = (high * qa - low * qb + low * high * (b - a)) * wide
        push_a = qa * ul[i] + half * a * a
        push_b = qb * ur[i] + half * b * b
        push = (high * push_a - low * push_b + low * high * (qb - qa)) * wide
        out[0, i] = mass
        out[1, i] = push + half * (hl[i] * hl[i] - a * a)
        out[2, i] = push + half * (hr[i] * hr[i] - b * b)
        out[3, i] = max(mass, 0.0) * vl[i] + min(mass, 0.0) * vr[i]


@_compiled
def _update(row: Any, n2: Any, west_east: Any, south: Any, north: Any, ratio: Any, dt: Any) -> Any:
    """Bring depth and discharges of one row forward; return its greatest wave speed in m/s."""
    h, qx, qy = row
    fastest = 0.0
    g = GRAVITY
    for i in range(h.size):
        depth = max(
            0.0, h[i] - ratio * (west_east[0, i + 1] - west_east[0, i] + north[0, i] - south[0, i])
        )
        x = qx[i] - ratio * (west_east[1, i + 1] - west_east[2, i] + north[3, i] - south[3, i])
        y = qy[i] - ratio * (west_east[3, i + 1] - west_east[3, i] + north[1, i] - south[2, i])
        safe = max(depth, DRY_M)
        speed = np.sqrt(x * x + y * y) / safe
        # depth^(4/3) by cube root: the one place where a power is taken.
        root = np.cbrt(safe)
        damp = 1.0 / (1.0 + dt * g * n2[i] * speed / (root * safe))
        wet = 1.0 if depth > DRY_M else 0.0
        x *= damp * wet
        y *= damp * wet
        h[i] = depth
        qx[i] = x
        qy[i] = y
        fastest = max(fastest, wet * (speed * damp + np.sqrt(g * depth)))
    return fastest


@_compiled
def step(h: Any, qx: Any, qy: Any, z: Any, n2: Any, work: Any, size_m: Any, dt: Any) -> Any:
    """Advance the inner cells by *dt* in place; return the greatest wave speed in m/s.

    Parameters
    ----------
    h, qx, qy, z : (rows + 2, columns + 2) float64 arrays
        Depth, discharge per width eastwards and northwards, bed; m, m²/s, m²/s, m.
    n2 : array of the same shape
        Manning's n squared.
    work : (16, columns + 3) float64 array
    size_m, dt : float
        Width of a cell in metres, step in seconds.
    """
    rows, columns = h.shape
    inner = columns - 2
    u, v = work[0, :columns], work[1, :columns]
    un, vn = work[2, :columns], work[3, :columns]
    across = work[4:8]
    south, north = work[8:12], work[12:16]
    ratio = dt / size_m
    fastest = 0.0
    _velocity(h[0], qx[0], u)
    _velocity(h[0], qy[0], v)
    _velocity(h[1], qx[1], un)
    _velocity(h[1], qy[1], vn)
    e = inner + 1
    below = (h[0, 1:e], z[0, 1:e], v[1:e], u[1:e])
    _faces(below, (h[1, 1:e], z[1, 1:e], vn[1:e], un[1:e]), south)
    for j in range(1, rows - 1):
        u, un = un, u
        v, vn = vn, v
        _velocity(h[j + 1], qx[j + 1], un)
        _velocity(h[j + 1], qy[j + 1], vn)
        _faces((h[j, :e], z[j, :e], u[:e], v[:e]), (h[j, 1:], z[j, 1:], u[1:], v[1:]), across)
        _faces(
            (h[j, 1:e], z[j, 1:e], v[1:e], u[1:e]),
            (h[j + 1, 1:e], z[j + 1, 1:e], vn[1:e], un[1:e]),
            north,
        )
        row = (h[j, 1:e], qx[j, 1:e], qy[j, 1:e])
        reached = _update(row, n2[j, 1:e], across, south, north, ratio, dt)
        fastest = max(fastest, reached)
        south, north = north, south
    return fastest
