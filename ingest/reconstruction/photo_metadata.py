"""What a photograph says about itself: EXIF and XMP of cameras and drones.

Tags follow EXIF 2.32 (CIPA DC-008) and, for drones, the attributes that DJI writes into XMP
(namespace ``drone-dji``). JPEGs with a second picture inside (MPO) open like any other.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from PIL import Image, UnidentifiedImageError

from twin_model.errors import SourceError

#: Suffixes of files that are looked at; what they are is judged by their content.
PHOTO_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".tif", ".tiff", ".mpo", ".webp"})
_MAX_PIXELS: Final = 400_000_000
_MAX_XMP_BYTES: Final = 4 << 20
_GPS_IFD: Final = 0x8825
_EXIF_IFD: Final = 0x8769
#: EXIF orientations that turn the picture by a quarter.
_QUARTER_TURNS: Final = (5, 6, 7, 8)


@dataclass(frozen=True)
class PhotoMetadata:
    """What one photograph states; None where it says nothing.

    Parameters
    ----------
    name : str
        Path relative to the folder of photographs, with forward slashes.
    width_px, height_px : int
        Upright, after the EXIF orientation has been applied.
    camera : str
        Make and model; empty where unknown.
    focal_px : float or None
        Focal length in pixels of the upright picture at full size.
    taken : str or None
        ISO 8601, local time of the camera.
    longitude_deg, latitude_deg : float or None
        WGS 84.
    altitude_m : float or None
        As stated: above sea level or the ellipsoid, which most cameras do not tell apart.
    altitude_reference : str
        ``ellipsoid`` where the photograph says so, else empty.
    above_ground_m : float or None
        Height above the take-off point.
    position_accuracy_m : float or None
        One sigma, horizontal, where the receiver states it (RTK).
    yaw_deg, pitch_deg, roll_deg : float or None
        Of the camera: clockwise from north, above the horizon (-90 looks down), to the right.
    orientation : int
        EXIF orientation that had to be applied, 1 for none.
    """

    name: str
    width_px: int
    height_px: int
    camera: str = ""
    focal_px: float | None = None
    taken: str | None = None
    longitude_deg: float | None = None
    latitude_deg: float | None = None
    altitude_m: float | None = None
    altitude_reference: str = ""
    above_ground_m: float | None = None
    position_accuracy_m: float | None = None
    yaw_deg: float | None = None
    pitch_deg: float | None = None
    roll_deg: float | None = None
    orientation: int = 1

    @property
    def has_position(self) -> bool:
        """Whether longitude and latitude are there."""
        return self.longitude_deg is not None and self.latitude_deg is not None

    @property
    def camera_key(self) -> str:
        """What photographs of one camera in one setting share."""
        focal = "?" if self.focal_px is None else f"{self.focal_px:.0f}"
        return f"{self.camera or 'unknown camera'} {self.width_px}x{self.height_px} f{focal}"

    @property
    def camera_text(self) -> str:
        """The same for people; without words, as languages differ."""
        focal = "" if self.focal_px is None else f", f {self.focal_px:.0f} px"
        return f"{self.camera or '?'} ({self.width_px} × {self.height_px}{focal})"

    def to_json(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return asdict(self)


def read_metadata(path: Path, name: str) -> PhotoMetadata:
    """Read what a photograph states, without decoding its pixels.

    Parameters
    ----------
    path : Path
    name : str
        What to call it.

    Raises
    ------
    SourceError
        If it is no picture, or larger than 400 million pixels.
    """
    try:
        with Image.open(path) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise SourceError(path, f"has {image.width} x {image.height} pixels, too many")
            exif = image.getexif()
            base = PhotoMetadata(name, image.width, image.height)
            xmp = image.info.get("xmp") or exif.get(0x02BC)
            main, details, gps = dict(exif), exif.get_ifd(_EXIF_IFD), exif.get_ifd(_GPS_IFD)
    except UnidentifiedImageError as error:
        raise SourceError(path, "is not a picture that can be read") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise SourceError(path, f"cannot be opened as a picture ({error})") from error
    found = _from_exif(base, main, details, gps)
    return _from_xmp(found, _xmp_values(xmp))


def _from_exif(
    base: PhotoMetadata, main: dict[int, Any], details: dict[int, Any], gps: dict[int, Any]
) -> PhotoMetadata:
    orientation = main.get(0x0112, 1)
    orientation = orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1
    width, height = base.width_px, base.height_px
    focal = _focal_px(details, width, height)
    if orientation in _QUARTER_TURNS:
        width, height = height, width
    camera = " ".join(_text(main.get(tag)) for tag in (0x010F, 0x0110)).strip()
    latitude = _degrees(gps.get(2), gps.get(1), "S", 90.0)
    longitude = _degrees(gps.get(4), gps.get(3), "W", 180.0)
    if latitude == 0.0 and longitude == 0.0:  # what receivers without a fix write
        latitude = longitude = None
    altitude = _number(gps.get(6))
    # 0 and 1 are above and below the sea by the standard, and whatever by habit; since Exif 3.0
    # 2 and 3 are above and below the ellipsoid.
    reference = gps.get(5)
    if altitude is not None and reference in (1, b"\x01", 3, b"\x03"):
        altitude = -altitude
    return replace(
        base,
        width_px=width,
        height_px=height,
        camera=camera,
        focal_px=focal,
        taken=_moment(_text(details.get(0x9003)) or _text(main.get(0x0132))),
        longitude_deg=longitude if latitude is not None else None,
        latitude_deg=latitude if longitude is not None else None,
        altitude_m=altitude,
        altitude_reference="ellipsoid" if reference in (2, 3, b"\x02", b"\x03") else "",
        orientation=orientation,
    )


def _focal_px(details: dict[int, Any], width: int, height: int) -> float | None:
    """Return the focal length in pixels, from the sensor's resolution or the 35 mm equivalent."""
    focal_mm = _number(details.get(0x920A))
    per_unit = _number(details.get(0xA20E))
    millimetres = {2: 25.4, 3: 10.0, 4: 1.0}.get(details.get(0xA210, 2), 25.4)
    if focal_mm and per_unit and focal_mm > 0 and per_unit > 0:
        focal = focal_mm * per_unit / millimetres
        # Resized copies keep the sensor's resolution: believe it only where it is plausible.
        if 0.3 * max(width, height) < focal < 20 * max(width, height):
            return focal
    equivalent = _number(details.get(0xA405))
    if equivalent and equivalent > 0:
        return equivalent / 36.0 * max(width, height)
    return None


