"""shapan inspect, add."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.cli.opening import open_project
from app.cli.output import (
    Exit,
    ProgressPrinter,
    format_counts,
    print_error,
    print_json,
    print_warning,
)
from app.cli.with_plugins import plugins_running
from ingest.importer import (
    ImportOptions,
    ImportResult,
    add_source,
    import_order,
    inspect_source,
    one_line,
)
from ingest.readers.contract import SourceInfo
from ingest.sources import sources_in
from twin_model.errors import Cancelled, FrameError, ShapanError, ValidationError
from twin_model.frame import parse_crs


def inspect(arguments: argparse.Namespace) -> int:
    """Print what sources hold without importing them."""
    printer = ProgressPrinter(arguments.progress)
    with plugins_running():
        found = [
            inspect_source(path, printer.job())
            for name in arguments.sources
            for path in _expanded(Path(name))
        ]
    printer.clear()
    if arguments.json:
        print_json([info.to_json() for info in found])
    for info in found:
        if info.error:
            print_error(_located(info.source, info.error))
        elif not arguments.json:
            _print_info(info)
    return Exit.PARTLY if any(info.error for info in found) else Exit.DONE


def _expanded(path: Path) -> list[Path]:
    """Return the sources in a path; one that holds none stays, and its error is told with it."""
    try:
        return sources_in(path)
    except ShapanError:
        return [path]


def _located(source: str, message: str) -> str:
    """Return a message that begins with the source as it was given."""
    absolute = f"{Path(source).absolute()}:"
    if message.startswith(absolute):
        return f"{source}:{message.removeprefix(absolute)}"
    return message if message.startswith(source) else f"{source}: {message}"


def _crs_text(crs: str | None) -> str:
    """Return a CRS on one line: its code, else its name."""
    if crs is None:
        return "not stated"
    if len(crs) <= 24:
        return crs
    try:
        return f"{parse_crs(crs).name} (no code)"
    except FrameError:
        return crs[:60]


def _print_info(info: SourceInfo) -> None:
    print(info.source)
    lines = {
        "format": info.format,
        "kind": info.kind,
        "CRS": _crs_text(info.crs),
        "heights": _crs_text(info.vertical_crs) if info.vertical_crs else "datum unknown",
        "bounds": _bounds(info),
        "holds": format_counts(info.counts),
        "epoch": info.epoch or "not stated",
    }
    for name, text in lines.items():
        print(f"  {name:8} {text}")
    for warning in info.warnings:
        print(f"  warning  {warning}")


def _bounds(info: SourceInfo) -> str:
    bounds = info.bounds
    if bounds is None:
        return "unknown"
    if info.kind == "bim":
        return f"its origin lies at {bounds[0]:.10g} {bounds[1]:.10g} {bounds[2]:.6g}"
    values = ["-" if value is None else f"{value:.10g}" for value in bounds]
    return f"{values[0]} {values[1]} {values[2]}  to  {values[3]} {values[4]} {values[5]}"


def add(arguments: argparse.Namespace) -> int:
    """Import sources as layers; a broken one does not stop the rest."""
    printer = ProgressPrinter(arguments.progress)
    results: list[ImportResult] = []
    sources = [path for name in arguments.sources for path in _expanded(Path(name))]
    if arguments.name and len(sources) > 1:
        raise ValidationError(
            "layer", "name", arguments.name, f"one name for {len(sources)} sources; add them apart"
        )
    with open_project(arguments.project, write=True) as twin, plugins_running():
        for path in import_order(sources):
            options = ImportOptions(
                crs=arguments.crs,
                name=arguments.name,
                epoch=arguments.epoch,
                link=arguments.link,
            )
            try:
                results += add_source(twin, path, options, printer.job())
            except Cancelled:
                raise
            except ShapanError as error:
                if arguments.debug:
                    raise
                results.append(ImportResult(str(path), error=one_line(str(error))))
            except (OSError, MemoryError) as error:
                if arguments.debug:
                    raise
                reason = one_line(f"{path}: {error or 'not enough memory'}")
                results.append(ImportResult(str(path), error=reason))
    printer.clear()
    given = [str(path.absolute()) for path in sources]
    results.sort(key=lambda result: given.index(str(Path(result.source).absolute())))
    if arguments.json:
        print_json([_as_json(result) for result in results])
    for result in results:
        _report(result, quiet=arguments.json)
    failed = any(result.error or result.incomplete for result in results)
    return Exit.PARTLY if failed else Exit.DONE


def _as_json(result: ImportResult) -> dict[str, Any]:
    return asdict(result)


def _report(result: ImportResult, *, quiet: bool) -> None:
    if result.error:
        print_error(_located(result.source, result.error))
        return
    for warning in result.warnings:
        print_warning(f"{result.source}: {warning}")
    if not quiet:
        what = format_counts(result.counts)
        entities = f", {result.entities} entities" if result.entities else ""
        print(f"{result.layer}: {what}{entities} ({result.seconds:.1f} s)")
