"""shapan check: is everything that was saved still whole?"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from app.cli.opening import ProjectNotOpenedError, catalogue_of, open_project
from twin_model.errors import ShapanError, StoreError, StoreOutdatedError
from twin_model.layer import Layer, LayerRole
from twin_model.store.alarm_journal import ALARMS_FILE, AlarmJournal
from twin_model.store.sample_history import SAMPLES, SampleHistory
from twin_model.store.verify import verify_store
from twin_model.tiles.check import check_tileset
from twin_model.twin import Twin


def check_project(folder: Path, *, repair: bool) -> list[str]:
    """Return what is wrong with a project, one line each.

    With *repair*, what an interrupted import left behind is removed (opening for writing does
    that) and indexes are rebuilt; content is never changed.

    Raises
    ------
    ProjectNotOpenedError
        If it cannot be opened at all.
    """
    try:
        twin = Twin.open(folder, read_only=not repair)
    except StoreOutdatedError as error:
        remedy = f"run shapan check {folder} --repair, which brings it to this format"
        raise ProjectNotOpenedError(error.reason, remedy=remedy) from error
    except StoreError as error:
        raise ProjectNotOpenedError(error.reason, remedy=error.remedy) from error
    with twin:
        problems = verify_store(twin, repair=repair)
        try:
            for layer in twin.layers():
                problems += _check_layer(twin.layer_folder(layer.id), layer)
        except StoreError as error:  # rows of layers in damaged pages
            problems.append(str(error))
    return problems + _check_live(folder)


def broken_rules(folder: Path) -> list[str]:
    """Return what a sound project holds against the rules of its types, one line each.

    Such things are no damage: files state them, and they load. Edits that would add to them are
    refused.

    Raises
    ------
    ProjectNotOpenedError
        If it cannot be opened.
    """
    from twin_model.schema.data_check import cardinality_faults

    with open_project(str(folder), write=False) as twin:
        count, lines = cardinality_faults(twin, catalogue_of(twin))
    more = count - len(lines)
    return [
        *lines,
        *([f"and {more} more entities with too many or too few relations"] * (more > 0)),
    ]


def _check_live(folder: Path) -> list[str]:
    """Return what is wrong with the alarm journal and the history of samples."""
    problems: list[str] = []
    if (folder / ALARMS_FILE).is_file():
        try:
            with contextlib.closing(AlarmJournal(folder / ALARMS_FILE, read_only=True)) as journal:
                problems += journal.verify()
        except StoreError as error:
            problems.append(str(error))
    if (folder / SAMPLES).is_dir():
        with contextlib.closing(SampleHistory(folder / SAMPLES, read_only=True)) as history:
            problems += history.damaged()
    return problems


def _check_layer(folder: Path, layer: Layer) -> list[str]:
    if not folder.is_dir():
        return [f"layer {layer.id}: folder {folder} is missing; import {layer.source} again"]
    problems: list[str] = []
    try:
        document = json.loads((folder / "source.json").read_text(encoding="utf-8"))
        files: dict[str, int] = dict(document["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"layer {layer.id}: source.json cannot be read ({error})"]
    for name, size in files.items():
        file = folder / name
        if not file.is_file():
            problems.append(f"layer {layer.id}: {file} is missing; import {layer.source} again")
        elif file.stat().st_size != size:
            problems.append(
                f"layer {layer.id}: {file} has {file.stat().st_size} bytes, not {size}; "
                f"import {layer.source} again"
            )
    if layer.role in (LayerRole.MESH, LayerRole.POINTS) and not problems:
        try:
            check_tileset(folder / layer.content)
        except ShapanError as error:
            problems.append(f"layer {layer.id}: {error}")
    return problems
