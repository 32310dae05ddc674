"""The passenger terminal of the demo city as a building information model."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from assets.demo_city.ifc_model import IfcModel
from assets.demo_city.plan import CRS, ORIGIN, TERMINAL_LOT, VERTICAL_CRS
from assets.demo_city.terminal_ways import PARTITION_M, add_flights, add_partition, openings

_LENGTH: Final = 156.0
_WIDTH: Final = 54.0
_LOW: Final = (28.0, 22.0)
_FLOORS: Final = (0.0, 6.0, 11.0)
_ROOF_M: Final = 15.6
_GROUND_M: Final = 4.2

_CONCRETE: Final = (0.78, 0.77, 0.74, 1.0)
_WALL: Final = (0.93, 0.92, 0.89, 1.0)
_GLASS: Final = (0.52, 0.68, 0.74, 0.45)
_STEEL: Final = (0.62, 0.65, 0.68, 1.0)
_ROOF: Final = (0.86, 0.88, 0.90, 1.0)
_MACHINE: Final = (0.28, 0.50, 0.62, 1.0)
_BOARD: Final = (0.80, 0.78, 0.70, 1.0)
_WOOD: Final = (0.66, 0.50, 0.34, 1.0)

_STOREYS: Final = (
    ("一层 到达", "Level 1 Arrivals"),
    ("二层 出发", "Level 2 Departures"),
    ("三层 办公", "Level 3 Offices"),
)
_ROOMS: Final = (
    (("到达大厅", "Arrivals hall", 0.0, 0.52), ("行李提取", "Baggage claim", 0.52, 0.78),
     ("设备机房", "Plant room", 0.78, 1.0)),
    (("出发大厅", "Departures hall", 0.0, 0.46), ("边检", "Border control", 0.46, 0.66),
     ("候船厅", "Waiting lounge", 0.66, 1.0)),
    (("调度中心", "Control centre", 0.0, 0.34), ("办公区", "Offices", 0.34, 0.76),
     ("会议室", "Meeting rooms", 0.76, 1.0)),
)  # fmt: skip
#: The middles of doors between rooms from the southern edge, and how wide they are by storey.
_DOORS: Final = (17.0, 34.0)
_DOOR_WIDTHS: Final = (2.4, 2.4, 1.4)


def write_terminal(path: Path, *, english: bool = False) -> int:
    """Write the model, with names in one language; return the number of its products."""
    model = IfcModel("客运码头航站楼", "Passenger Terminal", in_english=english)
    model.place_on_map(
        CRS, VERTICAL_CRS, ORIGIN[0] + TERMINAL_LOT[0], ORIGIN[1] + TERMINAL_LOT[1], _GROUND_M
    )
    site = model.spatial("IfcSite", "客运码头", "Passenger quay", model.project)
    building = model.spatial("IfcBuilding", "航站楼", "Terminal building", site)
    storeys = [
        model.spatial("IfcBuildingStorey", name, english, building, Elevation=level)
        for (name, english), level in zip(_STOREYS, _FLOORS)
    ]
    for index, storey in enumerate(storeys):
        _structure(model, storey, index)
        _envelope(model, storey, index)
        _rooms(model, storey, index)
    add_flights(model, storeys, _FLOORS, _LOW)
    _roof(model, storeys[2])
    _equipment(model, storeys, building)
    model.write(path)
    return len(model.file.by_type("IfcProduct"))


def _height(index: int) -> float:
    return (_FLOORS[index + 1] if index < 2 else _ROOF_M) - _FLOORS[index]


def _inset(index: int) -> float:
    """The upper storeys stand back towards the sea."""
    return (0.0, 4.0, 12.0)[index]


def _structure(model: IfcModel, storey: Any, index: int) -> None:
    x, y = _LOW
    z, inset = _FLOORS[index], _inset(index)
    name = f"{model.say('楼板', 'Slab')} {index + 1}"
    low = (x - 1.5, y + inset - 1.5, z - 0.35)
    size = (_LENGTH + 3.0, _WIDTH - inset + 3.0, 0.35)
    if index:
        holes = [
            (west + 1.5, south - inset + 1.5, east + 1.5, north - inset + 1.5)
            for west, south, east, north in openings(index, z - _FLOORS[index - 1])
        ]
        slab = model.plate(name, storey, low, size, _CONCRETE, holes)
    else:
        slab = model.box("IfcSlab", name, storey, low, size, _CONCRETE, PredefinedType="FLOOR")
    model.properties(
        slab, "Pset_SlabCommon", {"LoadBearing": True, "FireRating": "REI 120", "IsExternal": False}
    )
    number = 0
    for i in range(14):
        for row in (1.2, _WIDTH * 0.5, _WIDTH - 1.8):
            if row < inset + 1.0:
                continue
            number += 1
            column = model.box(
                "IfcColumn", f"{model.say('柱', 'Column')} {index + 1}-{number:02d}", storey,
                (x + 1.0 + i * (_LENGTH - 2.7) / 13, y + row, z), (0.7, 0.7, _height(index) - 0.35),
                _STEEL,
            )  # fmt: skip
            if number == 1:
                model.properties(
                    column, "Pset_ColumnCommon", {"LoadBearing": True, "Reference": "C-700"}
                )


def _envelope(model: IfcModel, storey: Any, index: int) -> None:
    x, y = _LOW
    z, inset, height = _FLOORS[index], _inset(index), _height(index) - 0.35
    south, north = y + inset, y + _WIDTH
    bays = 26
    width = _LENGTH / bays
    for is_north, at in ((False, south), (True, north - 0.3)):
        side = model.say("北", "North ") if is_north else model.say("南", "South ")
        model.box(
            "IfcWall",
            f"{side}{model.say('墙裙', 'sill')} {index + 1}",
            storey,
            (x, at, z),
            (_LENGTH, 0.3, 0.9),
            _WALL,
        )
        model.box(
            "IfcWall", f"{side}{model.say('墙梁', 'spandrel')} {index + 1}", storey,
            (x, at, z + height - 0.7), (_LENGTH, 0.3, 0.7), _WALL,
        )  # fmt: skip
        for bay in range(bays):
            is_door = index == 0 and is_north and bay % 6 == 3
            west = x + bay * width
            kind = "IfcDoor" if is_door else "IfcWindow"
            name = model.say("门", "door") if is_door else model.say("窗", "window")
            pane = model.box(
                kind, f"{side}{name} {index + 1}-{bay + 1:02d}", storey,
                (west + 0.12, at + 0.1, z + (0.0 if is_door else 0.9)),
                (width - 0.24, 0.1, (3.0 if is_door else height - 1.6)), _GLASS,
                OverallHeight=3.0 if is_door else height - 1.6, OverallWidth=width - 0.24,
            )  # fmt: skip
            if bay == 0:
                model.properties(
                    pane, "Pset_WindowCommon", {"ThermalTransmittance": 1.6, "IsExternal": True}
                )
            model.box(
                "IfcMember", f"{side}{model.say('竖梃', 'mullion')} {index + 1}-{bay + 1:02d}",
                storey, (west - 0.06, at - 0.05, z + 0.9), (0.12, 0.4, height - 1.6), _STEEL,
            )  # fmt: skip
    for name, at in (
        (model.say("西墙", "West wall"), x),
        (model.say("东墙", "East wall"), x + _LENGTH - 0.3),
    ):
        wall = model.box(
            "IfcWall", f"{name} {index + 1}", storey, (at, south + 0.3, z),
            (0.3, north - south - 0.6, height), _WALL,
        )  # fmt: skip
        model.properties(
            wall, "Pset_WallCommon",
            {"IsExternal": True, "LoadBearing": False, "ThermalTransmittance": 0.35},
        )  # fmt: skip


def _rooms(model: IfcModel, storey: Any, index: int) -> None:
    x, y = _LOW
    z, inset, height = _FLOORS[index], _inset(index), _height(index) - 0.35
    length, depth = _LENGTH - 0.8, _WIDTH - inset - 0.8
    for number, (name, english, start, end) in enumerate(_ROOMS[index]):
        west = x + 0.4 + start * length
        code = f"{index + 1}{number + 1:02d}"
        room = model.space(
            f"{code} {name}", f"{code} {english}", storey,
            (west, y + inset + 0.4, z), ((end - start) * length - 0.2, depth, height),
        )  # fmt: skip
        area = ((end - start) * length - 0.2) * depth
        model.properties(
            room, "Pset_SpaceCommon",
            {"PubliclyAccessible": index < 2, "GrossPlannedArea": round(area, 1),
             "OccupancyNumberPeak": int(area / (2.5 if index < 2 else 9.0))},
        )  # fmt: skip
        if start > 0:
            add_partition(
                model, storey, f"{model.say('隔墙', 'Partition')} {index + 1}-{number}",
                (west - PARTITION_M, y + inset + 0.4, z), y + _WIDTH - 0.4, height,
                tuple(y + middle for middle in _DOORS), _DOOR_WIDTHS[index],
            )  # fmt: skip
    if index == 1:
        for i in range(9):
            model.box(
                "IfcFurniture", f"{model.say('座椅', 'Seats')} {i + 1:02d}", storey,
                (x + _LENGTH * 0.70 + i * 4.6, y + inset + 8.0, z), (0.9, 26.0, 0.8), _WOOD,
            )  # fmt: skip


def _roof(model: IfcModel, storey: Any) -> None:
    """A roof like a wave over the whole building, in three vaults."""
    x, y = _LOW
    steps, thickness = 48, 0.5
    top = [
        (i / steps * (_LENGTH + 12.0) - 6.0,
         2.1 * math.sin(i / steps * 3.0 * math.pi - 0.3) ** 2 + 1.4 * math.sin(i / steps * math.pi))
        for i in range(steps + 1)
    ]  # fmt: skip
    outline = top + [(px, pz - thickness) for px, pz in reversed(top)]
    roof = model.prism(
        "IfcRoof", model.say("波浪屋面", "Wave roof"), storey, outline,
        (x, y - 5.0, _ROOF_M + 0.4), _WIDTH + 9.0, _ROOF,
    )  # fmt: skip
    model.properties(roof, "Pset_RoofCommon", {"IsExternal": True, "FireRating": "E 60"})


def _equipment(model: IfcModel, storeys: list[Any], building: Any) -> None:
    x, y = _LOW
    plant = x + _LENGTH * 0.80
    pumps, handlers = [], []
    for i in range(4):
        pump = model.box(
            "IfcPump", f"{model.say('循环泵', 'Circulation pump')} P-{i + 1}", storeys[0],
            (plant + i * 3.2, y + 6.0, 0.1), (1.4, 0.7, 1.0), _MACHINE, PredefinedType="CIRCULATOR",
        )  # fmt: skip
        model.properties(
            pump, "Pset_PumpOccurrence",
            {"Manufacturer": model.say("江南泵业", "Jiangnan Pumps"), "Model": "TD80-32",
             "FlowRate_m3h": 80.0, "Head_m": 32.0, "Power_kW": 11.0, "InstalledYear": 2021},
        )  # fmt: skip
        pumps.append(pump)
    for first, second in pairwise(pumps):
        model.connect(first, second)
    for i in range(3):
        unit = model.box(
            "IfcUnitaryEquipment", f"{model.say('空调机组', 'Air handler')} AHU-{i + 1}",
            storeys[0], (plant + i * 9.0, y + 16.0, 0.1), (6.4, 2.4, 2.6), _STEEL,
            PredefinedType="AIRHANDLER",
        )  # fmt: skip
        model.properties(
            unit, "Pset_UnitaryEquipmentTypeCommon",
            {"Manufacturer": model.say("东海空调", "Donghai Air"), "AirFlow_m3h": 36000.0,
             "CoolingPower_kW": 210.0},
        )  # fmt: skip
        handlers.append(unit)
    boards = [
        model.box(
            "IfcElectricDistributionBoard",
            f"{model.say('配电柜', 'Switchboard')} EP-{i + 1}",
            storeys[i % 3],
            (x + _LENGTH - 4.0, y + 40.0, _FLOORS[i % 3] + 0.05),
            (0.8, 2.4, 2.2),
            _BOARD,
        )
        for i in range(3)
    ]  # fmt: skip
    for board in boards:
        model.properties(board, "Pset_BoardOccurrence", {"RatedCurrent_A": 630, "Voltage_V": 400})
    model.box(
        "IfcTransportElement", f"{model.say('电梯', 'Lift')} L-1", storeys[0],
        (x + 60.0, y + 24.0, 0.0), (2.6, 2.6, 14.5), _GLASS, PredefinedType="ELEVATOR",
    )  # fmt: skip
    for i in range(12):
        model.box(
            "IfcSensor", f"{model.say('烟感', 'Smoke detector')} SD-{i + 1:02d}", storeys[i % 3],
            (x + 8.0 + i * 12.0, y + 30.0, _FLOORS[i % 3] + _height(i % 3) - 0.5),
            (0.25, 0.25, 0.12), _BOARD, PredefinedType="SMOKESENSOR",
        )  # fmt: skip
    model.system(model.say("暖通空调系统", "HVAC"), [*pumps, *handlers], building)
    model.system(model.say("配电系统", "Power"), boards, building)
