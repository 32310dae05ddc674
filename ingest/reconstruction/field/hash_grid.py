"""The hash grid of a radiance field on the processor, as nerfstudio's torch fallback computes it.

That fallback makes sixteen tensors for every level of every sample; one pass over the samples
is many times faster. The values are the same to rounding. Runs in the field's environment.

Müller et al., "Instant neural graphics primitives with a multiresolution hash encoding", ACM
Transactions on Graphics 41(4), 2022.
"""

from __future__ import annotations

from typing import Any, Final

import numba
import numpy as np
import torch

#: Primes of the spatial hash (Müller et al., equation 4).
_SECOND: Final = 2_654_435_761
_THIRD: Final = 805_459_861


@numba.njit(parallel=True, fastmath=True, cache=True)
def _encode(position: Any, table: Any, scalings: Any, size: int, out: Any) -> None:
    """Write the interpolated features of every level into *out* (n, levels * features)."""
    features = table.shape[1]
    for i in numba.prange(position.shape[0]):
        for level in range(scalings.shape[0]):
            scale = scalings[level]
            x, y, z = position[i, 0] * scale, position[i, 1] * scale, position[i, 2] * scale
            x0, y0, z0 = np.int64(np.floor(x)), np.int64(np.floor(y)), np.int64(np.floor(z))
            x1, y1, z1 = np.int64(np.ceil(x)), np.int64(np.ceil(y)), np.int64(np.ceil(z))
            fx, fy, fz = x - x0, y - y0, z - z0
            for f in range(features):
                out[i, level * features + f] = 0.0
            for corner in range(8):
                cx = x1 if corner & 1 else x0
                cy = y1 if corner & 2 else y0
                cz = z1 if corner & 4 else z0
                weight = (
                    (fx if corner & 1 else 1.0 - fx)
                    * (fy if corner & 2 else 1.0 - fy)
                    * (fz if corner & 4 else 1.0 - fz)
                )
                row = ((cx ^ (cy * _SECOND) ^ (cz * _THIRD)) & (size - 1)) + level * size
                for f in range(features):
                    out[i, level * features + f] += weight * table[row, f]


@numba.njit(parallel=True, fastmath=True, cache=True)
def _spread(position: Any, slope: Any, scalings: Any, size: int, out: Any) -> None:
    """Add the slopes of every sample to the rows of the table it was made of."""
    features = out.shape[1]
    # By level: each has rows of its own, so no two threads write to the same.
    for level in numba.prange(scalings.shape[0]):
        scale = scalings[level]
        for i in range(position.shape[0]):
            x, y, z = position[i, 0] * scale, position[i, 1] * scale, position[i, 2] * scale
            x0, y0, z0 = np.int64(np.floor(x)), np.int64(np.floor(y)), np.int64(np.floor(z))
            x1, y1, z1 = np.int64(np.ceil(x)), np.int64(np.ceil(y)), np.int64(np.ceil(z))
            fx, fy, fz = x - x0, y - y0, z - z0
            for corner in range(8):
                cx = x1 if corner & 1 else x0
                cy = y1 if corner & 2 else y0
                cz = z1 if corner & 4 else z0
                weight = (
                    (fx if corner & 1 else 1.0 - fx)
                    * (fy if corner & 2 else 1.0 - fy)
                    * (fz if corner & 4 else 1.0 - fz)
                )
                row = ((cx ^ (cy * _SECOND) ^ (cz * _THIRD)) & (size - 1)) + level * size
                for f in range(features):
                    out[row, f] += weight * slope[i, level * features + f]


class _HashGrid(torch.autograd.Function):  # type: ignore[misc]
    """The kernels as one differentiable function of the table; positions get no slope."""

    @staticmethod
    def forward(ctx: Any, position: Any, table: Any, scalings: Any, size: int) -> Any:
        place = position.detach().contiguous().numpy()
        out = np.empty((place.shape[0], len(scalings) * table.shape[1]), np.float32)
        _encode(place, table.detach().numpy(), scalings, size, out)
        ctx.place, ctx.scalings, ctx.size, ctx.shape = place, scalings, size, table.shape
        return torch.from_numpy(out)

    @staticmethod
    def backward(ctx: Any, *slopes: Any) -> Any:
        out = np.zeros(ctx.shape, np.float32)
        _spread(ctx.place, slopes[0].contiguous().numpy(), ctx.scalings, ctx.size, out)
        return None, torch.from_numpy(out), None, None


def use_fast_hash_grid() -> None:
    """Let nerfstudio's hash encodings run these kernels where they run on the processor."""
    from nerfstudio.field_components.encodings import HashEncoding

    plain = HashEncoding.pytorch_fwd

    def encode(self: Any, in_tensor: Any) -> Any:
        if in_tensor.device.type != "cpu" or self.hash_table.dtype != torch.float32:
            return plain(self, in_tensor)
        flat = in_tensor.reshape(-1, 3).float()
        scalings = self.scalings.numpy().astype(np.float32)
        found = _HashGrid.apply(flat, self.hash_table, scalings, self.hash_table_size)
        return found.reshape(*in_tensor.shape[:-1], -1)

    HashEncoding.pytorch_fwd = encode
