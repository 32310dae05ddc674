"""Warnings of libraries where several threads work at once."""

from __future__ import annotations

import threading
import warnings

from twin_model.warned import heard, muted


def test_a_thread_within_does_not_hear_what_another_one_mutes() -> None:
    inside, leave, faults = threading.Event(), threading.Event(), []

    def mute_for_a_while() -> None:
        with muted():
            inside.set()
            leave.wait(30)

    def mute_and_warn() -> None:
        try:
            with muted():
                first.join(30)
                warnings.warn("a grid is missing", stacklevel=1)
        except UserWarning as error:  # tests make errors of warnings
            faults.append(error)

    first = threading.Thread(target=mute_for_a_while, daemon=True)
    first.start()
    inside.wait(30)
    second = threading.Thread(target=mute_and_warn, daemon=True)
    second.start()
    second.join(0.2)  # were it let in, it would be within by now
    leave.set()
    second.join(30)
    assert not faults
    with heard() as caught:
        warnings.warn("a layer has no CRS", stacklevel=1)
    assert [str(one.message) for one in caught] == ["a layer has no CRS"]
