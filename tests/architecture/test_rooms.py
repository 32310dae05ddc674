"""The house keeps its rooms apart: imports, names, sizes."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("app", "rendering", "ingest", "twin_model", "plugins", "assets")


def sources() -> Iterator[Path]:
    for room in ROOMS:
        yield from (ROOT / room).rglob("*.py")


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    return done.stdout.strip()


def test_the_model_loads_neither_qt_nor_vtk_nor_format_libraries() -> None:
    code = (
        "import sys, pkgutil, importlib, twin_model\n"
        "for m in pkgutil.walk_packages(twin_model.__path__, 'twin_model.'):\n"
        "    importlib.import_module(m.name)\n"
        "bad = [n for n in sys.modules if n.split('.')[0] in\n"
        "  {'PySide6','vtkmodules','vtk','pyvista','rasterio','pyogrio','laspy','shapely'}]\n"
        "print(bad)"
    )
    assert run(code) == "[]"


def test_detecting_formats_imports_no_format_library() -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from ingest.readers.registry import readers\n"
        "for r in readers():\n    r.can_read(Path('x.las'), b'LASF' + bytes(200))\n"
        "bad = [n for n in sys.modules if n.split('.')[0] in {'laspy','lazrs','pye57','osmium',\n"
        "  'ifcopenshell','rasterio','pyogrio','trimesh','pygltflib','DracoPy','shapely'}]\n"
        "print(sorted(bad))"
    )
    assert run(code) == "[]"


def test_the_command_line_starts_without_heavy_libraries() -> None:
    code = (
        "import sys; from app.__main__ import build_parser; build_parser()\n"
        "bad = [n for n in sys.modules if n.split('.')[0] in {'PySide6','vtkmodules','torch',\n"
        "  'open3d','ifcopenshell','rasterio','pyogrio','laspy','trimesh','shapely'}]\n"
        "print(sorted(set(bad)))"
    )
    assert run(code) == "[]"


def test_the_window_starts_without_reading_libraries() -> None:
    code = (
        "import sys; import app.composition\n"
        "bad = {n.split('.')[0] for n in sys.modules} & {'torch','open3d','ifcopenshell','laspy',\n"
        "  'pye57','osmium','trimesh','sumolib','libsumo','pyswmm','wntr','jupedsim','fmpy'}\n"
        "print(sorted(bad))"
    )
    assert run(code) == "[]"


def test_no_other_installed_distribution_owns_our_package_names() -> None:
    owners = packages_distributions()
    for room in (*ROOMS, "shapan"):
        assert set(owners.get(room, ["shapan"])) <= {"shapan"}, (room, owners.get(room))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_files_functions_and_signatures_stay_small() -> None:
    found: list[str] = []
    for path in sources():
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(ROOT)
        if text.count("\n") > 500:
            found.append(f"{name}: {text.count(chr(10))} lines")
        for function in functions(ast.parse(text)):
            lines = (function.end_lineno or function.lineno) - function.lineno + 1
            if lines > 60 and function.name != "build_parser":
                found.append(f"{name}:{function.lineno} {function.name}: {lines} lines")
            arguments = function.args
            count = len(arguments.args) + len(arguments.kwonlyargs)
            count -= bool(arguments.args and arguments.args[0].arg in ("self", "cls"))
            if count > 8:
                found.append(f"{name}:{function.lineno} {function.name}: {count} parameters")
    assert not found, "\n".join(found)


def test_no_module_is_called_after_nothing() -> None:
    empty_words = {"utils", "util", "helpers", "helper", "misc", "common", "manager"}
    found = [str(path) for path in sources() if path.stem in empty_words]
    assert not found


def test_there_is_no_package_marker_below_tests() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md", "CHANGELOG.md", "CONTRIBUTING.md",
                                  "LICENSE", "docs/goals.md", "docs/formats.md", "uv.lock",
                                  ".ci/run", "dev"])  # fmt: skip
def test_what_a_newcomer_looks_for_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


def calls(tree: ast.AST, owner: str, *names: str) -> Iterator[ast.Call]:
    """Yield calls such as ``….docks.add(…)``, of some methods of what is called *owner*."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            value = node.func.value
            called = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")
            if called == owner and node.func.attr in names:
                yield node


def test_docks_are_made_of_the_table_of_contributions_and_in_no_other_way() -> None:
    for path in (ROOT / "app").rglob("*.py"):
        if path.name in {"panel_docks.py", "docking.py"}:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not list(calls(tree, "docks", "add", "offer", "fill")), path
        assert not list(calls(tree, "manager", "addDockWidget")), path


def test_our_docks_name_what_makes_them_and_every_maker_is_in_the_table() -> None:
    found = run(
        "import ast; from pathlib import Path\n"
        "from app.panels.table import own_docks\n"
        "tree = ast.parse(Path('app/panels/making.py').read_text(encoding='utf-8'))\n"
        "made = {f'app.panels.making:{n.name}' for n in tree.body\n"
        "        if isinstance(n, ast.FunctionDef)}\n"
        "print(sorted(made ^ {entry.target for entry in own_docks()}))"
    )
    assert found == "[]"


def test_readers_are_asked_through_the_table_and_every_reader_is_in_it() -> None:
    """Only the registry makes readers of files; a reader's module is named nowhere else."""
    from ingest.readers.registry import BUILTIN

    known = {f"{module}:{name}" for module, name in BUILTIN}
    made = set()
    for path in (ROOT / "ingest" / "readers").glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.ClassDef) or path.name == "contract.py":
                continue
            methods = {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
            if {"can_read", "inspect", "read"} <= methods:
                made.add(f"ingest.readers.{path.stem}:{node.name}")
    assert made == known
    names = {name for _, name in BUILTIN}
    for path in sources():
        if path.is_relative_to(ROOT / "ingest" / "readers"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            used = {getattr(node, "id", ""), *(a.name for a in getattr(node, "names", []) if
                                               isinstance(a, ast.alias))}  # fmt: skip
            assert not used & names, f"{path} takes {used & names} past the table"
