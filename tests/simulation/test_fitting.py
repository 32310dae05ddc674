"""Templates take what they are about, and say what that is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.__main__ import main
from simulation_support import city
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.simulation.fitting import Unfit, unfit
from twin_model.twin import Twin

__all__ = ["city"]
NETWORK = """[JUNCTIONS]
 10  147 0 ; not a pump
 20  129 0
[PIPES]
 60  10 20 100 300 100
[PUMPS]
 335 10 20 HEAD 1
[CURVES]
 1 100 50
"""


@pytest.fixture
def works(city: Twin) -> Twin:
    entities = [
        Entity("m-1", "manhole", "Manhole T1", (0.0, 0.0, 0.0)),
        Entity("p-1", "pump", "Planned pump", (0.0, 0.0, 0.0)),
        Entity("w-1", "water_pipe", "Main", (0.0, 0.0, 0.0)),
        Entity("k-1", "canal", "Old canal", (0.0, 0.0, 0.0)),
    ]
    city.execute(AddEntities(entities, []))
    (city.path / "net.inp").write_text(NETWORK, encoding="utf-8")
    return city


@pytest.mark.parametrize(
    ("template", "given", "called", "is_a", "choices"),
    [
        ("pump-failure", {"pump": "m-1"}, "Manhole T1", "manhole", ("Planned pump",)),
        ("pipe-burst", {"node": "p-1"}, "Planned pump", "pump", ("Main",)),
        ("pipe-burst", {"node": "w-1", "valve": "m-1"}, "Manhole T1", "manhole", ("Main",)),
        ("road-closure", {"roads": ["k-1"]}, "Old canal", "canal", ()),
        # Of a file, its own elements.
        ("pump-failure", {"pump": "60", "network": "net.inp"}, "60", "PIPES", ("335",)),
        ("pump-failure", {"pump": "m-1", "network": "net.inp"}, "m-1", "", ("335",)),
        ("pipe-burst", {"node": "335", "network": "net.inp"}, "335", "PUMPS", ("60", "10", "20")),
    ],
)
def test_what_is_of_another_kind_is_refused_with_what_would_do(
    works: Twin, template: str, given: dict[str, Any], called: str, is_a: str,
    choices: tuple[str, ...],
) -> None:  # fmt: skip
    found = unfit(works, template, given)
    assert isinstance(found, Unfit)
    assert (found.called, found.is_a, found.choices) == (called, is_a, choices)


@pytest.mark.parametrize(
    ("template", "given"),
    [
        ("pump-failure", {"pump": "p-1"}),
        ("pump-failure", {"pump": "335", "network": "net.inp"}),
        ("pump-failure", {"pump": "p-1", "network": "net.inp", "entities": {"335": "p-1"}}),
        # Nobody knows better: no such entity, another file, pipes of another kind.
        ("pump-failure", {"pump": "nothing"}),
        ("pump-failure", {"pump": "m-1", "pipes": "type = 'manhole'"}),
        ("pump-failure", {"pump": "m-1", "network": "not-there.inp"}),
        ("pipe-burst", {"node": "60", "network": "net.inp"}),
        ("evacuation", {"area": ["m-1"]}),
    ],
)
def test_what_fits_is_taken(works: Twin, template: str, given: dict[str, Any]) -> None:
    assert unfit(works, template, given) is None


def test_the_command_line_refuses_it_too(works: Twin, capsys: pytest.CaptureFixture[str]) -> None:
    works.close()
    words = ["simulate", str(works.path), "--template", "pump-failure", "--set"]
    assert main([*words, "pump=m-1"]) == 1
    said = capsys.readouterr().err
    assert "Manhole T1 is a manhole, and pump is to be a pump or pumping_station" in said
    assert "choose one, such as Planned pump" in said
    assert main([*words, "pump=p-1"]) == 0
    assert Path(works.path / "scenarios" / "pump-failure.json").is_file()
