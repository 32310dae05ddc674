"""Fields of state sets, textures, images and the attributes that turn up beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ingest.readers.osgb_format.records import Record, SceneReader

RAW, ENCODED = 0, 1
FieldReader = Callable[[SceneReader, Record], None]


@dataclass(frozen=True)
class RawLayout:
    """How the pixels of an inline image without a file format lie in memory."""

    width: int
    height: int
    depth: int
    pixel_format: int
    data_type: int
    packing: int


def state_set(reader: SceneReader, record: Record) -> None:
    """osg::StateSet."""
    stream = reader.stream
    if stream.boolean():
        _modes(reader)
    record.fields["attributes"] = _attributes(reader) if stream.boolean() else []
    if stream.boolean():
        count = stream.count(4)
        end = reader.begin()
        for _ in range(count):
            _modes(reader)
        reader.end(end)
    record.fields["textures"] = []
    if stream.boolean():
        count = stream.count(4)
        end = reader.begin()
        record.fields["textures"] = [_attributes(reader) for _ in range(count)]
        reader.end(end)
    if stream.boolean():  # uniforms
        count = stream.count(8)
        end = reader.begin()
        for _ in range(count):
            reader.object()
            stream.i32()
        reader.end(end)
    stream.advance(12)  # rendering hint, bin mode, bin number
    stream.text()  # bin name
    stream.boolean()  # nested render bins
    reader.optional_object()  # update callback
    reader.optional_object()  # event callback
    if reader.version >= 151 and stream.boolean():  # shader defines
        count = stream.count(12)
        end = reader.begin()
        for _ in range(count):
            stream.text()
            stream.text()
            stream.i32()
        reader.end(end)


def _modes(reader: SceneReader) -> None:
    count = reader.stream.count(8)
    if count:
        end = reader.begin()
        reader.stream.advance(8 * count)
        reader.end(end)


def _attributes(reader: SceneReader) -> list[Record]:
    count = reader.stream.count(8)
    found: list[Record] = []
    if count:
        end = reader.begin()
        for _ in range(count):
            attribute = reader.object()
            reader.stream.i32()  # on, override, protected
            if attribute is not None:
                found.append(attribute)
        reader.end(end)
    return found


def state_attribute(reader: SceneReader, record: Record) -> None:
    """osg::StateAttribute."""
    reader.optional_object()
    reader.optional_object()


def texture(reader: SceneReader, record: Record) -> None:
    """osg::Texture."""
    stream, version = reader.stream, reader.version
    for _ in range(5):  # wrap s, t, r; filters
        if stream.boolean():
            stream.u32()
    stream.f32()  # anisotropy
    for _ in range(4):  # mip-maps, unreference, client storage, resize
        stream.boolean()
    stream.doubles(4)  # border colour
    stream.i32()  # border width
    stream.i32()  # internal format mode
    for _ in range(3):  # internal format, source format, source type
        if stream.boolean():
            stream.u32()
    stream.boolean()  # shadow comparison
    stream.advance(12)  # shadow function, mode, ambient
    if 95 <= version <= 153 and stream.boolean():
        stream.advance(21)  # image attachment
    if version >= 98 and stream.boolean():
        stream.text()  # swizzle
    if version >= 155:
        stream.floats(3)  # levels of detail


def texture_2d(reader: SceneReader, record: Record) -> None:
    """osg::Texture2D."""
    record.fields["image"] = image(reader) if reader.stream.boolean() else None
    reader.stream.advance(8)  # width and height


def image(reader: SceneReader) -> Record | None:
    """Return the image record that starts here; it has a layout of its own."""
    stream = reader.stream
    if reader.version > 94:
        kind = stream.text()
        if kind == "NULL":
            return None
    identifier = stream.u32()
    known = reader.objects.get(identifier)
    if known is not None:
        return known
    record = Record("osg::Image")
    reader.objects[identifier] = record
    record.fields["file"] = stream.text()
    stream.i32()  # what the writer was asked for
    storage = stream.i32()
    if storage == RAW:
        stream.i32()  # origin: either way the first row lies at v = 0
        width, height, depth = stream.i32(), stream.i32(), stream.i32()
        stream.i32()  # internal format
        pixel_format, data_type, packing = stream.i32(), stream.i32(), stream.i32()
        stream.i32()  # allocation mode
        count = stream.count()
        start = stream.advance(count)
        record.fields["pixels"] = memoryview(stream.data)[start : start + count]
        record.fields["layout"] = RawLayout(width, height, depth, pixel_format, data_type, packing)
        stream.advance(4 * stream.count(4))  # offsets of the mip-maps
    elif storage == ENCODED:
        record.fields["encoded"] = stream.take(stream.count())
    elif storage not in (2, 3):
        raise stream.fail(f"images of storage kind {storage} are not known")
    object_group = reader.classes["osg::Object"]
    for read_fields in object_group:
        read_fields(reader, record)
    return record


def material(reader: SceneReader, record: Record) -> None:
    """osg::Material."""
    stream = reader.stream
    stream.i32()  # colour mode
    for name in ("ambient", "diffuse", "specular", "emission"):
        if stream.boolean():
            stream.boolean()  # front and back alike
            record.fields[name] = stream.floats(4)
            stream.floats(4)
    if stream.boolean():
        stream.boolean()
        stream.floats(2)


def plain(layout: str) -> FieldReader:
    """Return the reader of fields without presence flags that are passed over.

    Parameters
    ----------
    layout : str
        ``i`` a 4-byte number, ``d`` an 8-byte one, ``?`` a truth value, ``m`` a matrix.
    """

    def read(reader: SceneReader, record: Record) -> None:
        for code in layout:
            if code == "?":
                reader.stream.boolean()
            elif code == "m":
                reader.matrix()
            else:
                reader.stream.advance(8 if code == "d" else 4)

    return read


def polygon_mode(reader: SceneReader, record: Record) -> None:
    """osg::PolygonMode."""
    if reader.stream.boolean():
        reader.stream.boolean()
        reader.stream.advance(8)


#: Layout of further state attributes after Object and StateAttribute.
PLAIN_ATTRIBUTES: Final = {
    "osg::TexEnv": "iiiii",
    "osg::CullFace": "i",
    "osg::FrontFace": "i",
    "osg::BlendFunc": "iiii",
    "osg::AlphaFunc": "ii",
    "osg::Depth": "idd?",
    "osg::PolygonOffset": "ii",
    "osg::ShadeModel": "i",
    "osg::TexMat": "m?",
    "osg::LightModel": "iiiii??",
}
