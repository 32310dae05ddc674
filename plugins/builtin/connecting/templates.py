"""Templates of topics, nodes and columns: ``city/{code}/{indicator}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_VARIABLE: Final = re.compile(r"\{([A-Za-z_]\w*)(\*?)\}")
_MAX_LENGTH: Final = 500


class Template:
    """A text with variables, matched against names of a source.

    ``{code}`` stands for one or more characters other than ``/``, ``{rest*}`` for any at all.
    A level that is ``+`` matches any level, and ``#`` at the end whatever follows, as in MQTT.

    Parameters
    ----------
    text : str

    Raises
    ------
    ValueError
        If a variable is there twice or a brace has no partner.
    """

    def __init__(self, text: str) -> None:
        if not text or len(text) > _MAX_LENGTH:
            raise ValueError(f"a template has 1 to {_MAX_LENGTH} characters")
        self.text = text
        self.variables: tuple[str, ...] = tuple(m.group(1) for m in _VARIABLE.finditer(text))
        if len(set(self.variables)) != len(self.variables):
            raise ValueError("a variable is there twice")
        if any(brace in _VARIABLE.sub("", text) for brace in "{}"):
            raise ValueError("a brace has no partner, or no name between")
        self._pattern = re.compile(_pattern(text), re.DOTALL)

    def match(self, name: str) -> dict[str, str] | None:
        """Return the variables of a name; None where it is another kind of name."""
        found = self._pattern.fullmatch(name)
        return None if found is None else found.groupdict()

    def topic_filter(self) -> str:
        """Return the MQTT filter of all topics it can match."""
        levels = self.text.split("/")
        for number, level in enumerate(levels):
            if level == "#" or "*}" in level:
                return "/".join([*levels[:number], "#"])
            if "{" in level:
                levels[number] = "+"
        return "/".join(levels)


def _pattern(text: str) -> str:
    parts = []
    at = 0
    for found in _VARIABLE.finditer(text):
        parts.append(_literal(text[at : found.start()]))
        parts.append(f"(?P<{found.group(1)}>{'.+' if found.group(2) else '[^/]+'})")
        at = found.end()
    parts.append(_literal(text[at:]))
    return "".join(parts)


def _literal(text: str) -> str:
    escaped = re.escape(text)
    escaped = re.sub(r"(?<![^/])\\\+(?![^/])", "[^/]+", escaped)
    return re.sub(r"(?<![^/])\\#$", ".*", escaped)


def fill(text: str, variables: Mapping[str, str]) -> str | None:
    """Return a text with its variables replaced; None where one of them is not known."""
    try:
        return _VARIABLE.sub(lambda found: variables[found.group(1)], text)
    except KeyError:
        return None


def names_in(text: str) -> tuple[str, ...]:
    """Return the variables that a text wants."""
    return tuple(found.group(1) for found in _VARIABLE.finditer(text))
