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
from ingest.importer import (
    ImportOptions,
    ImportResult,
    add_source,
    import_order,
    inspect_source,
    one_line,
)
from ingest.readers.contract import SourceInfo
from twin_model.errors import Cancelled, ShapanError


def inspect(arguments: argparse.Namespace) -> int:
    """Print what sources hold without importing them."""
    printer = ProgressPrinter(arguments.progress)
    found = [inspect_source(Path(name), printer.job()) for name in arguments.sources]
    printer.clear()
    if arguments.json:
        print_json([info.to_json() for info in found])
    for info in found:
        if info.error:
            print_error(_located(info.source, info.error))
        elif not arguments.json:
            _print_info(info)
    return Exit.PARTLY if any(info.error for info in found) else Exit.DONE


def _located(source: str, message: str) -> str:
    return message if message.startswith(source) else f"{source}: {message}"


def _print_info(info: SourceInfo) -> None:
    print(info.source)
    lines = {
        "format": info.format,
        "kind": info.kind,
        "CRS": (info.crs or "not stated")[:80],
        "heights": (info.vertical_crs or "datum unknown")[:80],
        "bounds": _bounds(info.bounds),
        "holds": format_counts(info.counts),
        "epoch": info.epoch or "not stated",
    }
    for name, text in lines.items():
        print(f"  {name:8} {text}")
    for warning in info.warnings:
        print(f"  warning  {warning}")


def _bounds(bounds: list[float | None] | None) -> str:
    if bounds is None:
        return "none"
    values = ["-" if value is None else f"{value:.8g}" for value in bounds]
    return f"{values[0]} {values[1]} {values[2]}  to  {values[3]} {values[4]} {values[5]}"


def add(arguments: argparse.Namespace) -> int:
    """Import sources as layers; a broken one does not stop the rest."""
    printer = ProgressPrinter(arguments.progress)
    results: list[ImportResult] = []
    sources = [Path(name) for name in arguments.sources]
    with open_project(arguments.project, write=True) as twin:
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
