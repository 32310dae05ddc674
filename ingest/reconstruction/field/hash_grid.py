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
_SECOND: Final = np.uint64(2_654_435_761)
_THIRD: Final = np.uint64(805_459_861)
_ONE: Final = np.uint64(1)
#: Samples that one thread takes at a time.
_BLOCK: Final = 2_048


@numba.njit(fastmath=True, cache=True)
def _corners(x: Any, y: Any, z: Any, mask: Any) -> Any:
    """Return the rows of a level's table at the corners of a cell, and their weights.

    The torch fallback takes the ceiling as the upper corner; it differs from this only where a
    sample lies on the lower one, and then has no weight.
    """
    left, near, low = np.floor(x), np.floor(y), np.floor(z)
    x1, y1, z1 = x - left, y - near, z - low
    x0, y0, z0 = np.float32(1) - x1, np.float32(1) - y1, np.float32(1) - z1
    a, b, c = np.uint64(left), np.uint64(near) * _SECOND, np.uint64(low) * _THIRD
    a1, b1, c1 = a + _ONE, b + _SECOND, c + _THIRD
    rows = (
        (a ^ b ^ c) & mask, (a1 ^ b ^ c) & mask, (a ^ b1 ^ c) & mask, (a1 ^ b1 ^ c) & mask,
        (a ^ b ^ c1) & mask, (a1 ^ b ^ c1) & mask, (a ^ b1 ^ c1) & mask, (a1 ^ b1 ^ c1) & mask,
    )  # fmt: skip
    weights = (
        x0 * y0 * z0, x1 * y0 * z0, x0 * y1 * z0, x1 * y1 * z0,
        x0 * y0 * z1, x1 * y0 * z1, x0 * y1 * z1, x1 * y1 * z1,
    )  # fmt: skip
    return rows, weights


@numba.njit(parallel=True, fastmath=True, cache=True)
def _encode(position: Any, table: Any, scalings: Any, size: int, out: Any) -> None:
    """Write the interpolated features of every level into *out* (n, levels * features)."""
    features, mask = table.shape[1], np.uint64(size - 1)
    blocks = (position.shape[0] + _BLOCK - 1) // _BLOCK
    # By level: the part of the table that a block of samples needs stays in the cache.
    for part in numba.prange(scalings.shape[0] * blocks):
        level, first = part // blocks, part % blocks * _BLOCK
        scale, rows_at = scalings[level], level * size
        for i in range(first, min(first + _BLOCK, position.shape[0])):
            rows, weights = _corners(
                position[i, 0] * scale, position[i, 1] * scale, position[i, 2] * scale, mask
            )
            a, b, c, d, e, g, h, k = rows
            for f in range(features):
                out[i, level * features + f] = (
                    weights[0] * table[rows_at + np.int64(a), f]
                    + weights[1] * table[rows_at + np.int64(b), f]
                    + weights[2] * table[rows_at + np.int64(c), f]
                    + weights[3] * table[rows_at + np.int64(d), f]
                    + weights[4] * table[rows_at + np.int64(e), f]
                    + weights[5] * table[rows_at + np.int64(g), f]
                    + weights[6] * table[rows_at + np.int64(h), f]
                    + weights[7] * table[rows_at + np.int64(k), f]
                )


@numba.njit(parallel=True, fastmath=True, cache=True)
def _spread(position: Any, slope: Any, scalings: Any, size: int, out: Any) -> None:
    """Add the slopes of every sample to the rows of the table it was made of."""
    features, mask = out.shape[1], np.uint64(size - 1)
    # By level: each has rows of its own, so no two threads write to the same.
    for level in numba.prange(scalings.shape[0]):
        scale, rows_at = scalings[level], level * size
        for i in range(position.shape[0]):
            rows, weights = _corners(
                position[i, 0] * scale, position[i, 1] * scale, position[i, 2] * scale, mask
            )
            a, b, c, d, e, g, h, k = rows
            for f in range(features):
                here = slope[i, level * features + f]
                out[rows_at + np.int64(a), f] += weights[0] * here
                out[rows_at + np.int64(b), f] += weights[1] * here
                out[rows_at + np.int64(c), f] += weights[2] * here
                out[rows_at + np.int64(d), f] += weights[3] * here
                out[rows_at + np.int64(e), f] += weights[4] * here
                out[rows_at + np.int64(g), f] += weights[5] * here
                out[rows_at + np.int64(h), f] += weights[6] * here
                out[rows_at + np.int64(k), f] += weights[7] * here


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
