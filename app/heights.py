"""What heights are stated above, in the language in use; and the terrain of the open project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from twin_model.heights import DATUM, ELLIPSOID, GROUND, UNKNOWN

if TYPE_CHECKING:
    from ingest.tiling.contract import GroundHeight
    from twin_model.twin import Twin
    from twin_model.view import TwinView

_TITLES: Final = {
    DATUM: QT_TRANSLATE_NOOP("Heights", "Project's datum"),
    GROUND: QT_TRANSLATE_NOOP("Heights", "Ground (terrain)"),
    ELLIPSOID: QT_TRANSLATE_NOOP("Heights", "WGS 84 ellipsoid"),
    "EPSG:5737": QT_TRANSLATE_NOOP("Heights", "Yellow Sea 1985"),
    "EPSG:5736": QT_TRANSLATE_NOOP("Heights", "Yellow Sea 1956"),
    "EPSG:3855": QT_TRANSLATE_NOOP("Heights", "EGM2008 geoid"),
    "EPSG:5773": QT_TRANSLATE_NOOP("Heights", "EGM96 geoid"),
    UNKNOWN: QT_TRANSLATE_NOOP("Heights", "Unknown datum"),
}
#: What is offered; others are searched for.
OFFERED: Final = tuple(_TITLES)


def reference_title(reference: str) -> str:
    """Return what heights are stated above, as users read it."""
    if reference in _TITLES:
        return QCoreApplication.translate("Heights", str(_TITLES[reference]))
    from twin_model.frame import parse_crs

    return str(parse_crs(reference).name)


def datum_title(vertical_crs: str | None) -> str:
    """Return the vertical datum of a project, as users read it."""
    return reference_title(vertical_crs or UNKNOWN)


def ground_of(twin: Twin, view: Twin | TwinView | None = None) -> GroundHeight | None:
    """Return the heights of the terrain in a view of a project; None where there is none.

    Reads files when it is asked: for workers.
    """
    from ingest.tiling.ground import ground_in  # rasterio is slow to import

    return ground_in((view or twin).layers(), twin.layer_folder, twin.frame)
