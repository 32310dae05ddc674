"""Every text that a user sees has Chinese, and placeholders survive translation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from defusedxml.ElementTree import parse

ROOT = Path(__file__).resolve().parents[2]
TRANSLATIONS = ROOT / "assets" / "translations"
SOURCES = [
    path
    for path in sorted((ROOT / "app").rglob("*.py"))
    if "cli" not in path.relative_to(ROOT / "app").parts and path.name != "__main__.py"
]


def texts(path: Path) -> Iterator[tuple[str, str]]:
    """Yield context and source text of everything in a module that is translated."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for parent in ast.walk(tree):
        if isinstance(parent, ast.ClassDef):
            for node in ast.walk(parent):
                if _is_call(node, "tr"):
                    yield parent.name, _literal(path, node.args[0])
    for node in ast.walk(tree):
        if _is_call(node, "translate") or _is_call(node, "QT_TRANSLATE_NOOP"):
            context, text = node.args[:2]
            if isinstance(context, ast.Constant):
                yield (
                    str(context.value),
                    _literal(path, text) if isinstance(text, ast.Constant) else "",
                )


def _is_call(node: ast.AST, name: str) -> bool:
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    found = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return found == name and bool(node.args)


def _literal(path: Path, node: ast.expr) -> str:
    assert isinstance(node, ast.Constant), f"{path}:{node.lineno}: lupdate needs a plain literal"
    return str(node.value)


def messages(language: str) -> dict[tuple[str, str], list[str]]:
    """Return the finished translations of a language."""
    found = {}
    for context in parse(TRANSLATIONS / f"shapan_{language}.ts").getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            if translation.get("type") is not None:
                continue
            forms = [form.text or "" for form in translation.iter("numerusform")]
            key = context.findtext("name", ""), message.findtext("source", "")
            found[key] = forms or [translation.text or ""]
    return found


@pytest.fixture(scope="module")
def chinese() -> dict[tuple[str, str], list[str]]:
    return messages("zh_CN")


def test_every_text_of_the_window_has_chinese(chinese: dict[tuple[str, str], list[str]]) -> None:
    wanted = {pair for path in SOURCES for pair in texts(path) if pair[1]}
    assert len(wanted) > 300
    missing = sorted(pair for pair in wanted if not all(chinese.get(pair, [""])))
    assert not missing, f"no Chinese for {missing}"


def test_placeholders_are_the_same_in_both_languages(
    chinese: dict[tuple[str, str], list[str]],
) -> None:
    pattern = re.compile(r"\{\d\}|%n")
    for (_, source), forms in chinese.items():
        for form in forms:
            assert sorted(pattern.findall(form)) == sorted(pattern.findall(source)), source


def test_plural_texts_have_two_forms_in_english_and_one_in_chinese(
    chinese: dict[tuple[str, str], list[str]],
) -> None:
    english = messages("en")
    plural = [pair for pair in chinese if "%n" in pair[1]]
    assert plural
    for pair in plural:
        assert len(chinese[pair]) == 1
        assert len(english[pair]) == 2


def test_no_widget_is_given_a_bare_english_text() -> None:
    setters = {"setText", "setToolTip", "setPlaceholderText", "setAccessibleName",
               "setWindowTitle", "setTitle"}  # fmt: skip
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                bare = [a for a in node.args if isinstance(a, ast.Constant)
                        and isinstance(a.value, str) and "沙盘" not in a.value
                        and re.search(r"[a-z]{3}", a.value)]  # fmt: skip
                if node.func.attr in setters and bare:
                    found.append(f"{path.name}:{node.lineno}: {bare[0].value}")
    assert not found


def test_the_translator_shows_the_source_text_where_there_is_no_translation(
    tmp_path: Path,
) -> None:
    from app.language import TsTranslator

    path = tmp_path / "x.ts"
    path.write_text(
        '<TS version="2.1" language="en"><context><name>A</name>'
        "<message><source>done</source><translation>fertig</translation></message>"
        '<message><source>open</source><translation type="unfinished">x</translation></message>'
        '<message numerus="yes"><source>%n tile(s)</source><translation><numerusform>%n tile'
        "</numerusform><numerusform>%n tiles</numerusform></translation></message>"
        "</context></TS>",
        encoding="utf-8",
    )
    translator = TsTranslator(path)
    assert translator.translate("A", "done") == "fertig"
    assert translator.translate("A", "open") is None
    assert translator.translate("B", "done") is None
    assert [translator.translate("A", "%n tile(s)", None, n) for n in (0, 1, 5)] == [
        "%n tiles", "%n tile", "%n tiles",
    ]  # fmt: skip
