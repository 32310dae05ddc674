"""One flight over the demo city's old town, photographed once for all tests of this part."""

from __future__ import annotations

import pytest

from drone_fixtures import flown

__all__ = ["flown"]

pytest.importorskip("cv2", reason="needs the extra `reconstruction`")
