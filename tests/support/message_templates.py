"""Finds every message that the rooms without Qt can say, by reading their source.

A message is followed from where it is handed over (an error, a warning, a stage, a label) back to
its texts: through local names, constants, functions that return it and parameters that carry it.
An f-string becomes a template with numbered placeholders.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from source_texts import (
    CARRIERS,
    HANDED_OVER,
    PASSED_ON,
    Function,
    Pieces,
    SourceModule,
    SourceTexts,
    called,
    filled,
    returned,
)

ROOT: Final = Path(__file__).resolve().parents[2]
ROOMS: Final = ("ingest", "twin_model", "rendering", "plugins", "app")

#: Which positional argument of a call is a message; keyword arguments by name beside it.
_ERRORS: Final = {
    "SourceError": 1, "ShapanError": 0, "FrameError": 0, "StoreError": 0, "StoreLockedError": 0,
    "ValidationError": 3, "SchemaError": 3, "PluginError": 1, "GdalError": 0, "MessageError": 0,
    "ValueError": 0, "Note": 1, "SimulationError": 1,
}  # fmt: skip
_WORDS: Final = ("reason", "remedy", "rule", "error", "warnings", "problem", "failure")
_LISTS: Final = ("warnings", "notes", "problems", "remarks")
#: Functions whose results are labels in the journal.
_LABELS: Final = ("label", "edit_title", "since_title")


@dataclass(frozen=True)
class Template:
    """A message as the source writes it.

    Parameters
    ----------
    text : str
        With ``{0}``, ``{1}``, … for what is only known at run time.
    where : str
        File and line of its text.
    """

    text: str
    where: str


class Finder:
    """Follows messages through the rooms.

    Parameters
    ----------
    root : Path
    rooms : sequence of str
        Folders below the root.
    """

    def __init__(self, root: Path = ROOT, rooms: Sequence[str] = ROOMS) -> None:
        paths = [path for room in rooms for path in sorted((root / room).rglob("*.py"))]
        # The command line is in English.
        self._source = SourceTexts(root, [path for path in paths if "cli" not in path.parts])
        self._errors = dict(_ERRORS)
        self._add_errors()
        #: Expressions that are open whatever is tried, for looking after what is missed.
        self.open: set[str] = set()

    def _add_errors(self) -> None:
        """Add kinds of errors that are made as the kind they derive from."""
        nodes = (node for module in self._source.modules.values() for node in ast.walk(module.tree))
        classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
        for _ in range(3):  # levels of inheritance
            for one in classes:
                own = any(isinstance(n, Function) and n.name == "__init__" for n in one.body)
                base = next((b.id for b in one.bases if isinstance(b, ast.Name)), "")
                if base in self._errors and not own:
                    self._errors.setdefault(one.name, self._errors[base])

    # -- what is a message ---------------------------------------------------------------

    def messages(self) -> list[Template]:
        """Return reasons, remedies, rules, warnings and notes."""
        found = []
        for module in self._source.modules.values():
            expressions = [one for node in ast.walk(module.tree)
                           for one in self._handed_over(module, node)]  # fmt: skip
            for expression in [*expressions, *self._composed(module)]:
                found += self._templates(module, expression)
        return _sorted(found)

    def _composed(self, module: SourceModule) -> Iterator[ast.expr]:
        """Yield what errors put around their reasons."""
        if module.path.name == "errors.py":
            for function in module.functions.get("__str__", []):
                yield from returned(function)

    def stages(self) -> list[Template]:
        """Return the stages of jobs."""
        said = [(module, call.args[0]) for module, call in self._source.calls["report"]
                if len(call.args) > 2]  # fmt: skip
        # A step of a run begins with its title.
        said += [(module, call.args[1]) for module, call in self._source.calls["Step"]
                 if len(call.args) > 3]  # fmt: skip
        return _sorted([
            one for module, text in said for one in self._templates(module, text)
        ])  # fmt: skip

    def units(self) -> set[str]:
        """Return the units that stages count in."""
        last = [call.args[3] for _, call in self._source.calls["report"] if len(call.args) > 3]
        return {str(one.value) for one in last if isinstance(one, ast.Constant) and one.value}

    def dimensions(self) -> set[str]:
        """Return the dimensions that a value which breaks a rule may belong to."""
        firsts = [call.args[0] for name in ("ValidationError", "SchemaError")
                  for _, call in self._source.calls[name] if call.args]  # fmt: skip
        return {str(first.value) for first in firsts if isinstance(first, ast.Constant)}

    def labels(self) -> list[Template]:
        """Return the labels of commands."""
        found = []
        for module in self._source.modules.values():
            for name in _LABELS:
                for function in module.functions.get(name, []):
                    if name == "label" and module.enclosing(function, ast.ClassDef) is None:
                        continue
                    for expression in returned(function):
                        found += self._templates(module, expression)
            for node in ast.walk(module.tree):
                if (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
                        and node.target.id in ("label", "title")
                        and isinstance(node.value, ast.Call)):  # fmt: skip
                    found += [one for keyword in node.value.keywords if keyword.arg == "default"
                              for one in self._templates(module, keyword.value)]  # fmt: skip
        return _sorted(found)

    def _handed_over(self, module: SourceModule, node: ast.AST) -> Iterator[ast.expr]:
        """Yield the expressions of a node that are messages."""
        if isinstance(node, ast.Call):
            yield from self._arguments(module, node)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                name = getattr(target, "attr", getattr(target, "id", ""))
                if isinstance(target, ast.Attribute | ast.Name) and name in (*_LISTS, *CARRIERS):
                    yield from self._members(module, node.value)
        elif isinstance(node, ast.AugAssign):
            name = getattr(node.target, "attr", getattr(node.target, "id", ""))
            if name in _LISTS:
                yield from self._members(module, node.value)

    def _arguments(self, module: SourceModule, call: ast.Call) -> Iterator[ast.expr]:
        name = called(call)
        if name == "__init__" and isinstance(call.func, ast.Attribute):
            around = module.enclosing(call, ast.ClassDef)
            bases = around.bases if isinstance(around, ast.ClassDef) else []
            name = next(
                (b.id for b in bases if isinstance(b, ast.Name) and b.id in self._errors), ""
            )
        at = 0 if name in HANDED_OVER else self._errors.get(name)
        if at is not None and len(call.args) > at:
            yield call.args[at]
        if name in ("append", "extend", "insert") and isinstance(call.func, ast.Attribute):
            base = call.func.value
            if getattr(base, "attr", getattr(base, "id", "")) in _LISTS and call.args:
                yield from self._members(module, call.args[-1])
        for keyword in call.keywords:
            if keyword.arg in _WORDS and name != "isinstance":
                yield from self._members(module, keyword.value)

    def _members(
        self, module: SourceModule, node: ast.expr | None, trail: tuple[ast.AST, ...] = ()
    ) -> Iterator[ast.expr]:
        """Yield the texts of an expression that may be a list of them, else the expression."""
        if node is None or node in trail:
            return
        trail = (*trail, node)
        inner: list[ast.expr] = []
        match node:
            case ast.List() | ast.Tuple():
                inner = [e.value if isinstance(e, ast.Starred) else e for e in node.elts]
            case ast.ListComp() | ast.GeneratorExp():
                chosen = isinstance(node.elt, ast.Name)
                inner = [node.generators[0].iter if chosen else node.elt]
            case ast.BinOp(op=ast.Add()) if any(isinstance(n, ast.List) for n in ast.walk(node)):
                inner = [node.left, node.right]
            case ast.IfExp():
                inner = [node.body, node.orelse]
            case ast.Call() if called(node) in ("list", "tuple", "fromkeys") and node.args:
                inner = [node.args[0]]
            case ast.Call() if called(node).strip("_") in (*_LISTS, "axes"):
                for home in self._source.modules.values():
                    for function in home.functions.get(called(node), []):
                        for value in returned(function):
                            yield from self._members(home, value, trail)
                return
            case ast.Call(func=ast.Name(id=name)) if (
                name not in PASSED_ON and name in self._source.home_of(module, name).functions
            ):
                home = self._source.home_of(module, name)
                for function in home.functions[name]:
                    for value in returned(function):
                        yield from self._members(home, value, trail)
                return
            case ast.Name():
                function = module.enclosing(node, Function)
                inner = list(filled(function, node.id)) if function is not None else []
        if not inner and not isinstance(node, ast.List | ast.Tuple):
            yield node
        for one in inner:
            yield from self._members(module, one, trail)

    # -- from an expression to its texts -------------------------------------------------

    def _templates(self, module: SourceModule, expression: ast.expr) -> list[Template]:
        where = f"{module.path.relative_to(self._source.root)}:{expression.lineno}"
        found = []
        for pieces in self._source.texts(module, expression):
            words = [piece.replace("%s", "") for piece in pieces if piece]
            if any(c.isalpha() for word in words for c in word):
                found.append(Template(_numbered(pieces), where))
            else:
                self.open.add(f"{where}: {ast.unparse(expression)}")
        return found


def _numbered(pieces: Pieces) -> str:
    """Return a template: what is not known becomes ``{0}``, ``{1}``, …"""
    text, number = "", 0
    for piece in pieces:
        if piece is None:
            text, number = f"{text}{{{number}}}", number + 1
        else:
            text += piece
    return text


def _sorted(found: list[Template]) -> list[Template]:
    first: dict[str, Template] = {}
    for one in found:
        first.setdefault(one.text, one)
    return sorted(first.values(), key=lambda one: one.where)
