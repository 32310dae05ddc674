"""shapan extract: things in a scene become entities."""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.cli.language import naming, saying
from app.cli.opening import open_project
from app.cli.output import Exit, ProgressPrinter, format_count, print_json, print_warning
from app.cli.projects import find_layer
from ingest.extraction.buildings import Building
from ingest.extraction.extract import Extraction, extract
from ingest.extraction.segment import segment_in_process
from ingest.reconstruction.options import require_modules

_ENGLISH: Final = {
    "points": "{0} points in cells of {1:g} m",
    "buildings": "  {0} buildings (roofs: {1})",
    "solids": "  {0} of them as solids with roofs (LoD2), points {1:.2f} m (RMS) from the roof",
    "blocks": "  {0} as blocks (LoD1): {1}",
    "trees": "  {0} trees, median height {1:.1f} m",
    "layer": "  layer {0}: {1} entities to be reviewed",
    "few_points": "too few points on the roof",
    "no_planes": "the roof is not made of planes",
    "not_closed": "its faces do not close",
    "unlikely_shape": "an unlikely shape",
    "no_better_than_block": "no better than a block",
}
_CHINESE: Final = {
    "points": "{0} 个点，格网边长 {1:g} 米",
    "buildings": "  {0} 栋建筑（屋顶：{1}）",
    "solids": "  其中 {0} 栋为带屋顶的实体（LoD2），点到屋面的均方根差 {1:.2f} 米",
    "blocks": "  {0} 栋为体块（LoD1）：{1}",
    "trees": "  {0} 棵树，高度中位数 {1:.1f} 米",
    "layer": "  图层 {0}：{1} 个实体待审核",
    "flat": "平顶", "shed": "单坡", "gable": "双坡", "hip": "四坡", "complex": "复杂",
    "few_points": "屋顶上的点太少",
    "no_planes": "屋面不能用平面表示",
    "not_closed": "各面不能闭合",
    "unlikely_shape": "形状不合理",
    "no_better_than_block": "不比体块更准确",
}  # fmt: skip


def extract_things(arguments: argparse.Namespace) -> int:
    """Find buildings and trees in a layer, or what a model finds, and add them for review."""
    if arguments.model:
        return _segment(arguments)
    require_modules(("CSF", "scipy"), "extraction")
    printer = ProgressPrinter(arguments.progress)
    with open_project(arguments.project, write=True) as twin:
        found = extract(
            twin, find_layer(twin, arguments.layer), printer.job(), naming(arguments.language)
        )
    printer.clear()
    if arguments.json:
        print_json(_as_json(found))
    else:
        print("\n".join(summary(found, arguments.language)))
    say = saying(arguments.language)
    for warning in found.warnings:
        print_warning(say(warning))
    return Exit.DONE


def _segment(arguments: argparse.Namespace) -> int:
    printer = ProgressPrinter(arguments.progress)
    job = printer.job()
    with open_project(arguments.project, write=True) as twin:
        layer = find_layer(twin, arguments.layer)
        added = segment_in_process(twin, layer, Path(arguments.model).absolute(), job)
    printer.clear()
    if arguments.json:
        print_json({
            "source_layer": layer.id,
            "model": str(arguments.model),
            "layers": [one.layer for one in added],
            "entities": sum(one.entities for one in added),
            "warnings": job.warnings,
        })  # fmt: skip
    else:
        texts = _ENGLISH if arguments.language == "en" else _CHINESE
        for one in added:
            print(texts["layer"].format(one.layer, format_count(one.entities)).strip())
    say = saying(arguments.language)
    for warning in dict.fromkeys([*job.warnings, *(w for one in added for w in one.warnings)]):
        print_warning(say(warning))
    return Exit.DONE


def summary(found: Extraction, language: str) -> list[str]:
    """Return what was found, in lines of a language.

    Parameters
    ----------
    found : Extraction
    language : str
        ``en`` or ``zh_CN``.
    """
    texts = _ENGLISH if language == "en" else _CHINESE
    comma = ", " if language == "en" else "、"

    def counted(values: Counter[str]) -> str:
        return comma.join(f"{n} {texts.get(word, word)}" for word, n in values.most_common())

    buildings = found.buildings
    solids = [building for building in buildings if building.solid is not None]
    lines = [texts["points"].format(format_count(found.points), found.cell_m)]
    if buildings:
        roofs = counted(Counter(building.roof for building in buildings))
        lines.append(texts["buildings"].format(format_count(len(buildings)), roofs))
    if solids:
        rms = float(np.median([building.roof_rms_m for building in solids]))
        lines.append(texts["solids"].format(format_count(len(solids)), rms))
    if len(solids) < len(buildings):
        why = Counter(building.block_reason for building in buildings if building.solid is None)
        lines.append(texts["blocks"].format(len(buildings) - len(solids), counted(why)))
    if found.trees:
        height = float(np.median([tree.height_m for tree in found.trees]))
        lines.append(texts["trees"].format(format_count(len(found.trees)), height))
    lines += [texts["layer"].format(one.layer, format_count(one.entities)) for one in found.layers]
    return lines


def _building_json(building: Building) -> dict[str, Any]:
    return {
        "area_m2": round(building.outline.area, 1),
        "height_m": round(building.height_m, 2),
        "roof": building.roof,
        "planes": building.planes,
        "confidence": building.confidence,
        "level_of_detail": building.level_of_detail,
        "block_reason": building.block_reason or None,
        "roof_rms_m": building.roof_rms_m,
        "roof_confidence": building.roof_confidence,
        "volume_m3": round(building.volume_m3, 1),
    }


def _as_json(found: Extraction) -> dict[str, object]:
    return {
        "source_layer": found.layer,
        "points": found.points,
        "cell_m": found.cell_m,
        "buildings": [_building_json(building) for building in found.buildings],
        "trees": [asdict(tree) for tree in found.trees],
        "layers": [layer.layer for layer in found.layers],
        "entities": sum(layer.entities for layer in found.layers),
        "seconds": found.seconds,
        "warnings": found.warnings,
    }