def _from_xmp(base: PhotoMetadata, values: dict[str, str]) -> PhotoMetadata:
    if not values:
        return base

    def number(*names: str) -> float | None:
        for name in names:
            found = _number(values.get(name))
            if found is not None:
                return found
        return None

    latitude = number("GpsLatitude", "Latitude")
    longitude = number("GpsLongitude", "GpsLongtitude", "Longitude")  # the typo is DJI's
    deviations = [number("RtkStdLat"), number("RtkStdLon")]
    known = [value for value in deviations if value is not None and value > 0]
    changes: dict[str, Any] = {
        "focal_px": number("CalibratedFocalLength"),
        "altitude_m": number("AbsoluteAltitude"),
        "above_ground_m": number("RelativeAltitude"),
        "position_accuracy_m": max(known) if known else None,
        "yaw_deg": number("GimbalYawDegree", "Yaw"),
        "pitch_deg": number("GimbalPitchDegree"),
        "roll_deg": number("GimbalRollDegree"),
    }
    if values.get("AltitudeType") == "RtkAlt":  # DJI: by a receiver's own, without any geoid
        changes["altitude_reference"] = "ellipsoid"
    if latitude and longitude and abs(latitude) <= 90 and abs(longitude) <= 180:
        changes |= {"latitude_deg": latitude, "longitude_deg": longitude}
    return replace(base, **{name: value for name, value in changes.items() if value is not None})


def _xmp_values(packet: Any) -> dict[str, str]:
    """Return attributes and simple elements of an XMP packet by their local names."""
    if isinstance(packet, str):
        packet = packet.encode()
    if not isinstance(packet, bytes) or len(packet) > _MAX_XMP_BYTES:
        return {}
    start, end = packet.find(b"<x:xmpmeta"), packet.rfind(b"</x:xmpmeta>")
    if start >= 0 and end > start:
        packet = packet[start : end + len(b"</x:xmpmeta>")]
    try:
        root = ElementTree.fromstring(packet.rstrip(b"\0"))
    except (ElementTree.ParseError, DefusedXmlException, ValueError):
        return {}
    values: dict[str, str] = {}
    for element in root.iter():
        if element.text and element.text.strip() and len(element) == 0:
            values[element.tag.rpartition("}")[2]] = element.text.strip()
        for name, value in element.attrib.items():
            values[name.rpartition("}")[2]] = value
    return values


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return value.strip("\0 \t\r\n") if isinstance(value, str) else ""


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return found if math.isfinite(found) else None


def _degrees(parts: Any, letter: Any, negative: str, limit: float) -> float | None:
    if not isinstance(parts, tuple) or len(parts) != 3:
        return None
    numbers = [_number(part) for part in parts]
    if any(number is None for number in numbers):
        return None
    degrees, minutes, seconds = (number or 0.0 for number in numbers)
    value = degrees + minutes / 60 + seconds / 3600
    if not 0 <= value <= limit:
        return None
    return -value if _text(letter).upper() == negative else value


def _moment(text: str) -> str | None:
    """Return ``2026:03:01 10:00:00`` as ISO 8601; None where it is no time."""
    date, _, clock = text.partition(" ")
    parts = date.split(":")
    if len(parts) != 3 or not all(part.isdigit() for part in parts) or parts[0] == "0000":
        return None
    return f"{'-'.join(parts)}T{clock or '00:00:00'}"
