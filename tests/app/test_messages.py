"""Messages of the rooms without Qt have Chinese, and are recognised when the window shows them."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from defusedxml.ElementTree import parse
from PySide6.QtCore import QLocale

from app import messages, words
from app.language import TsTranslator
from app.message_patterns import MessagePatterns
from ingest.extraction.extract import LAYER_NAMES as OF_EXTRACTIONS
from ingest.importer import ImportOptions, add_source, inspect_source
from ingest.pipeline.job import Job
from ingest.readers.registry import reader_for
from ingest.reconstruction.layers import LAYER_NAMES as OF_RUNS
from message_templates import Finder, Template
from twin_model.alarms.accounts import Role
from twin_model.alarms.model import State
from twin_model.commands import AddRelations, EditEntities, RemoveRelations, RenameLayer
from twin_model.entity import Entity, Relation
from twin_model.errors import ShapanError
from twin_model.frame import Frame
from twin_model.twin import Twin

TABLE = Path(messages.TRANSLATIONS) / "messages_zh_CN.ts"
PLACEHOLDER = re.compile(r"\{\d\}")
#: Words of GDAL and its relatives, which stay as they are within brackets.
FOREIGN = re.compile(r"[（(].*[）)]")
#: Commands that install what is missing are the same for users of the window.
INSTALLING = {
    'pip install "shapan[{0}]" (in a checkout: uv sync --all-extras)',
    "install the engines with: uv sync --extra simulation",
}


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Windows of tests before this one may have left their language."""
    before = QLocale()
    QLocale.setDefault(QLocale("en_GB"))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def chinese(english: None) -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("zh_CN"))
    yield
    QLocale.setDefault(before)


def table(context: str) -> dict[str, str]:
    found = {}
    for one in parse(TABLE).getroot().iter("context"):
        if one.findtext("name") == context:
            for message in one.iter("message"):
                source = message.findtext("source", "")
                assert source not in found, f"{source!r} is there twice"
                found[source] = message.findtext("translation", "")
    return found


def check(context: str, wanted: list[Template]) -> None:
    have = table(context)
    missing = [f"{one.where}: {one.text}" for one in wanted if not have.get(one.text)]
    assert not missing, "no Chinese in messages_zh_CN.ts for\n" + "\n".join(missing)
    stale = set(have) - {one.text for one in wanted}
    assert not stale, f"no source says any more {sorted(stale)}"


# -- the table ---------------------------------------------------------------------------


def test_every_message_of_the_rooms_without_qt_has_chinese(finder: Finder) -> None:
    found = finder.messages()
    assert len(found) > 700
    check("Message", found)


def test_options_of_the_command_line_have_words_of_the_window_in_both_languages(
    finder: Finder,
) -> None:
    option = re.compile(r"(^|[\s(])--[a-z]|\bshapan new\b")
    wanted = {one.text for one in finder.messages() if option.search(one.text)}
    assert "free some space and go on with --resume" in wanted
    for path in (TABLE, TABLE.with_name("messages_en.ts")):
        said = TsTranslator(path).texts("Window")
        assert wanted - INSTALLING == set(said)
        assert not [text for text in said.values() if option.search(text)]


def test_a_remedy_is_in_the_words_of_the_window_or_of_the_command_line() -> None:
    error = "the disk is full (/runs/1); free some space and go on with --resume"
    assert messages.shown(error) == error.replace("with --resume", "with the run")
    assert messages.printed(error) == error


def test_every_stage_of_a_job_has_chinese(finder: Finder) -> None:
    check("Stage", finder.stages())


def test_every_name_of_a_layer_that_is_made_here_has_chinese() -> None:
    assert set(table("Layer")) == {*OF_RUNS, *OF_EXTRACTIONS}


@pytest.mark.usefixtures("chinese")
def test_layers_of_a_run_are_called_in_the_language_of_the_window() -> None:
    assert [messages.layer_name(one).format("老城") for one in OF_RUNS][:2] == [
        "老城 – 地面高程", "老城 – 地表高程",
    ]  # fmt: skip
    QLocale.setDefault(QLocale("en_GB"))
    assert [messages.layer_name(one) for one in OF_RUNS] == list(OF_RUNS)


def test_every_label_of_the_journal_has_chinese(finder: Finder) -> None:
    check("Edit", finder.labels())


def test_every_unit_of_progress_has_a_word(finder: Finder) -> None:
    assert finder.units() <= words.known_units()


