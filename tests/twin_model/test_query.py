"""The text form of conditions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.catalogue import entity_types_text
from twin_model.commands import AddEntities, AddRelations, EditEntities
from twin_model.entity import Codes, Entity, Relation
from twin_model.errors import ValidationError
from twin_model.frame import Frame
from twin_model.query import EntityQuery, compile_where
from twin_model.schema.catalogue import Catalogue
from twin_model.time import Instant
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


def test_the_ids_of_very_many_entities_are_a_condition(city: Twin) -> None:
    others = ", ".join(f"'thing (no. {n})'" for n in range(20_000))
    where = f"id in ('a', {others}, 'c') and height is not null"
    assert {e.id for e in city.entities(EntityQuery(where=where))} <= {"a", "c"}
    assert city.entity("a") in city.entities(EntityQuery(where=where))
    with pytest.raises(ValidationError, match="a list has 30000 values at most") as caught:
        city.entities(EntityQuery(where=f"height in ({','.join('1' * 30_001)})"))
    assert len(str(caught.value)) < 300
    with pytest.raises(ValidationError, match="longer than 4000"):
        city.entities(EntityQuery(where=" or ".join(["height > 1"] * 1_000)))


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


# -- the whole text form ---------------------------------------------------------------


class Types:
    """A small tree of types, as the catalogue answers for it."""

    tree = {"place": {"building", "pump"}, "building": set(), "pump": set()}  # noqa: RUF012

    def __contains__(self, type_id: object) -> bool:
        return type_id in self.tree

    def descendants(self, type_id: str) -> set[str]:
        if type_id not in self.tree:
            raise ValidationError("schema", "type", type_id, "no such entity type")
        return {type_id, *self.tree[type_id]}


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Twin:
    folder = tmp_path_factory.mktemp("query") / "net.shapan"
    twin = Twin.create(folder, Frame("EPSG:4549", (500_000.0, 3e6, 10.0)))

    def thing(name: str, x: float, z: float, title: str, **attributes: object) -> Entity:
        kind = "pump" if name < "c" else "building"
        codes = Codes(f"12-{name}", f"N50{name.upper()}", "")
        return Entity(
            name, kind, title, (x, x / 10, z), guid=f"G/{name}", attributes=attributes, codes=codes
        )

    twin.execute(
        AddEntities(
            [
                thing("a", 0, 0, "中央水泵", power=3),
                thing("b", 10, 5, "Pump β 2", power=9),
                thing("c", 20, 10, "港务大楼", height=40.0, built="2001-05-01"),
                thing("d", 30, 20, "水文站", height=12.0),
            ]
        )
    )
    pairs = [("ab", "feeds"), ("bc", "feeds"), ("dc", "contains"), ("cd", "adjacent")]
    twin.execute(AddRelations([Relation(p, kind, p[0], p[1]) for p, kind in pairs]))
    return twin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type is place", "abcd"),
        ("type is pump", "ab"),
        ("type is not pump", "cd"),
        ("type = place", ""),
        ('management ^ "12-"', "abcd"),
        ("space ^ N50C", "c"),
        ("name ^ Pump", "b"),
        ("within (5, 0, 25, 10)", "bc"),
        ("within (5, 0, 6, 25, 10, 20)", "c"),
        ("not within (5, 0, 25, 10)", "ad"),
        ("within polygon (-1 -1, 11 -1, 11 5, -1 5)", "ab"),
        ("within 10.5 of (0, 0)", "ab"),
        ("within 10.5 of (0, 0, 0)", "a"),
        ("within 11 of b", "abc"),
        ("within 0 of 'd'", "d"),
        ("reached from a by feeds", "b"),
        ("reached from a by feeds 2", "bc"),
        ("reached from a by feeds 2 then in contains", "d"),
        ("reached from c by in any 8", "abcd"),
        ("reached from b by both feeds", "ac"),
        ("reached from a by any 8 and height > 20", "c"),
        ("reached from a by feeds 2 and within (15, 0, 25, 9)", "c"),
        ("power > 2 or within 1 of c", "abc"),
        ("built >= 2001-01-01 and built < '2002'", "c"),
        ("limit 2", "ba"),
        ("height > 1 order by height", "dc"),
        ("order by height desc, name", "cdba"),
        ("order by power desc limit 1", "b"),
        ("order by power desc limit 1 offset 1", "a"),
        ("within (499999, 2999999, 500011, 3000002) grid", "ab"),
        ("within (499999, 2999999, 9, 500031, 3000003, 16) grid", "ab"),
        ("within 11 of (500000, 3000000) grid and power > 1", "ab"),
        ("within (-1, -1, 1, 1) local", "a"),
        ("within 5 of '中央水泵'", "a"),
        ("within 12 of '12-c'", "bcd"),
        ("reached from '中央水泵' by feeds", "b"),
    ],
)
def test_the_text_form_asks_for_types_places_paths_order_and_limits(
    net: Twin, text: str, expected: str
) -> None:
    net.catalogue = Types()
    found = "".join(e.id for e in net.entities(EntityQuery(where=text)))
    if "order" not in text and "limit" not in text:
        found = "".join(sorted(found))
    assert found == expected
    if "limit" not in text:
        assert net.count(EntityQuery(where=text)) == len(expected)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("type is plase", "no such entity type"),
        ("reached from a by fedes", "did you mean feeds"),
        ("reached from nobody by feeds", "no entity with the id, code or name 'nobody'"),
        ("within 5 of nobody", "no entity with the id, code or name 'nobody'"),
        ("within (500000, 3000000, 500010, 3000010)", "write grid after the place"),
        ("within polygon (500000 3e6, 500010 3e6, 500010 3000010)", "write grid after the place"),
        ("within 20 of (119.9, 27.1)", "write degrees after the place"),
        ("within (119.9, 27.0, 120.1, 27.2)", "write degrees after the place"),
        ("order by heigth", "did you mean height"),
        ("within (1, 2, 3)", "four numbers, or six"),
        ("within polygon (1 1, 2 2)", "3 to 200 corners"),
        ("within -5 of (0, 0)", "not negative"),
        ("reached from a by feeds 9", "from 1 to 8"),
        ("limit 0", "from 1 to"),
        ("height > 1 limit 2 limit 3", "is not expected here"),
        ("as of yesterday", "a time expected"),
        ("as of '31st of May'", "not an ISO 8601 time"),
        ("within (1e300, 0, 1, 1)", "out of range"),
    ],
)
def test_what_the_text_form_cannot_mean_is_an_error_that_says_why(
    net: Twin, text: str, message: str
) -> None:
    net.catalogue = Types()
    with pytest.raises(ValidationError, match=message):
        net.entities(EntityQuery(where=text))


def test_places_are_asked_for_in_degrees_too(net: Twin) -> None:
    (lon, lat, _), (east, north, _) = net.frame.to_wgs84([(0.0, 0.0, 0.0), (11.0, 2.0, 0.0)])
    d = 1e-6  # 0.1 m
    box = f"within ({lon - d}, {lat - d}, {east + d}, {north + d}) degrees"
    ring = (
        f"{lon - d} {lat - d}, {east + d} {lat - d}, {east + d} {north + d}, {lon - d} {north + d}"
    )
    flat = f"within ({lon - d}, {lat - d}, 12, {east + d}, {north + d}, 16) degrees"
    for where, expected in (
        (box, "ab"),
        (f"within polygon ({ring}) degrees", "ab"),
        (f"within 11 of ({lon}, {lat}) degrees", "ab"),
        (flat, "b"),
    ):
        assert "".join(sorted(e.id for e in net.entities(EntityQuery(where=where)))) == expected


def test_properties_and_types_are_called_by_the_names_that_forms_show(tmp_path: Path) -> None:
    catalogue = Catalogue.load(entity_types_text())
    with Twin.create(tmp_path / "named.shapan", Frame("EPSG:4549", (5e5, 3e6, 0.0))) as twin:
        twin.catalogue = catalogue
        pumps = [Entity(f"p{n}", "pump", "Old pump", attributes={"flow_m3_h": n}) for n in (5, 50)]
        twin.execute(AddEntities([*pumps, Entity("s", "building", "Shed")]))
        for where, expected in (
            ("'Rated flow' > 10", "p50"),
            ("额定流量 > 10 and type is 水泵", "p50"),
            ("rated_flow < 10 and type is pump", "p5"),
            ("type is Building", "s"),
        ):
            query = EntityQuery(type="pump" if "uilding" not in where else None, where=where)
            assert "".join(e.id for e in twin.entities(query)) == expected, where
        with pytest.raises(ValidationError, match=r"several entities are called 'Old pump'.*'p5'"):
            twin.entities(EntityQuery(where="reached from 'Old pump' by any"))
        with pytest.raises(ValidationError, match="no property 'ratted_flow'"):
            twin.entities(EntityQuery(where="ratted_flow > 3"))


def test_the_object_form_asks_for_the_same(net: Twin) -> None:
    def ids(**values: object) -> str:
        return "".join(e.id for e in net.entities(EntityQuery(order_by="id", **values)))  # type: ignore[arg-type]

    net.catalogue = Types()
    assert ids(type="place") == "abcd"
    assert ids(code="12-c") == "c"
    assert ids(bbox=(5, 0, 35, 10), heights=(6, 15)) == "c"
    assert ids(heights=(6, 30)) == "cd"
    assert ids(polygon=((-1, -1), (11, -1), (11, 5), (-1, 5))) == "ab"
    assert ids(related_to="c", direction="both", hops=2) == "abcd"
    assert [e.id for e in net.entities(EntityQuery(near=(21, 2, 30)))] == ["c", "d", "b", "a"]
    net.catalogue = None
    assert ids(type="place") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [("中央", "a"), ("水", "ad"), ("水泵", "a"), ("务大楼", "c"), ("pump β", "b"), ("β", "b"),
     ("12-d", "d"), ("n50a", "a"), ("/c", "c"), ("G/c", "c"), ("%", ""), ("水_", ""), ("大港", "")],
)  # fmt: skip
def test_names_are_found_by_any_part_in_chinese_and_english(
    net: Twin, text: str, expected: str
) -> None:
    assert "".join(sorted(e.id for e in net.entities(EntityQuery(text=text)))) == expected


def test_the_text_form_looks_back_in_both_times(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path)) / "t.shapan"
    with Twin.create(folder, Frame("EPSG:4549", (0.0, 0.0, 0.0))) as twin:
        for year in (2030, 2031, 2032):
            twin.clock = lambda year=year: Instant.parse(f"{year}-01-01")  # type: ignore[misc]
            made = Entity("a", "pump", attributes={"year": year})
            twin.execute(AddEntities([made]) if year == 2030 else EditEntities([made]))

        def years(where: str) -> list[object]:
            return [e.attributes["year"] for e in twin.entities(EntityQuery(where=where))]

        assert years("") == [2032]
        assert years("as of 2031-06-01") == [2031]
        assert years("year > 2000 as of 2030-06") == [2030]
        assert years("as of 2032-06-01 known on 2031-06-01") == [2031]
        assert years("known on 2029-01-01") == []
        assert twin.at(Instant.parse("2031-06")).entity("a").attributes == {"year": 2031}
        known = twin.as_known_on(Instant.parse("2030-06"))
        assert known.at(Instant.parse("2040")).entity("a").attributes == {"year": 2030}


def test_questions_use_the_indexes_and_never_a_whole_table(city: Twin) -> None:
    from twin_model.store.conditions import Context, compiled

    connection = city.reader()
    context = Context(connection, city.frame, city.now())
    for query in (
        EntityQuery(related_to="a", hops=2, bbox=(0, 0, 1, 1)),
        EntityQuery(related_to="a", hops=2, direction="both"),
        EntityQuery(bbox=(0, 0, 1, 1)),
        EntityQuery(near=(0, 0, 1)),
        EntityQuery(type="pump"),
        EntityQuery(code="12"),
        EntityQuery(text="Alpha"),
        EntityQuery(where="reached from a by any 3 then in any"),
    ):
        found = compiled(context, query)
        plan = connection.execute(
            f"EXPLAIN QUERY PLAN SELECT fid FROM entity_version WHERE {found.condition}",
            found.parameters,
        )
        steps = [str(row["detail"]) for row in plan]
        read = [s for s in steps if s.startswith("SCAN") and ("_version" in s or "BLOOM" in s)]
        assert not read, (query, steps)


def test_name_and_type_are_the_entitys_own_whatever_its_rows_bring(tmp_path: Path) -> None:
    with Twin.create(tmp_path / "p.shapan", Frame("EPSG:4549", (0.0, 0.0, 0.0))) as twin:
        row = Entity("a", "pump", "Pump A", attributes={"name": "a row", "type": "of a table"})
        twin.execute(AddEntities([row, Entity("b", "pump", "Pump B")]))
        for where in ("name ^ 'Pump' and type = pump", "name ~ Pump"):
            assert [one.id for one in twin.entities(EntityQuery(where=where))] == ["a", "b"], where


def test_a_property_that_is_declared_and_that_nothing_has_yet_gives_nothing(tmp_path: Path) -> None:
    with Twin.create(tmp_path / "a.shapan", Frame("EPSG:4549", (0.0, 0.0, 0.0))) as twin:
        twin.execute(AddEntities([Entity("p", "pump", "P"), Entity("b", "bench", "B")]))
        asked = EntityQuery(where="efficiency_percent > 50")
        with pytest.raises(ValidationError, match="no property"):
            twin.entities(asked)  # without a catalogue it might as well be misspelt
        twin.catalogue = Catalogue.load(entity_types_text())
        assert twin.entities(asked) == []
        assert twin.entities(replace(asked, type="pump")) == []
        assert len(twin.entities(EntityQuery(where="efficiency_percent is null"))) == 2
        with pytest.raises(ValidationError, match="efficiency_percent"):
            twin.entities(EntityQuery(where="efficency_percent > 50", type="pump"))
        with pytest.raises(ValidationError, match="no property"):
            twin.entities(replace(asked, type="bench"))  # of no such thing
