"""Gives the demo city devices, rules and the connection that makes it live."""

from __future__ import annotations

import json
from typing import Any, Final

from plugins.builtin.connecting.connections import (
    CONNECTIONS_FILE,
    Connection,
    connections_document,
)
from twin_model.alarms.accounts import Actor, Role
from twin_model.commands import AddEntities
from twin_model.entity import Entity, Relation
from twin_model.operations import Operations, OperationsOptions
from twin_model.query import EntityQuery
from twin_model.rules.binding import Types
from twin_model.rules.rule_set import read_rules
from twin_model.twin import Twin

_PLUGIN: Final = "shapan.demo_city"
#: id, type, Chinese, English, place in local metres (None: wherever it drives).
_DEVICES: Final[tuple[tuple[str, str, str, str, tuple[float, float, float] | None], ...]] = (
    ("substation", "substation", "港区变电站", "Port substation", (-180.0, -60.0, 4.5)),
    ("transformer-1", "transformer", "1号主变", "Transformer 1", (-172.0, -52.0, 4.5)),
    ("transformer-2", "transformer", "2号主变", "Transformer 2", (-162.0, -52.0, 4.5)),
    ("air-1", "air_quality_station", "港区空气站", "Port air station", (-420.0, 60.0, 5.0)),
    ("air-2", "air_quality_station", "公园空气站", "Park air station", (430.0, 220.0, 12.0)),
    ("weather", "weather_station", "气象站", "Weather station", (150.0, -130.0, 5.0)),
    ("gauge-1", "gauge", "河口水位计", "River mouth gauge", (232.0, -140.0, 1.2)),
    ("gauge-2", "gauge", "通海河水位计", "Canal gauge", (236.0, 330.0, 1.2)),
    *((f"truck-{n}", "truck", f"集卡{n}号", f"Yard truck {n}", None) for n in range(1, 7)),
    ("ship-1", "ship", "东方航程", "Eastern Voyage", None),
    ("ship-2", "ship", "海潮", "Sea Tide", None),
)
_RULES: Final[dict[str, Any]] = {
    "format": "shapan-rules",
    "version": 1,
    "rules": [
        {"id": "water-high", "kind": "threshold",
         "name": {"zh": "水位超警戒", "en": "Water above warning level"},
         "applies": {"type": "gauge"}, "indicator": "level_m", "operator": ">", "threshold": 1.6,
         "deadband": 0.1, "on_delay_s": 5, "priority": "high"},
        {"id": "pressure-low", "kind": "threshold",
         "name": {"zh": "出口压力低", "en": "Outlet pressure low"},
         "applies": {"type": "pump"}, "indicator": "outlet_pressure_kpa", "operator": "<",
         "threshold": 220, "deadband": 15, "on_delay_s": 3, "priority": "medium"},
        {"id": "feeds-hot-pump", "kind": "expression",
         "name": {"zh": "所供水泵过热", "en": "Feeds a pump that runs hot"},
         "applies": {"type": "transformer"},
         "condition": "load_percent > 85 and any(feeds.pump, bearing_temperature_degc > 80)",
         "priority": "high"},
        {"id": "silent", "kind": "stale", "name": {"zh": "数据中断", "en": "No data"},
         "applies": {"type": "weather_station"}, "indicator": "wind_m_s", "after_s": 60,
         "priority": "low"},
    ],
}  # fmt: skip

#: What to do, by what it is for: Chinese, English.
_GUIDANCE: Final = {
    "type:pump": ("检查轴承和密封；超过 90 °C 时切换到备用泵。",
                  "Look at bearing and seal; change over to the standby pump above 90 °C."),
    "type:transformer": ("按 **P-2** 预案减负荷，并联系电网调度。",
                         "Shed load in the order of plan **P-2**; call the grid desk."),
    "type:gauge": ("关闭挡潮闸，启动排涝泵。",
                   "Close the tide gates and start the drainage pumps."),
}  # fmt: skip


def add_devices(twin: Twin, types: Types, *, english: bool = False) -> None:
    """Add devices, what they feed, rules, and the connection that makes them live.

    Raises
    ------
    ShapanError
        If something of it cannot be added.
    """
    if any(True for _ in twin.entities(EntityQuery(where="id = 'demo-substation'"))):
        return
    entities = [
        Entity(f"demo-{key}", kind, en if english else zh, place, attributes={"live": True})
        for key, kind, zh, en, place in _DEVICES
    ]
    fed = [
        one.id
        for kind in ("pump", "crane")
        for one in twin.entities(EntityQuery(type=kind, order_by="id", limit=9))
    ]
    pairs = [("substation", f"demo-transformer-{n}") for n in (1, 2)]
    pairs += [("transformer-1", one) for one in fed]
    relations = [
        Relation(f"demo-feeds-{n}", "feeds", f"demo-{source}", target)
        for n, (source, target) in enumerate(pairs)
    ]
    twin.execute(AddEntities(entities, relations))
    folder = twin.path / "plugins" / _PLUGIN
    folder.mkdir(parents=True, exist_ok=True)
    connection = Connection(
        id="devices", name="Demo devices" if english else "演示设备", address="demo"
    )
    (folder / CONNECTIONS_FILE).write_bytes(connections_document([connection]))
    options = OperationsOptions(language="en" if english else "zh", record=False)
    with Operations(twin, types, options) as operations:
        guidance = {name: en if english else zh for name, (zh, en) in _GUIDANCE.items()}
        rules = read_rules(json.dumps({**_RULES, "guidance": guidance}).encode(), "demo")
        operations.save_rules(rules, Actor("shapan", Role.ADMINISTRATOR), "demo city")
