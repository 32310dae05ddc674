"""The text form of conditions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.errors import ValidationError
from twin_model.frame import Frame
from twin_model.query import EntityQuery, compile_where
from twin_model.twin import Twin


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Twin:
    folder = tmp_path_factory.mktemp("query") / "city.shapan"
    twin = Twin.create(folder, Frame("EPSG:4549", (0.0, 0.0, 0.0)))
    twin.execute(
        AddEntities(
            [
                Entity(
                    "a", "building", "Alpha", (0, 0, 0), attributes={"height": 12.0, "use": "flat"}
                ),
                Entity(
                    "b",
                    "building",
                    "贝塔",
                    (1, 0, 0),
                    attributes={"height": 55, "use": "office", "open": True},
                ),
                Entity(
                    "c", "pump", "Gamma", (2, 0, 0), attributes={"power kw": 3, "Pset_Pump.Flow": 7}
                ),
            ]
        )
    )
    return twin


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("height > 20", "b"),
        ("height >= 12 and use = flat", "a"),
        ("height > 20 or use = 'flat'", "ab"),
        ("not use = office", "ac"),
        ("use in (flat, 'office')", "ab"),
        ("name ~ 贝", "b"),
        ("open = true", "b"),
        ("use is null", "c"),
        ("use is not null and not (height < 20)", "b"),
        ('"power kw" = 3', "c"),
        ("Pset_Pump.Flow > 6.5", "c"),
        ("height = -1", ""),
        ("name ~ '%'", ""),
    ],
)
def test_conditions_select_what_they_say(city: Twin, where: str, expected: str) -> None:
    assert "".join(sorted(e.id for e in city.entities(EntityQuery(where=where)))) == expected


def test_a_misspelt_property_is_an_error_with_the_nearest_names(city: Twin) -> None:
    with pytest.raises(ValidationError, match="did you mean height"):
        city.entities(EntityQuery(where="heigth > 3"))


@pytest.mark.parametrize(
    "where",
    ["height >", "height 3", "(height > 3", "height > 3)", "> 3", "height in ()", "height = = 3",
     "height is 3", "height > 3 height < 4", "; drop table journal", "(" * 100 + "height > 1"],
)  # fmt: skip
def test_malformed_conditions_are_refused(city: Twin, where: str) -> None:
    with pytest.raises(ValidationError):
        city.entities(EntityQuery(where=where))


@given(st.text(max_size=60))
def test_any_text_is_either_understood_or_refused(text: str) -> None:
    try:
        sql, parameters = compile_where(text, {"height", "use"})
    except ValidationError:
        return
    assert sql.count("?") == len(parameters)


def test_type_text_and_limit_narrow_the_answer(city: Twin) -> None:
    assert [e.id for e in city.entities(EntityQuery(type="pump"))] == ["c"]
    assert [e.id for e in city.entities(EntityQuery(text="alp"))] == ["a"]
    assert len(city.entities(EntityQuery(limit=2))) == 2
    assert city.count(EntityQuery(limit=2)) == 3
