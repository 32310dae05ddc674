"""Recognises messages that were made elsewhere, and says them in another language.

A message is known by its template, such as ``truncated: {0} of {1} points are in the file``. What
stands in the placeholders may be a message itself; file names, numbers and the words of other
libraries stay as they are.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Final

_PLACEHOLDER: Final = re.compile(r"\{(\d)\}")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_QUOTE_LEFT_OPEN: Final = re.compile(r"(['\"])(?!.*\1$)", re.DOTALL)
#: How errors put reason, remedy and the thing together, and how Chinese does.
CHINESE: Final = {"; ": "；", ": ": "："}
AS_THEY_ARE: Final = {sign: sign for sign in CHINESE}
#: Longer texts are logs or dumps; nobody wrote a template for them.
_LONGEST: Final = 1200
_MOST_SPLITS: Final = 16
#: Letters of a message that is taken for one inside another; a shorter one may be a name.
_LEAST_NESTED: Final = 8

Value = Callable[[str], str]
#: How many letters of a text are known, doubts (below zero), and the text in the other language.
_Reading = tuple[int, int, str]
#: A sign between two parts may belong to a name; more likely so where it would be within one.
_DOUBT_OF_SIGN: Final = -1
_DOUBT_OF_NAME: Final = -2
_DOUBT_OF_QUOTE: Final = -4


class _Template:
    """One message; its pattern is compiled when it is first needed."""

    def __init__(self, source: str, target: str) -> None:
        self.target = target
        pieces = _PLACEHOLDER.split(source)
        self.literals, self.numbers = pieces[::2], pieces[1::2]
        self.letters = _letters("".join(self.literals))
        self._pattern: re.Pattern[str] | None = None

    def words(self) -> list[str]:
        """Return the words that every text of it has; those that touch a placeholder may not."""
        found = []
        for at, literal in enumerate(self.literals):
            for word in _WORD.finditer(literal):
                open_start = at > 0 and word.start() == 0
                open_end = at < len(self.numbers) and word.end() == len(literal)
                if not open_start and not open_end:
                    found.append(word[0])
        return found

    def match(self, text: str) -> dict[str, str] | None:
        """Return what stands in the placeholders; None where the text is another message."""
        if self._pattern is None:
            self._pattern = re.compile(
                "(.*?)".join(re.escape(literal) for literal in self.literals), re.DOTALL
            )
        found = self._pattern.fullmatch(text)
        return None if found is None else dict(zip(self.numbers, found.groups(), strict=True))

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the message in the other language."""
        return _PLACEHOLDER.sub(lambda place: values[place[1]], self.target)


class MessagePatterns:
    """The messages of one language.

    Parameters
    ----------
    texts : mapping of str to str
        Template and its translation, with the same placeholders.
    words : mapping of str to str, optional
        What may stand in a placeholder as it is, such as the state of an alarm.
    value : callable, optional
        Says what stands in a placeholder. By default it is looked up as a message.
    separators : mapping of str to str, optional
        What parts of a message are put together with; those of Chinese by default.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        words: Mapping[str, str] | None = None,
        value: Value | None = None,
        separators: Mapping[str, str] = CHINESE,
    ) -> None:
        self._separators = separators
        self._exact = {text: said for text, said in texts.items() if not _PLACEHOLDER.search(text)}
        templates = [_Template(text, said) for text, said in texts.items()
                     if text not in self._exact]  # fmt: skip
        within = [template.words() for template in templates]
        common = Counter(word for found in within for word in set(found))
        # Each template is looked for only in texts that have its rarest word.
        self._by_word: dict[str, list[_Template]] = defaultdict(list)
        for template, found in zip(templates, within, strict=True):
            rarest = min(found, key=lambda word: (common[word], -len(word)), default="")
            self._by_word[rarest].append(template)
        self._words = words or {}
        self._value = value
        # What a value is called may change, as when the catalogue of types has been read.
        self._cached = lru_cache(maxsize=4096)(self._said) if value is None else self._said

    def say(self, text: str) -> str:
        """Return a text in the other language; one that is not known as it is."""
        return self._cached(text)

    def knows(self, text: str) -> bool:
        """Return whether any part of a text is a known message."""
        return self._read(text, {})[0] > 0

    def _said(self, text: str) -> str:
        if len(text) > _LONGEST:
            return text
        return "\n".join(self._read(line, {})[-1] for line in text.split("\n"))

    def _read(self, text: str, seen: dict[str, _Reading]) -> _Reading:
        """Return the reading of a text of which most letters are known."""
        if text in self._exact:
            return _letters(text), 0, self._exact[text]
        if text not in seen:
            seen[text] = unread = (0, 0, text)  # a text within itself is no message
            readings = [unread, *self._split(text, seen), *self._whole(text, seen)]
            seen[text] = max(readings, key=lambda reading: reading[:2])
        return seen[text]

    def _split(self, text: str, seen: dict[str, _Reading]) -> Iterator[_Reading]:
        """Yield readings as two parts: a thing and its reason, a reason and its remedy."""
        if self._value is not None:
            return
        for separator, sign in self._separators.items():
            at = text.find(separator)
            for _ in range(_MOST_SPLITS):
                if at < 0:
                    break
                left = self._read(text[:at], seen)
                right = self._read(text[at + len(separator) :], seen)
                doubts = left[1] + right[1] + _DOUBT_OF_SIGN
                yield left[0] + right[0], doubts, f"{left[2]}{sign}{right[2]}"
                at = text.find(separator, at + 1)

    def _whole(self, text: str, seen: dict[str, _Reading]) -> Iterator[_Reading]:
        """Yield readings as one template."""
        for word in ("", *dict.fromkeys(_WORD.findall(text))):
            for template in self._by_word.get(word, ()):
                values = template.match(text)
                if values is None:
                    continue
                letters, doubts = template.letters, 0
                for number, value in values.items():
                    known, doubt, values[number] = self._nested(value, seen)
                    letters, doubts = letters + known, doubts + doubt
                yield letters, doubts, template.filled(values)

    def _nested(self, text: str, seen: dict[str, _Reading]) -> _Reading:
        if self._value is not None:
            return 0, 0, self._value(text)
        if text in self._words:
            return 0, 0, self._words[text]
        reading = self._read(text, seen) if " " in text else (0, 0, text)
        if reading[0] >= _LEAST_NESTED:
            return reading
        doubts = _DOUBT_OF_NAME * any(separator in text for separator in CHINESE)
        return 0, doubts + _DOUBT_OF_QUOTE * bool(_QUOTE_LEFT_OPEN.match(text)), text


def _letters(text: str) -> int:
    return sum(character.isalpha() for character in text)
