"""Grams: how names are cut into pieces for the full-text index.

A gram is three characters; where a Chinese, Japanese or Korean character is among them also two
and one, since words of two characters are the rule there and SQLite's own trigram tokenizer finds
nothing shorter than three. Grams are written in hexadecimal, so that the plain ASCII tokenizer
takes each as one word, spaces and punctuation included. The index gives candidates; the
condition on the name itself decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

# CJK ideographs with extensions, kana, hangul, compatibility forms.
_DENSE: Final = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]"
)
_LENGTH: Final = 3
#: Longer texts are cut; what is beyond is found by the condition of a full search only.
_MAX_INDEXED: Final = 200


#: Attributes that hold a thing's name in another language, and are found by it.
OTHER_NAMES: Final = ("name_en", "name:en")


def other_names(attributes: Mapping[str, Any]) -> list[str]:
    """Return the names that an entity has among its attributes."""
    found = (attributes.get(key) for key in OTHER_NAMES)
    return [value for value in found if isinstance(value, str) and value]


def has_other_names(attributes: str) -> bool:
    """Return whether the JSON text of attributes may hold such a name."""
    return any(f'"{key}"' in attributes for key in OTHER_NAMES)


def _token(gram: str) -> str:
    return "g" + gram.encode("utf-8", "surrogatepass").hex()


def grams(*texts: str) -> str:
    """Return the grams of *texts* as words for the index."""
    found: dict[str, None] = {}
    for text in texts:
        folded = text.casefold()[:_MAX_INDEXED]
        found.update(dict.fromkeys(folded[i : i + _LENGTH] for i in range(len(folded) - 2)))
        if _DENSE.search(folded):
            for length in (1, 2):
                pieces = (folded[i : i + length] for i in range(len(folded) - length + 1))
                found.update(dict.fromkeys(p for p in pieces if _DENSE.search(p)))
    return " ".join(map(_token, found))


def match(text: str) -> str | None:
    """Return the full-text condition that every text with *text* in it meets.

    None where the index cannot help: texts of one or two characters without a dense one among
    them, and texts too long to be indexed as a whole.
    """
    folded = text.casefold()
    if len(folded) > _MAX_INDEXED:
        return None
    if len(folded) < _LENGTH:
        return _token(folded) if _DENSE.search(folded) else None
    pieces = dict.fromkeys(folded[i : i + _LENGTH] for i in range(len(folded) - 2))
    return " AND ".join(map(_token, pieces))
