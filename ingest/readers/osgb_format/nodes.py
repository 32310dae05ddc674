"""Fields of the classes that make up the scene graph."""

from __future__ import annotations

from typing import Any, Final

from ingest.readers.osgb_format.records import Record, SceneReader

PIXEL_RANGE: Final = 1
_SCALARS: Final = {
    "bool": "?", "char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2",
    "int": "i4", "uint": "u4", "float": "f4", "double": "f8",
}  # fmt: skip


def object_fields(reader: SceneReader, record: Record) -> None:
    """osg::Object."""
    stream = reader.stream
    record.fields["name"] = stream.text()
    stream.i32()  # data variance
    if reader.version < 77:
        _user_data(reader, record)
    else:
        reader.optional_object()


def user_data_container(reader: SceneReader, record: Record) -> None:
    """osg::DefaultUserDataContainer."""
    _user_data(reader, record)
    _descriptions(reader, record)
    record.fields["objects"] = reader.bracketed_objects()


def _user_data(reader: SceneReader, record: Record) -> None:
    if reader.stream.boolean():
        end = reader.begin()
        reader.object()
        reader.end(end)


def _descriptions(reader: SceneReader, record: Record) -> None:
    if reader.stream.boolean():
        count = reader.stream.count(4)
        end = reader.begin()
        record.fields["descriptions"] = [reader.stream.text() for _ in range(count)]
        reader.end(end)


def string_value(reader: SceneReader, record: Record) -> None:
    """osg::StringValueObject."""
    record.fields["value"] = reader.stream.text()


def number_value(kind: str, count: int) -> Any:
    """Return the reader of a value object of *count* numbers."""

    def read(reader: SceneReader, record: Record) -> None:
        record.fields["value"] = reader.stream.array(_SCALARS[kind], count)

    return read


def node_fields(reader: SceneReader, record: Record) -> None:
    """osg::Node."""
    stream = reader.stream
    if stream.boolean():
        end = reader.begin()
        stream.doubles(4)  # initial bound
        reader.end(end)
    for _ in range(4):  # callbacks: bounding sphere, update, event, cull
        reader.optional_object()
    stream.boolean()  # culling active
    stream.u32()  # node mask
    if reader.version < 77:
        _descriptions(reader, record)
    record.fields["state"] = reader.optional_object()


def group_fields(reader: SceneReader, record: Record) -> None:
    """osg::Group."""
    record.fields["children"] = reader.bracketed_objects()


def geode_fields(reader: SceneReader, record: Record) -> None:
    """osg::Geode."""
    record.fields["drawables"] = reader.bracketed_objects()


def transform_fields(reader: SceneReader, record: Record) -> None:
    """osg::Transform."""
    record.fields["absolute"] = reader.stream.i32() == 1


def matrix_transform(reader: SceneReader, record: Record) -> None:
    """osg::MatrixTransform."""
    record.fields["matrix"] = reader.matrix()


def position_attitude(reader: SceneReader, record: Record) -> None:
    """osg::PositionAttitudeTransform."""
    stream = reader.stream
    record.fields["position"] = stream.doubles(3)
    record.fields["attitude"] = stream.doubles(4)
    record.fields["scale"] = stream.doubles(3)
    record.fields["pivot"] = stream.doubles(3)


def coordinate_system(reader: SceneReader, record: Record) -> None:
    """osg::CoordinateSystemNode."""
    record.fields["format"] = reader.stream.text()
    record.fields["coordinate_system"] = reader.stream.text()
    reader.optional_object()


def ellipsoid(reader: SceneReader, record: Record) -> None:
    """osg::EllipsoidModel."""
    record.fields["radii_m"] = reader.stream.doubles(2)


def lod_fields(reader: SceneReader, record: Record) -> None:
    """osg::LOD."""
    stream = reader.stream
    record.fields["user_centre"] = stream.i32() != 0
    if stream.boolean():
        record.fields["sphere"] = stream.doubles(4)
    record.fields["range_mode"] = stream.i32()
    record.fields["ranges"] = []
    if stream.boolean():
        count = stream.count(8)
        end = reader.begin()
        record.fields["ranges"] = [stream.floats(2) for _ in range(count)]
        reader.end(end)


def paged_lod_fields(reader: SceneReader, record: Record) -> None:
    """osg::PagedLOD; unlike other groups it keeps its children here."""
    stream = reader.stream
    if stream.boolean() and stream.boolean():
        record.fields["database_path"] = stream.text()
    if reader.version < 70:
        stream.u32()  # frame number of the last traversal
    stream.u32()  # children that cannot be expired
    stream.boolean()  # external children paging disabled
    record.fields["files"] = []
    if stream.boolean():
        count = stream.count(4)
        end = reader.begin()
        record.fields["files"] = [stream.text() for _ in range(count)]
        reader.end(end)
        count = stream.count(8)
        end = reader.begin()
        stream.advance(8 * count)  # priority offsets and scales
        reader.end(end)
    record.fields["children"] = []
    if stream.boolean():
        count = stream.count(4)
        if count:
            end = reader.begin()
            record.fields["children"] = [reader.object() for _ in range(count)]
            reader.end(end)
