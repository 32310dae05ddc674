"""The analysis: a dialog asks for its parameters, a job runs it, a window shows the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from shapan import Job, Report, Table, WorkerContext

TEXTS = {
    "zh_CN": ("{0} 个实体高于 {1:g} m，最高 {2:.1f} m", "没有实体高于 {0:g} m",
              ["实体", "类型", "高度 (m)"], ["类型", "数量"], "实体", "按类型"),
    "": ("{0} entities are higher than {1:g} m, the highest {2:.1f} m",
         "nothing is higher than {0:g} m",
         ["entity", "type", "height (m)"], ["type", "count"], "Entities", "By type"),
}  # fmt: skip


class TallEntities:
    """See ``shapan.Analysis``."""

    def __init__(self, context: WorkerContext) -> None:
        self.context = context

    def run(self, parameters: Mapping[str, Any], job: Job) -> Report:
        """Look at every entity that has a height."""
        limit = float(parameters["limit"])
        some, none, heading, counts_heading, title, by_type = TEXTS.get(
            self.context.language, TEXTS[""]
        )
        entities = self.context.twin.query("height > 0")
        tall = []
        for number, entity in enumerate(entities):
            job.check()
            job.report("heights", number, len(entities), "entities")
            height = entity.attributes.get("height")
            if isinstance(height, (int, float)) and height > limit:
                tall.append((float(height), entity))
        tall.sort(key=lambda pair: -pair[0])
        if not tall:
            return Report(none.format(limit), values={"count": 0})
        rows = [[e.id, e.type, h] for h, e in tall]
        counts = Counter(e.type for _, e in tall).most_common()
        return Report(
            some.format(len(tall), limit, tall[0][0]),
            tables=[
                Table(dict(zip(heading, map(list, zip(*rows, strict=True)), strict=True)), title,
                      entity_column=heading[0]),
                Table(dict(zip(counts_heading, map(list, zip(*counts, strict=True)), strict=True)),
                      by_type),
            ],
            values={"count": len(tall), "highest_m": tall[0][0]},
        )  # fmt: skip
