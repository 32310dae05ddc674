"""shapan plugins: list, new, validate, test, prepare."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.cli.output import (
    Exit,
    ProgressPrinter,
    print_error,
    print_json,
    print_table,
)
from twin_model.errors import PluginError

if TYPE_CHECKING:
    from plugins.host.contract import Check
    from plugins.host.discovery import Found


def usage(arguments: argparse.Namespace) -> int:
    """Say which words may follow."""
    print_error("shapan plugins: one of list, new, validate, test, prepare must follow")
    return Exit.USAGE


def _found() -> list[Found]:
    from plugins.host.plugins import Plugins
    from plugins.host.services import HostServices
    from plugins.host.state import PluginState

    return Plugins(HostServices(), PluginState()).find()


def show(arguments: argparse.Namespace) -> int:
    """List every plugin that is found, and why one cannot be used."""
    from plugins.host.state import PluginState

    state = PluginState()
    rows = [_row(found, state) for found in _found()]
    if arguments.json:
        print_json(rows)
    elif not rows:
        print(f"no plugins; they are looked for in {state.plugins_folder}, among the packages of "
              "this environment, and in the folders of SHAPAN_PLUGINS")  # fmt: skip
    else:
        print_table(
            [[r["id"], r["version"] or "", r["source"], r["status"],
              ", ".join(f"{k} {len(v)}" for k, v in r["contributions"].items())] for r in rows],
            ["id", "version", "source", "status", "contributes"],
        )  # fmt: skip
        for row in rows:
            if row["error"]:
                print_error(row["error"])
    return Exit.PARTLY if any(row["error"] for row in rows) else Exit.DONE


def _row(found: Found, state: Any) -> dict[str, Any]:
    from plugins.host.discovery import Source
    from plugins.host.manifest import KINDS

    manifest, status = found.manifest, "enabled"
    decision = state.decision(found.id)
    if found.error is not None:
        status = "refused"
    elif found.source != Source.BUILTIN:
        if not decision.enabled:
            status = "disabled"
        elif decision.quarantined:
            status = "quarantined"
        elif manifest is not None and not decision.grants(manifest.permissions):
            status = "needs-permission"
    contributions = {}
    if manifest is not None:
        contributions = {
            kind: [one.id for one in manifest.entries(kind)] for kind in KINDS
            if manifest.entries(kind)
        }  # fmt: skip
    return {
        "id": found.id,
        "name": manifest.name() if manifest else None,
        "version": manifest.plugin.version if manifest else None,
        "source": str(found.source),
        "folder": str(found.folder),
        "status": status,
        "permissions": manifest.permissions.model_dump() if manifest else None,
        "contributions": contributions,
        "error": str(found.error) if found.error is not None else None,
    }


def new(arguments: argparse.Namespace) -> int:
    """Make a plugin project."""
    from plugins.host.scaffold import new_plugin

    folder = Path(arguments.folder).absolute()
    for path in new_plugin(folder, plugin_id=arguments.id, name=arguments.name):
        print(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
    print(f"next: SHAPAN_PLUGINS={arguments.folder} shapan, and edit; saving reloads it",
          file=sys.stderr)  # fmt: skip
    return Exit.DONE


def validate(arguments: argparse.Namespace) -> int:
    """Check manifests without running anything of the plugins."""
    from app.editing import classes, schema
    from plugins.host.files import file_problems
    from plugins.host.harness import find_one

    rows: Any = []
    for text in arguments.folders:
        error = None
        name = None
        try:
            found = find_one(Path(text).absolute())
            name = found.id
            if found.error is not None:
                raise found.error
            if found.manifest is not None:
                known = classes.built_in(), schema.built_in()
                for one in file_problems(found.manifest, found.folder, *known):
                    raise one
        except PluginError as problem:
            error = str(problem)
            name = name or problem.plugin
        rows.append({"folder": text, "id": name, "error": error})
        if not arguments.json:
            if error:
                print_error(error)
            else:
                print(f"{name}: the manifest is right")
    if arguments.json:
        print_json(rows)
    return Exit.PARTLY if any(row["error"] for row in rows) else Exit.DONE


def test(arguments: argparse.Namespace) -> int:
    """Run the contract kit, then the plugin's own tests."""
    from app.editing import classes, schema
    from app.plugins.testing import check_panel
    from plugins.host.contract import check_plugin

    folder = Path(arguments.folder).absolute()
    checks: Any = []
    known = classes.built_in(), schema.built_in()
    for check in check_plugin(folder, check_panel, *known):
        checks.append({"check": check.name, "passed": check.passed, "problem": check.problem,
                       "note": check.note})  # fmt: skip
        if not arguments.json:
            print(f"{_mark(check)}  {check.name}{f': {check.note}' if check.note else ''}")
            for line in check.problem.splitlines():
                print(f"        {line}")
    if all(one["passed"] for one in checks) and (folder / "tests").is_dir():
        problem = _own_tests(folder, quiet=arguments.json)
        checks.append({"check": "its own tests", "passed": not problem, "problem": problem})
        if not arguments.json:
            print(f"{'FAILED' if problem else 'ok    '}  its own tests")
    if arguments.json:
        print_json(checks)
    return Exit.DONE if all(one["passed"] for one in checks) else Exit.PARTLY


def _mark(check: Check) -> str:
    if not check.passed:
        return "FAILED"
    return "-     " if check.note else "ok    "


def _own_tests(folder: Path, *, quiet: bool) -> str:
    """Run pytest in the plugin's project; return what is wrong."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder / "src"), str(folder)])}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "tests"], cwd=folder, env=environment,
        capture_output=quiet, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 0:
        return ""
    if "No module named pytest" in (done.stderr or ""):
        return "pytest is not installed: pip install pytest"
    return (done.stdout or "").strip() or f"pytest ended with the code {done.returncode}"


def prepare(arguments: argparse.Namespace) -> int:
    """Make the environment that the workers of a plugin need."""
    from plugins.host.environments import make_environment, needs_own_environment
    from plugins.host.harness import find_one
    from plugins.host.state import PluginState

    known = {found.id: found for found in _found()}
    found = known.get(arguments.plugin)
    if found is None:
        if not Path(arguments.plugin).is_dir():
            names = ", ".join(known) or "none"
            raise PluginError(arguments.plugin, "is not installed", remedy=f"plugins: {names}")
        found = find_one(Path(arguments.plugin))
    if not needs_own_environment(found):
        print(f"{found.id}: its workers run in Shapan's own environment")
        return Exit.DONE
    printer = ProgressPrinter(arguments.progress)
    python = make_environment(found, PluginState().environments_folder, printer.job())
    printer.clear()
    print(f"{found.id}: {python}")
    return Exit.DONE
