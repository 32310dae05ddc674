"""What a source is, in words, before it is imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app import numbers, words

if TYPE_CHECKING:
    from ingest.readers.contract import SourceInfo


def counts_text(info: SourceInfo) -> str:
    """Return the counts of a source, the first three."""
    return ", ".join(
        f"{numbers.integer(count)} {words.unit(unit)}"
        for unit, count in list(info.counts.items())[:3]
    )


def describe(info: SourceInfo) -> str:
    """Return what a source is, in a few lines."""
    lines = [f"{words.kind(info.kind)} · {info.format}", counts_text(info)]
    if info.epoch:
        lines.append(words.surveyed(info.epoch))
    accuracy = info.attributes.get("accuracy_m")
    if isinstance(accuracy, (int, float)):
        lines.append(words.accuracy(numbers.length(float(accuracy), float(accuracy))))
    return "\n".join(line for line in lines if line)