def test_every_dimension_of_a_value_has_chinese(finder: Finder) -> None:
    assert set(table("Dimension")) == finder.dimensions()


def test_every_state_of_an_alarm_and_every_role_has_chinese() -> None:
    assert set(table("Word")) == {*State, *Role}


def test_messages_of_the_operating_system_are_its_own() -> None:
    said = {os.strerror(number) for number in errno.errorcode}
    assert {text for text in table("System") if "{" not in text} <= said


def test_placeholders_are_the_same_in_both_languages() -> None:
    for context in ("Message", "System", "Stage", "Edit", "Layer"):
        for source, said in table(context).items():
            assert sorted(PLACEHOLDER.findall(source)) == sorted(PLACEHOLDER.findall(said)), source


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ('raise StoreError(f"{a} is {b:,} wide", remedy="wait" " a bit")', "{0} is {1} wide"),
        ('raise StoreError(f"{a} is {b:,} wide", remedy="wait" " a bit")', "wait a bit"),
        ('rule = "one" if a else f"two {b}"\nraise ValidationError("x", "y", a, rule)', "two {0}"),
        ('warnings = []\nwarnings += [f"lost {b}", *more()]', "lost {0}"),
        ('_R = "try again"\nraise SourceError(a, "bad", remedy=_R)', "try again"),
        ('what = "no point" if a else "any"\njob.warn(f"there is {what} in it")',
         "there is no point in it"),
    ],
)  # fmt: skip
def test_a_message_is_found_however_it_is_written(tmp_path: Path, source: str, text: str) -> None:
    body = "\n".join(f"    {line}" for line in source.splitlines())
    (tmp_path / "room.py").write_text(f"def do(a, b, job):\n{body}\n", encoding="utf-8")
    assert text in [one.text for one in Finder(tmp_path, ("",)).messages()]


# -- recognising -------------------------------------------------------------------------


def test_a_file_reason_place_and_remedy_are_said_each(chinese: None) -> None:
    said = messages.shown(
        "/data/a.osgb: a block of 99 bytes reaches beyond the data (at byte 120); "
        "fetch or export the file again"
    )
    assert said == (
        "/data/a.osgb：99 字节的数据块超出数据末尾（位于第 120 字节）；请重新获取或导出该文件"
    )


def test_a_message_within_a_message_is_said_too(chinese: None) -> None:
    said = messages.shown(
        "only the part before the damage was read: truncated: 5 of 10 points are in the file"
    )
    assert said == "只读入了损坏处之前的部分：文件不完整：应有 10 个点，实有 5 个"


def test_a_path_is_not_mistaken_for_a_part_of_the_message(chinese: None) -> None:
    said = messages.shown("/data/is empty; 3 of 4/x.obj: 12 line elements are left out")
    assert said == "/data/is empty; 3 of 4/x.obj：12 个线要素已略去"


def test_what_another_library_says_stays_as_it_is(chinese: None) -> None:
    said = messages.shown("/d/a.tif: the raster cannot be read (TIFFRead: bad tag); fetch it again")
    assert said == "/d/a.tif：栅格无法读取（TIFFRead: bad tag）；请重新获取该文件"
    said = messages.shown("/d/a.glb: is not valid JSON ('utf-8' codec can't decode byte 0x8a)")
    assert said == "/d/a.glb：不是有效的 JSON（'utf-8' codec can't decode byte 0x8a）"
    assert messages.shown("GDAL said something, and it is broken") == (
        "GDAL said something, and it is broken"
    )


def test_a_value_that_breaks_a_rule_is_named_by_its_dimension(chinese: None) -> None:
    assert messages.shown("attributes.head = 'x: y': must be a number") == (
        "属性 head = 'x: y'：必须是数字"
    )


def test_states_and_roles_within_a_message_are_said(chinese: None) -> None:
    assert messages.shown("alarm P-07/head is shelved already") == (
        "告警 P-07/head 的状态已为“已搁置”"
    )
    assert (
        messages.shown("Li is signed in as observer and may not shelve alarms; sign in as operator")
        == "Li 以观察员身份登录，无权搁置告警；请以操作员身份登录"
    )


def test_what_the_operating_system_says_is_said_too(chinese: None) -> None:
    assert messages.shown(str(PermissionError(errno.EACCES, "Permission denied", "/x"))) == (
        "没有权限：'/x'（错误号 13）"
    )
    assert messages.shown("/a.las: cannot be read (No such file or directory)") == (
        "/a.las：无法读取（没有这样的文件或文件夹）"
    )


