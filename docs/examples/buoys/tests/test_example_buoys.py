"""What the types name is there: symbols in the manifest, classes in the table."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "src" / "example_buoys"
MANIFEST = tomllib.loads((PACKAGE / "shapan.toml").read_text(encoding="utf-8"))
TYPES = json.loads((PACKAGE / "types.json").read_text(encoding="utf-8"))["types"]


def test_each_type_has_a_symbol_of_this_plugin() -> None:
    ids = {f"{MANIFEST['plugin']['id']}.{symbol['id']}" for symbol in MANIFEST["symbols"]}
    assert {one["symbol"] for one in TYPES} == ids
    assert {one["icon"] for one in TYPES} == ids


def test_each_type_has_a_class_of_this_table() -> None:
    with (PACKAGE / "classes.csv").open(encoding="utf-8") as stream:
        classes = {row["code"] for row in csv.DictReader(stream)}
    assert {one["code_class"] for one in TYPES} == classes
