"""Follows an expression of the source back to the texts that it may stand for."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Final

#: Functions whose argument is a message wherever they are called.
HANDED_OVER: Final = ("warn", "fail")
#: Functions that give back the text that they are given.
PASSED_ON: Final = ("one_line", "str")
#: Attributes that carry a message from one function to another.
CARRIERS: Final = ("problem", "failure", "doubt")
#: Names that end so hold an identifier, whatever functions of the same name are given.
_NO_PROSE: Final = ("_id", "name", "path", "key")
#: Methods that many classes have.
_COMMON: Final = ("add", "end", "release", "take", "put", "send", "acknowledge", "note", "set")
_MOST: Final = 64
_MOST_PHRASES: Final = 24

Function = ast.FunctionDef | ast.AsyncFunctionDef
#: Literal pieces and, for what is only known at run time, None.
Pieces = tuple[str | None, ...]
OPEN: Final[Pieces] = (None,)


@dataclass
class SourceModule:
    """A parsed file with what names in it mean."""

    path: Path
    tree: ast.Module
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    functions: dict[str, list[Function]] = field(default_factory=lambda: defaultdict(list))
    imports: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for parent in ast.walk(self.tree):
            for child in ast.iter_child_nodes(parent):
                self.parents[child] = parent
            if isinstance(parent, Function):
                self.functions[parent.name].append(parent)
            elif isinstance(parent, ast.ImportFrom) and parent.module:
                self.imports.update({a.asname or a.name: parent.module for a in parent.names})
        for statement in self.tree.body:
            targets = statement.targets if isinstance(statement, ast.Assign) else (
                [statement.target] if isinstance(statement, ast.AnnAssign) else [])  # fmt: skip
            for target in targets:
                if isinstance(target, ast.Name) and statement.value is not None:  # type: ignore[attr-defined]
                    self.constants[target.id] = statement.value  # type: ignore[attr-defined]

    def enclosing(self, node: ast.AST, kind: type | tuple[type, ...]) -> ast.AST | None:
        """Return the innermost node of a kind around another."""
        at = self.parents.get(node)
        while at is not None and not isinstance(at, kind):
            at = self.parents.get(at)
        return at


class SourceTexts:
    """The texts of some modules, through local names, constants, functions and parameters.

    Parameters
    ----------
    root : Path
        Folder that the names of modules start from.
    paths : sequence of Path
    """

    def __init__(self, root: Path, paths: Sequence[Path]) -> None:
        self.root = root
        self.modules = {
            path: SourceModule(path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths
        }
        self._named = {
            ".".join(path.relative_to(root).with_suffix("").parts): module
            for path, module in self.modules.items()
        }
        self.calls: dict[str, list[tuple[SourceModule, ast.Call]]] = defaultdict(list)
        for module in self.modules.values():
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call) and (name := called(node)):
                    self.calls[name].append((module, node))
        self._known: dict[ast.expr, list[Pieces]] = {}

    def texts(
        self, module: SourceModule, node: ast.expr, trail: tuple[object, ...] = ()
    ) -> list[Pieces]:
        """Return the possible texts of an expression."""
        if len(trail) > 40 or node in trail:
            return [OPEN]
        if node not in self._known:
            self._known[node] = list(dict.fromkeys(self._look_up(module, node, (*trail, node))))
        return self._known[node]

    def _look_up(
        self, module: SourceModule, node: ast.expr, trail: tuple[object, ...]
    ) -> list[Pieces]:
        match node:
            case ast.Constant(value=str(text)):
                return [(text,)]
            case ast.Constant():
                return []
            case ast.JoinedStr():
                return self._product(module, node.values, trail)
            case ast.FormattedValue():
                return self._placeholder(module, node, trail)
            case ast.BinOp(op=ast.Add()):
                return self._product(module, [node.left, node.right], trail)
            case ast.IfExp():
                return self._any(module, [node.body, node.orelse], trail)
            case ast.BoolOp():
                return self._any(module, node.values, trail)
            case ast.NamedExpr():
                return self.texts(module, node.value, trail)
            case ast.Name():
                return self._named_texts(module, node, trail)
            case ast.Call(args=[text, *_]) if called(node) in PASSED_ON:
                own = self._returned_texts(module, node, trail)
                return [*self.texts(module, text, trail), *own]
            case ast.Call():
                return self._returned_texts(module, node, trail)
            case ast.Attribute() if node.attr in CARRIERS:
                return self._carried(module, node.attr, trail)
            case ast.Subscript(slice=ast.Slice()):
                return self.texts(module, node.value, trail)
            case ast.Subscript(value=ast.Dict() as table):
                return self._any(module, table.values, trail)
            case ast.Subscript(value=ast.Name(id=name)) if isinstance(
                table := module.constants.get(name), ast.Dict
            ):
                return self._any(module, table.values, trail)
        return [OPEN]

    def _any(
        self, module: SourceModule, nodes: list[ast.expr], trail: tuple[object, ...]
    ) -> list[Pieces]:
        return [text for node in nodes for text in self.texts(module, node, trail)]

    def _product(
        self, module: SourceModule, nodes: list[ast.expr], trail: tuple[object, ...]
    ) -> list[Pieces]:
        choices = [self.texts(module, node, trail) or [OPEN] for node in nodes]
        found = [tuple(piece for part in parts for piece in part) for parts in product(*choices)]
        return found[:_MOST]

    def _placeholder(
        self, module: SourceModule, node: ast.FormattedValue, trail: tuple[object, ...]
    ) -> list[Pieces]:
        """Return the words that a placeholder may stand for, where they are few."""
        if node.format_spec is not None or node.conversion != -1:
            return [OPEN]
        if isinstance(node.value, ast.Name) and node.value.id.lstrip("_").isupper():
            return [OPEN]
        if isinstance(node.value, ast.Name) and node.value.id.endswith(_NO_PROSE):
            return [OPEN]
        found = self.texts(module, node.value, trail)
        here = self._is_chosen_here(module, node.value)
        kept = [text if text == ("",) or _is_phrase(text) or (here and _is_word(text)) else OPEN
                for text in found]  # fmt: skip
        # Identifiers stay as they are in every language.
        some = any(text not in (OPEN, ("",)) for text in kept)
        return list(dict.fromkeys(kept)) if some and len(kept) <= _MOST_PHRASES else [OPEN]

    def _is_chosen_here(self, module: SourceModule, node: ast.expr) -> bool:
        """Whether an expression is one of a few words, chosen where it is used."""
        if isinstance(node, ast.Name):
            function = module.enclosing(node, Function)
            values = [value for one in (ast.walk(function) if function is not None else ())
                      if not isinstance(one, ast.For | ast.comprehension)
                      for value in assigned(one, node.id)]  # fmt: skip
            return bool(values) and any(isinstance(value, ast.IfExp) for value in values)
        return isinstance(node, ast.IfExp | ast.BoolOp)

    def _named_texts(
        self, module: SourceModule, node: ast.Name, trail: tuple[object, ...]
    ) -> list[Pieces]:
        function = module.enclosing(node, Function)
        while isinstance(function, Function):
            found = self._local_texts(module, function, node.id, trail)
            if found is not None:
                return found
            function = module.enclosing(function, Function)
        if node.id in module.constants:
            return self.texts(module, module.constants[node.id], trail)
        source = self._named.get(module.imports.get(node.id, ""))
        if source is not None and node.id in source.constants:
            return self.texts(source, source.constants[node.id], trail)
        return [OPEN]

    def _local_texts(
        self, module: SourceModule, function: Function, name: str, trail: tuple[object, ...]
    ) -> list[Pieces] | None:
        """Return what a local name stands for; None where the function has no such name."""
        found: list[Pieces] | None = None
        for node in ast.walk(function):
            for value in assigned(node, name):
                found = (found or []) + self.texts(module, value, trail)
        arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        if name in [argument.arg for argument in arguments]:
            carried = self._parameter_texts(module, function, name, trail)
            found = (found or []) + (carried or [OPEN])
        return found

    def _parameter_texts(
        self, home: SourceModule, function: Function, name: str, trail: tuple[object, ...]
    ) -> list[Pieces]:
        """Return what callers pass for a parameter."""
        positional = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
        method = bool(positional) and positional[0] in ("self", "cls")
        at = positional.index(name) - method if name in positional else None
        if at is not None and at < 0:
            return [OPEN]
        if function.name in HANDED_OVER or home.path.name == "errors.py":
            return [OPEN]  # their callers are looked at themselves
        maker = function.name
        if maker == "__init__":
            maker = getattr(home.enclosing(function, ast.ClassDef), "name", "")
        found: list[Pieces] = []
        for module, call in self.calls.get(maker, []):
            if module is not home:
                if method and (maker.startswith("_") or maker in _COMMON):
                    continue  # more likely another's method of the same name
                if not method and self.home_of(module, function.name) is not home:
                    continue
            value = next((k.value for k in call.keywords if k.arg == name), None)
            if value is None and at is not None and len(call.args) > at:
                value = call.args[at]
            if value is not None and not isinstance(value, ast.Starred):
                found += self.texts(module, value, trail)
        return found

    def _returned_texts(
        self, module: SourceModule, call: ast.Call, trail: tuple[object, ...]
    ) -> list[Pieces]:
        name = called(call)
        if isinstance(call.func, ast.Attribute) and name in ("strip", "rstrip", "removeprefix"):
            return self.texts(module, call.func.value, trail)
        home = self.home_of(module, name)
        own = isinstance(call.func, ast.Name) or (
            isinstance(call.func.value, ast.Name) and call.func.value.id in ("self", "cls")
            if isinstance(call.func, ast.Attribute) else False
        )  # fmt: skip
        functions = home.functions.get(name, []) if own else []
        found = [
            text for function in functions for expression in returned(function)
            for text in self.texts(home, expression, trail)
        ]  # fmt: skip
        return found or [OPEN]

    def home_of(self, module: SourceModule, name: str) -> SourceModule:
        """Return the module that a name of another comes from."""
        return self._named.get(module.imports.get(name, ""), module)

    def _carried(self, module: SourceModule, name: str, trail: tuple[object, ...]) -> list[Pieces]:
        found: list[Pieces] = []
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    if isinstance(target, ast.Attribute) and target.attr == name:
                        found += self.texts(module, node.value, trail)
            elif isinstance(node, ast.keyword) and node.arg == name:
                found += self.texts(module, node.value, trail)
        return found or [OPEN]


def _is_phrase(text: Pieces) -> bool:
    """Whether a text is prose rather than an identifier or a number's unit."""
    words = "".join(piece or "" for piece in text)
    return " " in words and any(c.isalpha() for c in words)


