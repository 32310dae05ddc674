"""Samples that came before are recognised, as after a broker delivers again what it had sent."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

# Odd constants of the 64-bit mixer of MurmurHash3 and splitmix64.
_MIX_A: Final = np.uint64(0xFF51AFD7ED558CCD)
_MIX_B: Final = np.uint64(0xC4CEB9FE1A85EC53)
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT: Final = np.uint64(33)


class DuplicateFilter:
    """Remembers the newest samples by a 64-bit hash of series, time and value.

    A table addressed by the hash itself: one step a sample, no search. A newer sample that falls
    on the same place pushes the older one out, so it forgets, but takes a new sample for an old
    one only where all 64 bits agree.

    Parameters
    ----------
    bits : int
        The table has 2**bits places of 8 bytes.
    """

    def __init__(self, bits: int = 20) -> None:
        self._seen: NDArray[np.uint64] = np.zeros(1 << bits, np.uint64)
        self._owner: NDArray[np.int32] = np.zeros(1 << bits, np.int32)
        self._mask = np.uint64((1 << bits) - 1)

    def fresh(
        self, series: NDArray[np.int32], time_us: NDArray[np.int64], value: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Return which samples did not come before, and remember all.

        Parameters
        ----------
        series, time_us, value : (n,) arrays

        Returns
        -------
        (n,) bool array
            Of samples that come twice in the same call, one is fresh.
        """
        code = _mixed(series.astype(np.uint64) * _GOLDEN ^ time_us.view(np.uint64))
        code ^= _mixed(value.view(np.uint64))
        code = _mixed(code)
        code |= np.uint64(1)  # zero stands for an empty place
        place = (code >> np.uint64(20) & self._mask).astype(np.intp)
        fresh: NDArray[np.bool_] = self._seen[place] != code
        numbers = np.arange(len(code), dtype=np.int32)
        self._owner[place] = numbers
        owner = self._owner[place]
        fresh &= (owner == numbers) | (code[owner] != code)
        self._seen[place] = code
        return fresh


def _mixed(code: NDArray[np.uint64]) -> NDArray[np.uint64]:
    code = code ^ (code >> _SHIFT)
    code *= _MIX_A
    code ^= code >> _SHIFT
    code *= _MIX_B
    code ^= code >> _SHIFT
    return code
