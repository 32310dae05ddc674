"""The classes that are known, and the parsing of one file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.readers.osgb_format import drawables, nodes, state
from ingest.readers.osgb_format.records import Record, SceneReader
from ingest.readers.osgb_format.state import FieldReader
from ingest.readers.osgb_format.stream import (
    IMAGE,
    MAX_BODY_BYTES,
    Header,
    open_body,
    read_header,
)
from twin_model.errors import SourceError


def _classes() -> dict[str, tuple[FieldReader, ...]]:
    base: FieldReader = nodes.object_fields
    node = (base, nodes.node_fields)
    group = (*node, nodes.group_fields)
    transform = (*group, nodes.transform_fields)
    attribute = (base, state.state_attribute)
    table: dict[str, tuple[FieldReader, ...]] = {
        "osg::Object": (base,),
        "osg::DefaultUserDataContainer": (base, nodes.user_data_container),
        "osg::StringValueObject": (base, nodes.string_value),
        "osg::Node": node,
        "osg::Group": group,
        "osg::Geode": (*node, nodes.geode_fields),
        "osg::LOD": (*group, nodes.lod_fields),
        "osg::PagedLOD": (*node, nodes.lod_fields, nodes.paged_lod_fields),
        "osg::Transform": transform,
        "osg::MatrixTransform": (*transform, nodes.matrix_transform),
        "osg::PositionAttitudeTransform": (*transform, nodes.position_attitude),
        "osg::CoordinateSystemNode": (*group, nodes.coordinate_system),
        "osg::EllipsoidModel": (base, nodes.ellipsoid),
        "osg::StateSet": (base, state.state_set),
        "osg::Texture2D": (*attribute, state.texture, state.texture_2d),
        "osg::Material": (*attribute, state.material),
        "osg::PolygonMode": (*attribute, state.polygon_mode),
        "osg::VertexBufferObject": (base, drawables.buffer_fields),
        "osg::ElementBufferObject": (base, drawables.buffer_fields),
    }
    for name, layout in state.PLAIN_ATTRIBUTES.items():
        table[name] = (*attribute, state.plain(layout))
    for name in drawables.ARRAY_CLASSES:
        table[name] = (base, drawables.array_fields)
    for name in ("DrawArrays", "DrawArrayLengths", *(f"DrawElements{k}" for k in _INDEX_KINDS)):
        table[f"osg::{name}"] = (base, drawables.primitive_fields)
    for kind in ("bool", "char", "uchar", "short", "ushort", "int", "uint", "float", "double"):
        name = kind.removeprefix("u").capitalize() if kind.startswith("u") else kind.capitalize()
        prefix = "U" if kind.startswith("u") else ""
        table[f"osg::{prefix}{name}ValueObject"] = (base, nodes.number_value(kind, 1))
    for width in (2, 3, 4):
        table[f"osg::Vec{width}fValueObject"] = (base, nodes.number_value("float", width))
        table[f"osg::Vec{width}dValueObject"] = (base, nodes.number_value("double", width))
    return table


_INDEX_KINDS: Final = ("UByte", "UShort", "UInt")
_CLASSES: Final = _classes()
_GEOMETRY: Final[tuple[FieldReader, ...]] = (drawables.drawable_fields, drawables.geometry_fields)
# A drawable became a node with version 154.
_OLD_CLASSES: Final = _CLASSES | {"osg::Geometry": (nodes.object_fields, *_GEOMETRY)}
_NEW_CLASSES: Final = _CLASSES | {
    "osg::Geometry": (nodes.object_fields, nodes.node_fields, *_GEOMETRY)
}


@dataclass(frozen=True)
class ParsedFile:
    """The object tree of one file.

    Parameters
    ----------
    path : Path
    header : Header
    root : Record or None
        None for a null root.
    objects : list of Record
        Every object and image of the file, each once.
    skipped : Counter of str
        Unknown classes and how often each was passed over.
    bytes_left : int
        Bytes of the body behind the root; 0 in every well-formed file.
    skipped_bytes : int
        Bytes at the ends of known objects for which no field is known.
    """

    path: Path
    header: Header
    root: Record | None
    objects: list[Record]
    skipped: Counter[str]
    bytes_left: int
    skipped_bytes: int


def parse_file(path: Path) -> ParsedFile:
    """Parse one OSGB file.

    Raises
    ------
    SourceError
        If it cannot be opened, is damaged, or holds what this program does not know.
    """
    try:
        if path.stat().st_size > MAX_BODY_BYTES:
            raise SourceError(
                path,
                f"a tile of more than {MAX_BODY_BYTES >> 20} MiB",
                remedy="export smaller tiles",
            )
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(path, f"cannot be read ({error.strerror})") from error
    header = read_header(path, data)
    stream = open_body(path, data, header)
    classes = _NEW_CLASSES if header.version >= 154 else _OLD_CLASSES
    reader = SceneReader(stream, header, classes)
    root = state.image(reader) if header.content == IMAGE else reader.object()
    return ParsedFile(
        path,
        header,
        root,
        list(reader.objects.values()),
        reader.skipped,
        stream.size - stream.position,
        reader.skipped_bytes,
    )