def _is_word(text: Pieces) -> bool:
    return len(text) == 1 and bool(text[0]) and text[0].isalpha() and text[0].islower()


def called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def filled(function: ast.AST, name: str) -> Iterator[ast.expr]:
    """Yield what is put into a list under a local name."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if (
                node.func.attr in ("append", "extend")
                and node.args
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == name
            ):
                yield node.args[0]  # fmt: skip
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            for value in assigned(node, name):
                if isinstance(value, ast.List | ast.ListComp | ast.Call):
                    yield value


def returned(function: Function) -> Iterator[ast.expr]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
            value = node.value
            yield value.elts[-1] if isinstance(value, ast.Tuple) and value.elts else value


def assigned(node: ast.AST, name: str) -> Iterator[ast.expr]:
    """Yield the values that a statement gives a name."""
    if isinstance(node, ast.Assign):
        pairs = [(target, node.value) for target in node.targets]
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr | ast.AugAssign) and node.value is not None:
        pairs = [(node.target, node.value)]
    elif isinstance(node, ast.For | ast.comprehension):
        values = node.iter.elts if isinstance(node.iter, ast.Tuple | ast.List) else []
        pairs = [(node.target, value) for value in values]
        if not values and name in [n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)]:
            yield node.iter
            return
    else:
        return
    for target, value in pairs:
        if isinstance(target, ast.Name) and target.id == name:
            yield value
        elif isinstance(target, ast.Tuple):
            names = [getattr(element, "id", "") for element in target.elts]
            if name in names:
                at = names.index(name)
                whole = isinstance(value, ast.Tuple) and len(value.elts) == len(names)
                yield value.elts[at] if whole else value  # type: ignore[attr-defined]
