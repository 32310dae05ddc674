"""Words for entity types: the catalogue's identifiers as people call the things."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from app.editing import schema

#: What the form changes beside attributes.
_VALUES: Final = {
    "name": QT_TRANSLATE_NOOP("Edit", "name"),
    "type": QT_TRANSLATE_NOOP("Edit", "type"),
    "east": QT_TRANSLATE_NOOP("Edit", "easting"),
    "north": QT_TRANSLATE_NOOP("Edit", "northing"),
    "height": QT_TRANSLATE_NOOP("Edit", "height"),
    "height reference": QT_TRANSLATE_NOOP("Edit", "height reference"),
    "heading": QT_TRANSLATE_NOOP("Edit", "heading"),
    "pitch": QT_TRANSLATE_NOOP("Edit", "pitch"),
    "roll": QT_TRANSLATE_NOOP("Edit", "roll"),
    "valid from": QT_TRANSLATE_NOOP("Edit", "valid from"),
    "valid until": QT_TRANSLATE_NOOP("Edit", "valid until"),
    "move": QT_TRANSLATE_NOOP("Edit", "move"),
    "turn": QT_TRANSLATE_NOOP("Edit", "turn"),
    "scale": QT_TRANSLATE_NOOP("Edit", "scale"),
    "place": QT_TRANSLATE_NOOP("Edit", "place"),
    "corner": QT_TRANSLATE_NOOP("Edit", "corner"),
    "new corner": QT_TRANSLATE_NOOP("Edit", "new corner"),
    "corner removed": QT_TRANSLATE_NOOP("Edit", "corner removed"),
    "attached": QT_TRANSLATE_NOOP("Edit", "attached"),
    "detached": QT_TRANSLATE_NOOP("Edit", "detached"),
}

_ENTITY_TYPES: Final = {
    "building": QT_TRANSLATE_NOOP("EntityType", "Building"),
    "building-part": QT_TRANSLATE_NOOP("EntityType", "Building part"),
    "storey": QT_TRANSLATE_NOOP("EntityType", "Storey"),
    "space": QT_TRANSLATE_NOOP("EntityType", "Room"),
    "room": QT_TRANSLATE_NOOP("EntityType", "Room"),
    "site": QT_TRANSLATE_NOOP("EntityType", "Site"),
    "project": QT_TRANSLATE_NOOP("EntityType", "Project"),
    "wall": QT_TRANSLATE_NOOP("EntityType", "Wall"),
    "curtain-wall": QT_TRANSLATE_NOOP("EntityType", "Curtain wall"),
    "slab": QT_TRANSLATE_NOOP("EntityType", "Slab"),
    "roof": QT_TRANSLATE_NOOP("EntityType", "Roof"),
    "column": QT_TRANSLATE_NOOP("EntityType", "Column"),
    "beam": QT_TRANSLATE_NOOP("EntityType", "Beam"),
    "door": QT_TRANSLATE_NOOP("EntityType", "Door"),
    "window": QT_TRANSLATE_NOOP("EntityType", "Window"),
    "stair": QT_TRANSLATE_NOOP("EntityType", "Stair"),
    "ramp": QT_TRANSLATE_NOOP("EntityType", "Ramp"),
    "railing": QT_TRANSLATE_NOOP("EntityType", "Railing"),
    "opening": QT_TRANSLATE_NOOP("EntityType", "Opening"),
    "covering": QT_TRANSLATE_NOOP("EntityType", "Covering"),
    "furniture": QT_TRANSLATE_NOOP("EntityType", "Furniture"),
    "plate": QT_TRANSLATE_NOOP("EntityType", "Plate"),
    "member": QT_TRANSLATE_NOOP("EntityType", "Member"),
    "assembly": QT_TRANSLATE_NOOP("EntityType", "Assembly"),
    "element": QT_TRANSLATE_NOOP("EntityType", "Building element"),
    "element-part": QT_TRANSLATE_NOOP("EntityType", "Part of an element"),
    "virtual-element": QT_TRANSLATE_NOOP("EntityType", "Virtual element"),
    "footing": QT_TRANSLATE_NOOP("EntityType", "Foundation"),
    "pile": QT_TRANSLATE_NOOP("EntityType", "Pile"),
    "bearing": QT_TRANSLATE_NOOP("EntityType", "Bearing"),
    "reinforcement": QT_TRANSLATE_NOOP("EntityType", "Reinforcement"),
    "structural": QT_TRANSLATE_NOOP("EntityType", "Structural item"),
    "chimney": QT_TRANSLATE_NOOP("EntityType", "Chimney"),
    "shading-device": QT_TRANSLATE_NOOP("EntityType", "Shading device"),
    "pavement": QT_TRANSLATE_NOOP("EntityType", "Pavement"),
    "kerb": QT_TRANSLATE_NOOP("EntityType", "Kerb"),
    "earthworks": QT_TRANSLATE_NOOP("EntityType", "Earthworks"),
    "bridge": QT_TRANSLATE_NOOP("EntityType", "Bridge"),
    "facility": QT_TRANSLATE_NOOP("EntityType", "Facility"),
    "facility-part": QT_TRANSLATE_NOOP("EntityType", "Part of a facility"),
    "marine-facility": QT_TRANSLATE_NOOP("EntityType", "Marine facility"),
    "mooring": QT_TRANSLATE_NOOP("EntityType", "Mooring"),
    "navigation-aid": QT_TRANSLATE_NOOP("EntityType", "Navigation aid"),
    "civil-element": QT_TRANSLATE_NOOP("EntityType", "Civil element"),
    "geographic-element": QT_TRANSLATE_NOOP("EntityType", "Geographic element"),
    "geotechnical-element": QT_TRANSLATE_NOOP("EntityType", "Geotechnical element"),
    "zone": QT_TRANSLATE_NOOP("EntityType", "Zone"),
    "system": QT_TRANSLATE_NOOP("EntityType", "System"),
    "group": QT_TRANSLATE_NOOP("EntityType", "Group"),
    "asset": QT_TRANSLATE_NOOP("EntityType", "Asset"),
    "grid": QT_TRANSLATE_NOOP("EntityType", "Grid"),
    "annotation": QT_TRANSLATE_NOOP("EntityType", "Annotation"),
    "alignment": QT_TRANSLATE_NOOP("EntityType", "Alignment"),
    "referent": QT_TRANSLATE_NOOP("EntityType", "Referent"),
    "port": QT_TRANSLATE_NOOP("EntityType", "Port"),
    "equipment": QT_TRANSLATE_NOOP("EntityType", "Equipment"),
    "terminal": QT_TRANSLATE_NOOP("EntityType", "Terminal"),
    "segment": QT_TRANSLATE_NOOP("EntityType", "Segment"),
    "fitting": QT_TRANSLATE_NOOP("EntityType", "Fitting"),
    "flow-controller": QT_TRANSLATE_NOOP("EntityType", "Flow controller"),
    "treatment-device": QT_TRANSLATE_NOOP("EntityType", "Treatment device"),
    "control-device": QT_TRANSLATE_NOOP("EntityType", "Control device"),
    "controller": QT_TRANSLATE_NOOP("EntityType", "Controller"),
    "actuator": QT_TRANSLATE_NOOP("EntityType", "Actuator"),
    "alarm-device": QT_TRANSLATE_NOOP("EntityType", "Alarm device"),
    "air-handling-unit": QT_TRANSLATE_NOOP("EntityType", "Air handling unit"),
    "air-terminal": QT_TRANSLATE_NOOP("EntityType", "Air terminal"),
    "appliance": QT_TRANSLATE_NOOP("EntityType", "Appliance"),
    "battery": QT_TRANSLATE_NOOP("EntityType", "Battery"),
    "boiler": QT_TRANSLATE_NOOP("EntityType", "Boiler"),
    "breaker": QT_TRANSLATE_NOOP("EntityType", "Breaker"),
    "cable": QT_TRANSLATE_NOOP("EntityType", "Cable"),
    "cable-tray": QT_TRANSLATE_NOOP("EntityType", "Cable tray"),
    "chamber": QT_TRANSLATE_NOOP("EntityType", "Chamber"),
    "chiller": QT_TRANSLATE_NOOP("EntityType", "Chiller"),
    "compressor": QT_TRANSLATE_NOOP("EntityType", "Compressor"),
    "cooling-tower": QT_TRANSLATE_NOOP("EntityType", "Cooling tower"),
    "damper": QT_TRANSLATE_NOOP("EntityType", "Damper"),
    "duct": QT_TRANSLATE_NOOP("EntityType", "Duct"),
    "fan": QT_TRANSLATE_NOOP("EntityType", "Fan"),
    "fire-terminal": QT_TRANSLATE_NOOP("EntityType", "Fire terminal"),
    "generator": QT_TRANSLATE_NOOP("EntityType", "Generator"),
    "heat-exchanger": QT_TRANSLATE_NOOP("EntityType", "Heat exchanger"),
    "meter": QT_TRANSLATE_NOOP("EntityType", "Meter"),
    "motor": QT_TRANSLATE_NOOP("EntityType", "Motor"),
    "outlet": QT_TRANSLATE_NOOP("EntityType", "Outlet"),
    "pump": QT_TRANSLATE_NOOP("EntityType", "Pump"),
    "sanitary-terminal": QT_TRANSLATE_NOOP("EntityType", "Sanitary terminal"),
    "solar-panel": QT_TRANSLATE_NOOP("EntityType", "Solar panel"),
    "switch": QT_TRANSLATE_NOOP("EntityType", "Switch"),
    "switchboard": QT_TRANSLATE_NOOP("EntityType", "Switchboard"),
    "tank": QT_TRANSLATE_NOOP("EntityType", "Tank"),
    "transformer": QT_TRANSLATE_NOOP("EntityType", "Transformer"),
    "transport-element": QT_TRANSLATE_NOOP("EntityType", "Lift or conveyor"),
    "valve": QT_TRANSLATE_NOOP("EntityType", "Valve"),
    "road": QT_TRANSLATE_NOOP("EntityType", "Road"),
    "rail": QT_TRANSLATE_NOOP("EntityType", "Rail"),
    "railway": QT_TRANSLATE_NOOP("EntityType", "Railway"),
    "track": QT_TRANSLATE_NOOP("EntityType", "Track"),
    "path": QT_TRANSLATE_NOOP("EntityType", "Path"),
    "parking": QT_TRANSLATE_NOOP("EntityType", "Parking"),
    "water": QT_TRANSLATE_NOOP("EntityType", "Water"),
    "land-use": QT_TRANSLATE_NOOP("EntityType", "Land use"),
    "landuse": QT_TRANSLATE_NOOP("EntityType", "Land use"),
    "green": QT_TRANSLATE_NOOP("EntityType", "Green space"),
    "parcel": QT_TRANSLATE_NOOP("EntityType", "Parcel"),
    "district": QT_TRANSLATE_NOOP("EntityType", "District"),
    "boundary": QT_TRANSLATE_NOOP("EntityType", "Boundary"),
    "contour": QT_TRANSLATE_NOOP("EntityType", "Contour"),
    "fence": QT_TRANSLATE_NOOP("EntityType", "Fence"),
    "quay": QT_TRANSLATE_NOOP("EntityType", "Quay"),
    "berth": QT_TRANSLATE_NOOP("EntityType", "Berth"),
    "tree": QT_TRANSLATE_NOOP("EntityType", "Tree"),
    "lamp": QT_TRANSLATE_NOOP("EntityType", "Street lamp"),
    "pole": QT_TRANSLATE_NOOP("EntityType", "Pole"),
    "bench": QT_TRANSLATE_NOOP("EntityType", "Bench"),
    "hydrant": QT_TRANSLATE_NOOP("EntityType", "Hydrant"),
    "manhole": QT_TRANSLATE_NOOP("EntityType", "Manhole"),
    "traffic-signal": QT_TRANSLATE_NOOP("EntityType", "Traffic signal"),
    "signal": QT_TRANSLATE_NOOP("EntityType", "Signal"),
    "sign": QT_TRANSLATE_NOOP("EntityType", "Sign"),
    "camera": QT_TRANSLATE_NOOP("EntityType", "Camera"),
    "sensor": QT_TRANSLATE_NOOP("EntityType", "Sensor"),
    "crane": QT_TRANSLATE_NOOP("EntityType", "Quay crane"),
    "container": QT_TRANSLATE_NOOP("EntityType", "Container"),
    "truck": QT_TRANSLATE_NOOP("EntityType", "Truck"),
    "vehicle": QT_TRANSLATE_NOOP("EntityType", "Vehicle"),
    "ship": QT_TRANSLATE_NOOP("EntityType", "Ship"),
    "pipe": QT_TRANSLATE_NOOP("EntityType", "Pipe"),
    "area": QT_TRANSLATE_NOOP("EntityType", "Area"),
    "line": QT_TRANSLATE_NOOP("EntityType", "Line"),
    "place": QT_TRANSLATE_NOOP("EntityType", "Place"),
    "point": QT_TRANSLATE_NOOP("EntityType", "Point"),
    "feature": QT_TRANSLATE_NOOP("EntityType", "Feature"),
    "object": QT_TRANSLATE_NOOP("EntityType", "Object"),
}


def entity_type(name: str) -> str:
    """Return the word for an entity type; an identifier that nobody declares made readable."""
    key = name.lower().replace("_", "-")
    own = key.replace("-", "_")
    if own in schema.project_ids():
        return schema.sentence(schema.catalogue().name(own, schema.language()))
    if key in _ENTITY_TYPES:
        return QCoreApplication.translate("EntityType", str(_ENTITY_TYPES[key]))
    # Reading the catalogue takes half a second: what is drawn before is drawn again after.
    if schema.is_loaded() and (known := schema.known_type(name)) is not None:
        return schema.sentence(schema.catalogue().name(known, schema.language()))
    return name.replace("_", " ").replace("-", " ").capitalize()


def edited(what: str) -> str:
    """Return the word for what a command changed: a value, a property or an entity's type."""
    if what in _ENTITY_TYPES:
        return entity_type(what)
    if what in _VALUES:
        return QCoreApplication.translate("Edit", str(_VALUES[what]))
    if not schema.is_loaded():
        return what
    for kind in schema.catalogue().types():
        for one in kind.properties:
            if one.name.en == what:
                return one.name.get(schema.language())
    return what
