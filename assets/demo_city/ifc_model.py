"""Makes IFC 4 models from boxes and prisms, with ifcopenshell."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

_NAMESPACE: Final = uuid.UUID("5d1c7a86-0f3e-5f0f-8a0b-3c0d2b7f9e11")

Triple = tuple[float, float, float]
Colour = tuple[float, float, float, float]


class IfcModel:
    """A model under construction; every id follows from a name, so that it can be repeated.

    Parameters
    ----------
    name, name_en : str
        Of the project, in Chinese and English.
    in_english : bool
        Which of both languages names are in.
    """

    def __init__(self, name: str, name_en: str, *, in_english: bool = False) -> None:
        import ifcopenshell  # heavy, and needed only when the city is made

        self._in_english = in_english
        name = self.say(name, name_en)
        model: Any = ifcopenshell.file(schema="IFC4")
        self.file = model
        self.header: Any = self.file.header
        self._children: dict[Any, list[Any]] = defaultdict(list)
        self._contents: dict[Any, list[Any]] = defaultdict(list)
        self._styles: dict[Colour, Any] = {}
        self._number = 0
        make = self.file.create_entity
        origin = make("IfcCartesianPoint", (0.0, 0.0, 0.0))
        self.axes = make("IfcAxis2Placement3D", origin)
        self.context = make(
            "IfcGeometricRepresentationContext", None, "Model", 3, 1e-5, self.axes,
            make("IfcDirection", (0.0, 1.0)),
        )  # fmt: skip
        units = make(
            "IfcUnitAssignment",
            [
                make("IfcSIUnit", None, "LENGTHUNIT", None, "METRE"),
                make("IfcSIUnit", None, "AREAUNIT", None, "SQUARE_METRE"),
                make("IfcSIUnit", None, "VOLUMEUNIT", None, "CUBIC_METRE"),
                make("IfcSIUnit", None, "PLANEANGLEUNIT", None, "RADIAN"),
            ],
        )
        self.project = make(
            "IfcProject", self.guid(name), None, name, None, None, None, None, [self.context], units
        )

    def say(self, chinese: str, english: str) -> str:
        """Return what is said in the language of the model."""
        return english if self._in_english else chinese

    def guid(self, name: str) -> str:
        """Return a GlobalId that follows from a name and the order of calls."""
        import ifcopenshell.guid

        self._number += 1
        made: str = ifcopenshell.guid.compress(uuid.uuid5(_NAMESPACE, f"{self._number}/{name}").hex)
        return made

    def place_on_map(
        self, crs: str, vertical_datum: str, east: float, north: float, height: float
    ) -> None:
        """Say where the model's origin lies (IfcMapConversion)."""
        make = self.file.create_entity
        metre = make("IfcSIUnit", None, "LENGTHUNIT", None, "METRE")
        target = make("IfcProjectedCRS", crs, None, None, vertical_datum, None, None, metre)
        make("IfcMapConversion", self.context, target, east, north, height, 1.0, 0.0, 1.0)

    def spatial(self, kind: str, name: str, name_en: str, parent: Any, **extra: Any) -> Any:
        """Add a site, building or storey."""
        thing = self.file.create_entity(
            kind, GlobalId=self.guid(name), Name=self.say(name, name_en),
            LongName=self.say(name_en, name),
            ObjectPlacement=self._placed((0.0, 0.0, 0.0), (1.0, 0.0)),
            CompositionType="ELEMENT", **extra,
        )  # fmt: skip
        self._children[parent].append(thing)
        return thing

    def space(self, name: str, name_en: str, storey: Any, low: Triple, size: Triple) -> Any:
        """Add a room."""
        said = self.say(name, name_en)
        thing = self._thing("IfcSpace", said, low, size, (0.6, 0.8, 0.9, 0.3), (1.0, 0.0))
        thing.LongName, thing.CompositionType = self.say(name_en, name), "ELEMENT"
        thing.PredefinedType = "INTERNAL"
        self._children[storey].append(thing)
        return thing

    def box(
        self,
        kind: str,
        name: str,
        storey: Any,
        low: Triple,
        size: Triple,
        colour: Colour,
        **extra: Any,
    ) -> Any:
        """Add an element that is a box: its lowest corner and its extent."""
        thing = self._thing(kind, name, low, size, colour, (1.0, 0.0))
        for key, value in extra.items():
            setattr(thing, key, value)
        self._contents[storey].append(thing)
        return thing

    def plate(
        self, name: str, storey: Any, low: Triple, size: Triple, colour: Colour,
        holes: Sequence[tuple[float, float, float, float]],
    ) -> Any:  # fmt: skip
        """Add a floor slab with rectangular holes: west, south, east, north from its corner."""
        make = self.file.create_entity

        def ring(west: float, south: float, east: float, north: float) -> Any:
            corners = [(west, south), (east, south), (east, north), (west, north)]
            points = [make("IfcCartesianPoint", tuple(map(float, one))) for one in corners]
            return make("IfcPolyline", [*points, points[0]])

        whole, cut = ring(0.0, 0.0, size[0], size[1]), [ring(*hole) for hole in holes]
        profile = make("IfcArbitraryProfileDefWithVoids", "AREA", None, whole, cut)
        thing = self._shaped("IfcSlab", name, profile, self.axes, size[2], colour, low, (1.0, 0.0))
        thing.PredefinedType = "FLOOR"
        self._contents[storey].append(thing)
        return thing

    def prism(
        self, kind: str, name: str, storey: Any, outline: Sequence[tuple[float, float]],
        at: Triple, length: float, colour: Colour, *, along: tuple[float, float] = (1.0, 0.0),
    ) -> Any:  # fmt: skip
        """Add an element with a profile in x and z, drawn along y; turned so that x is *along*."""
        make = self.file.create_entity
        points = [make("IfcCartesianPoint", (float(x), float(z))) for x, z in outline]
        profile = make("IfcArbitraryClosedProfileDef", "AREA", None,
                       make("IfcPolyline", [*points, points[0]]))  # fmt: skip
        # The profile's plane is x and z of the model, so it is drawn towards negative y.
        frame = make(
            "IfcAxis2Placement3D", make("IfcCartesianPoint", (0.0, length, 0.0)),
            make("IfcDirection", (0.0, -1.0, 0.0)), make("IfcDirection", (1.0, 0.0, 0.0)),
        )  # fmt: skip
        thing = self._shaped(kind, name, profile, frame, length, colour, at, along)
        self._contents[storey].append(thing)
        return thing

    def properties(self, thing: Any, name: str, values: Mapping[str, Any]) -> None:
        """Attach a property set; the type of each value is that of the Python one."""
        kinds = {bool: "IfcBoolean", int: "IfcInteger", float: "IfcReal", str: "IfcLabel"}
        make = self.file.create_entity
        listed = [
            make("IfcPropertySingleValue", key, None, make(kinds[type(value)], value), None)
            for key, value in values.items()
        ]
        definition = make("IfcPropertySet", self.guid(name), None, name, None, listed)
        make("IfcRelDefinesByProperties", self.guid(name), None, None, None, [thing], definition)

    def system(self, name: str, members: Sequence[Any], building: Any) -> None:
        """Add a technical system that serves a building."""
        make = self.file.create_entity
        system = make("IfcSystem", self.guid(name), None, name)
        make("IfcRelAssignsToGroup", self.guid(name), None, None, None, list(members), None, system)
        make("IfcRelServicesBuildings", self.guid(name), None, None, None, system, [building])

    def connect(self, first: Any, second: Any) -> None:
        """Say that two elements are connected."""
        self.file.create_entity(
            "IfcRelConnectsElements", self.guid("connects"), None, None, None, None, first, second
        )

    def write(self, path: Path) -> None:
        """Write the file with all relations."""
        make = self.file.create_entity
        for parent, things in self._children.items():
            make("IfcRelAggregates", self.guid("in"), None, None, None, parent, things)
        for parent, things in self._contents.items():
            make(
                "IfcRelContainedInSpatialStructure",
                self.guid("at"),
                None,
                None,
                None,
                things,
                parent,
            )
        names = self.header.file_name
        names.name, names.time_stamp = path.name, "2026-03-01T10:00:00"
        names.author, names.organization = ("Shapan",), ("Shapan",)
        names.preprocessor_version, names.originating_system = "IfcOpenShell", "Shapan demo city"
        self.file.write(str(path))

    def _placed(self, at: Triple, along: tuple[float, float]) -> Any:
        make = self.file.create_entity
        axes = make(
            "IfcAxis2Placement3D", make("IfcCartesianPoint", tuple(map(float, at))),
            make("IfcDirection", (0.0, 0.0, 1.0)), make("IfcDirection", (*along, 0.0)),
        )  # fmt: skip
        return make("IfcLocalPlacement", None, axes)

    def _thing(
        self, kind: str, name: str, low: Triple, size: Triple, colour: Colour,
        along: tuple[float, float],
    ) -> Any:  # fmt: skip
        make = self.file.create_entity
        middle = make("IfcCartesianPoint", (size[0] / 2, size[1] / 2))
        profile = make(
            "IfcRectangleProfileDef", "AREA", None, make("IfcAxis2Placement2D", middle),
            float(size[0]), float(size[1]),
        )  # fmt: skip
        return self._shaped(kind, name, profile, self.axes, size[2], colour, low, along)

    def _shaped(
        self, kind: str, name: str, profile: Any, frame: Any, length: float, colour: Colour,
        at: Triple, along: tuple[float, float],
    ) -> Any:  # fmt: skip
        make = self.file.create_entity
        up = make("IfcDirection", (0.0, 0.0, 1.0))
        solid = make("IfcExtrudedAreaSolid", profile, frame, up, float(length))
        make("IfcStyledItem", solid, [self._style(colour)], None)
        shape = make("IfcShapeRepresentation", self.context, "Body", "SweptSolid", [solid])
        return make(
            kind, GlobalId=self.guid(name), Name=name, ObjectPlacement=self._placed(at, along),
            Representation=make("IfcProductDefinitionShape", None, None, [shape]),
        )  # fmt: skip

    def _style(self, colour: Colour) -> Any:
        if colour not in self._styles:
            make = self.file.create_entity
            red, green, blue, alpha = colour
            shade = make(
                "IfcSurfaceStyleRendering", make("IfcColourRgb", None, red, green, blue),
                1.0 - alpha, None, None, None, None, None, None, "NOTDEFINED",
            )  # fmt: skip
            self._styles[colour] = make("IfcSurfaceStyle", None, "BOTH", [shade])
        return self._styles[colour]