def test_english_stays_as_it_was_made() -> None:
    text = "/data/a.las: truncated: 5 of 10 points are in the file; fetch the file again"
    assert messages.shown(text) == text
    assert words.stage("reading points") == "Reading points"
    assert words.edit("Edit P-07: height") == "Edit P-07: height"


def test_text_in_chinese_or_too_long_to_be_a_message_is_left_alone(chinese: None) -> None:
    for text in ("", "视图 3 为空", "fetch it again. " * 500, "Traceback (most recent call last):"):
        assert messages.shown(text) == text


def test_the_longer_of_two_messages_that_fit_is_taken() -> None:
    patterns = MessagePatterns({"{0} is gone": "{0} 没了", "the file {0} is gone": "文件 {0} 没了"})
    assert patterns.say("the file x is gone") == "文件 x 没了"
    assert patterns.say("y is gone") == "y 没了"
    assert not patterns.knows("y was gone")


def test_stages_and_labels_are_said_with_the_names_in_them(chinese: None) -> None:
    assert words.stage("Reading roads") == "读取 roads"
    assert words.stage("writing tiles") == "写入瓦片"
    pump = Entity("p", "pump", "P-07", (0.0, 0.0, 0.0))
    relations = [Relation(str(n), "connects", "a", "b") for n in range(2)]
    assert words.edit(EditEntities([pump]).label) == "编辑 P-07"
    assert words.edit(RenameLayer("x", "Survey 2026").label) == "重命名为 Survey 2026"
    assert words.edit(RemoveRelations(["a", "b"]).label) == "移除 2 条关系"
    assert words.edit(AddRelations(relations[:1]).label).startswith("添加 ")
    assert words.edit(AddRelations(relations).label).startswith("添加 2 条关系：")
    assert "connects" not in words.edit(AddRelations(relations).label)


# -- real sources ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("truncated/e57_cut.e57", "文件不完整：应有 374,784 字节，实有 60,000 字节"),
        ("lies/las_bad_scale.las", "X 的比例因子 0 不可用"),
        ("lies/gltf_path_traversal.gltf", "位于其文件夹之外"),
        ("text/geojson_lat_lon_swapped.geojson", "经纬度次序颠倒；请交换坐标次序"),
        ("tileset_cycle/tileset.json", "瓦片集通过外部瓦片集包含了自身"),
        ("truncated/tif_cut1.tif", "栅格无法读取（"),
    ],
)
def test_damaged_files_are_refused_in_chinese(
    real_data: Path, tmp_path: Path, chinese: None, name: str, said: str
) -> None:
    path = real_data / "bad_made" / name
    with Twin.create(tmp_path / "x.shapan", Frame("EPSG:32650"), "x") as twin:
        texts = outcome(twin, path)
    assert any(said in messages.shown(text) for text in texts), texts


def test_all_that_is_said_about_damaged_files_is_known(
    real_data: Path, tmp_path: Path, chinese: None
) -> None:
    folder = real_data / "bad_made"
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and is_small(path)]
    with Twin.create(tmp_path / "x.shapan", Frame("EPSG:32650"), "x") as twin:
        said = {text for path in files for text in outcome(twin, path)}
    assert len(said) > 40
    unknown = [text for text in said if is_english(messages.shown(text))]
    assert not [text for text in unknown if "Failed to read GeoJSON data" not in text]


def is_small(path: Path) -> bool:
    # IFC starts processes of its own, which takes seconds a file.
    return path.stat().st_size < 2_000_000 and path.suffix != ".ifc"


def is_english(text: str) -> bool:
    """Whether words of ours are left: four lower-case words in a row, outside brackets."""
    return re.search(r"(\b[a-z]{2,}\b ?){4}", FOREIGN.sub("", text)) is not None


def outcome(twin: Twin, path: Path) -> list[str]:
    """Return errors and warnings of looking into a source and of importing it."""
    job = Job()
    try:
        reader_for(path)
    except ShapanError as error:
        return [str(error)]
    info = inspect_source(path, job)
    if info.error:
        return [info.error]
    found = list(info.warnings)
    try:
        results = add_source(twin, path, ImportOptions(crs=info.crs or "local"), job)
    except ShapanError as error:
        return [*found, str(error)]
    return [*found, *(text for result in results for text in result.warnings)]
