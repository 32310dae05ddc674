"""Management codes: form, tables that grow, sequence numbers, component codes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.catalogue import MANAGEMENT_EDITION, management_codes_text
from twin_model.codes.classification import ClassEntry, ClassificationTable
from twin_model.codes.management import (
    LAST_SEQUENCE,
    NO_DIVISION,
    ComponentCode,
    ManagementCode,
    check_division,
    next_sequences,
)
from twin_model.errors import ValidationError

TABLE = ClassificationTable.load(management_codes_text(), MANAGEMENT_EDITION)
HEAD = "code,name_zh,name_en\n"


def test_a_code_is_division_class_and_sequence() -> None:
    code = ManagementCode.parse("330106-PT0103-000042", TABLE)
    assert (code.division, code.class_code, code.sequence) == ("330106", "PT0103", 42)
    assert str(code) == "330106-PT0103-000042"
    assert str(code).startswith(code.prefix)
    assert TABLE.get(code.class_code).name("zh_CN") == "岸桥（岸边集装箱起重机）"


@given(st.sampled_from(["110101", "330106", NO_DIVISION]), st.sampled_from(sorted(TABLE.entries)),
       st.integers(1, LAST_SEQUENCE))  # fmt: skip
def test_every_code_is_read_back_as_it_was_written(
    division: str, class_code: str, sequence: int
) -> None:
    code = ManagementCode(division, class_code, sequence)
    assert ManagementCode.parse(str(code), TABLE) == code


@given(st.integers(1, LAST_SEQUENCE), st.integers(1, LAST_SEQUENCE))
def test_codes_of_a_class_sort_as_text_as_they_were_given(first: int, second: int) -> None:
    a, b = (ManagementCode("330106", "PT0103", n) for n in (first, second))
    assert (a < b) == (str(a) < str(b)) == (first < second)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not of the form"),
        ("330106-PT0103-42", "not of the form"),
        ("330106-pt0103-000042", "not of the form"),
        ("３３０１０６-PT0103-000042", "not of the form"),
        ("330106-PT0103-000042 ", "not of the form"),
        ("330106-PT0103-000042\n", "not of the form"),
        ("330106-PT0103-000000", "1 to 999999"),
        ("990106-PT0103-000042", "no province starts so"),
        ("330006-PT0103-000042", "county without a prefecture"),
        ("330106-PT0199-000042", "not in the table; near it are PT"),
    ],
)
def test_what_is_no_code_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ManagementCode.parse(text, TABLE)


def test_a_division_can_be_checked_against_a_list() -> None:
    check_division("330106", {"330106"})
    with pytest.raises(ValidationError, match="not in the list"):
        check_division("330107", {"330106"})


# -- tables ------------------------------------------------------------------------------


def test_the_built_in_table_has_every_row_of_the_starter_list(real_data: Path) -> None:
    notes = real_data.parent / "notes" / "management-codes.csv"
    if not notes.is_file():
        pytest.skip("the starter list is not here")
    with notes.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) > 190
    for row in rows:
        entry = TABLE.get(row["internal_code"])
        assert (entry.name_zh, entry.name_en) == (row["name_zh"], row["name_en"])
        assert entry.gb13923_code == row["gb13923_code"]
        assert entry.entity_class == row["entity_class_code"]
        assert entry.component_class == row["component_code_major_minor"]
        assert entry.confidence == row["confidence"]


def test_no_number_is_given_without_source_and_every_gb_number_has_an_edition() -> None:
    for entry in TABLE.entries.values():
        numbers = [entry.gb13923_code, entry.entity_class, entry.component_class]
        known = [n for n in numbers if n not in ("", "unverified")]
        assert bool(known) == (entry.confidence != "unverified"), entry.code
        assert not known or entry.source, entry.code
        if entry.gb13923_code not in ("", "unverified"):
            assert entry.gb13923_edition in ("2006", "2022 (presumed)", "not stated"), entry.code


def test_a_table_is_written_and_read_back() -> None:
    assert ClassificationTable.load(TABLE.to_csv(), "x").entries == TABLE.entries
    assert TABLE.to_csv() == management_codes_text()


def test_classes_are_found_by_prefix_and_group() -> None:
    assert {e.code for e in TABLE.within("PW01")} >= {"PW0101", "PW0109"}
    group = TABLE.group("BD0103")
    assert group is not None
    assert group.code == "BD0100"
    assert TABLE.group("BD0100") is None
    assert TABLE.group("PT0103") is None


def test_a_new_class_takes_the_next_free_number_and_changes_no_other() -> None:
    code = TABLE.next_class("PT", 1)
    assert code == "PT0109"
    later = TABLE.extended([ClassEntry(code, "候工楼", "stevedores' building")], "shapan-2")
    assert later.entries.items() >= TABLE.entries.items()
    assert (later.edition, TABLE.edition) == ("shapan-2", MANAGEMENT_EDITION)
    assert later.next_class("PT", 1) == "PT0110"
    assert TABLE.next_class("PT", 77) == "PT7701"


def test_a_code_given_out_never_means_something_else() -> None:
    with pytest.raises(ValidationError, match="already means 泊位"):
        TABLE.extended([ClassEntry("PT0102", "锚地", "anchorage")], "x")


def test_a_retired_code_neither_comes_back_nor_is_given_again() -> None:
    last = max(entry.code for entry in TABLE.within("PT01"))
    old = TABLE.get(last)
    retired = ClassEntry(last, old.name_zh, old.name_en, retired="shapan-2")
    later = TABLE.extended([retired], "shapan-2")
    assert later.next_class("PT", 1) > last
    with pytest.raises(ValidationError, match="was retired"):
        later.extended([old], "shapan-3")


def test_a_full_block_is_said() -> None:
    full = ClassificationTable([ClassEntry("ZZ0199", "满", "full")], "x")
    with pytest.raises(ValidationError, match="no free code left"):
        full.next_class("ZZ", 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no column code"),
        ("code,name_zh\n", "no column name_en"),
        ("code,name_zh,name_en,colour\n", "no known column"),
        ("code,name_zh,name_en,geometri\n", "did you mean geometry"),
        (HEAD + "PT0101,a\n", "line 2.*has 2 columns instead of 3"),
        (HEAD + "pt0101,a,b\n", "line 2.*two capital letters"),
        (HEAD + "PT0101,,\n", "line 2.*has no name"),
        (HEAD + "PT0101,a,b\nPT0101,c,d\n", "occurs twice"),
        (HEAD + 'PT0101,"a,b\n', "unexpected end of data"),
        (HEAD + "PT0101,a\x00,b\n" + '"' * 3, "codes"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ClassificationTable.load(text, "x")


def test_a_customers_table_from_a_spreadsheet_is_read() -> None:
    text = "\ufeffcode,name_zh,name_en\r\nXX0001,自定义,own\r\n,,\r\n"
    assert list(ClassificationTable.load(text, "own").entries) == ["XX0001"]


# -- sequence numbers --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("used", "count", "expected"),
    [
        ([], 2, [1, 2]),
        ([1, 2, 9], 2, [10, 11]),
        ([LAST_SEQUENCE], 2, [1, 2]),
        ([1, 3, LAST_SEQUENCE - 1], 3, [LAST_SEQUENCE, 2, 4]),
        ([5], 0, []),
    ],
)
def test_the_next_numbers_follow_the_greatest_and_then_fill_gaps(
    used: list[int], count: int, expected: list[int]
) -> None:
    assert next_sequences(used, count) == expected


def test_when_too_few_numbers_are_left_it_is_said() -> None:
    with pytest.raises(ValidationError, match="only 2 numbers are left"):
        next_sequences(range(3, LAST_SEQUENCE + 1), 3)
    assert next_sequences(range(3, LAST_SEQUENCE + 1), 2) == [1, 2]


@given(st.sets(st.integers(1, 60) | st.integers(LAST_SEQUENCE - 60, LAST_SEQUENCE)),
       st.integers(0, 100))  # fmt: skip
def test_new_numbers_are_as_many_as_asked_free_and_in_range(used: set[int], count: int) -> None:
    fresh = next_sequences(used, count)
    assert len(set(fresh)) == count
    assert not set(fresh) & used
    assert all(1 <= number <= LAST_SEQUENCE for number in fresh)


# -- city components ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "division", "minor", "sequence"),
    [("3205080101000001", "320508", "01", 1), ("3205820102048188", "320582", "02", 48188)],
)
def test_published_component_codes_are_read(
    text: str, division: str, minor: str, sequence: int
) -> None:
    code = ComponentCode.parse(text, table=TABLE, divisions={"320508", "320582"})
    assert (code.division, code.major, code.minor, code.sequence) == (
        division, "01", minor, sequence)  # fmt: skip
    assert str(code) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("320508010100001", "sixteen digits"),
        ("32050801010000O1", "sixteen digits"),
        ("3205080001000001", "01 to 99"),
        ("9905080101000001", "no province"),
        ("3205080199000001", "no class of the table"),
        ("3205090101000001", "not in the list"),
    ],
)
def test_what_is_no_component_code_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ComponentCode.parse(text, table=TABLE, divisions={"320508"})


def test_the_table_is_plain_csv_that_any_program_reads() -> None:
    rows = list(csv.DictReader(io.StringIO(management_codes_text())))
    assert len(rows) == len(TABLE.entries)
    assert len({row["code"] for row in rows}) == len(rows)
