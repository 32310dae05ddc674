"""The editor of entity types: added, changed with a preview, undone, DTDL in and out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from app.editing import schema
from app.types.draft import MemberDraft, TypeDraft
from app.types.draft_error import DraftError
from app.types.editor import TypesEditor
from app.types.forms import LinesForm
from app.window import MainWindow
from twin_model.commands import AddEntities
from twin_model.entity import Entity
from twin_model.schema.dtdl import read_dtdl
from twin_model.schema.project_types import stored_types
from twin_model.schema.types import DefaultRule
from twin_model.twin import Twin
from window_support import MakeWindow, flush

LEFT = Qt.MouseButton.LeftButton


def opened(qtbot: QtBot, window: MainWindow, type_id: str = "") -> TypesEditor:
    window.actions_registry.run("edit.types")
    editor = window.types_editor
    assert editor is not None
    qtbot.waitUntil(lambda: bool(editor.types.ids()), timeout=10_000)
    if type_id:
        editor.select(type_id)
    return editor


def fill(qtbot: QtBot, lines: LinesForm, row: int, **values: str) -> None:
    """Type values into a line of a table, as users do."""
    names = [column.name for column in lines.table.columns]
    for name, value in values.items():
        index = lines.table.index(row, names.index(name))
        flush()  # the editor before this one waits for its deletion
        lines.view.setCurrentIndex(index)
        lines.view.edit(index)
        found = [w for w in lines.view.viewport().findChildren(QLineEdit) if w.isVisible()]
        boxes = [w for w in lines.view.viewport().findChildren(QComboBox) if w.isVisible()]
        if boxes:
            boxes[-1].setCurrentIndex(boxes[-1].findData(value))
            lines.view.commitData(boxes[-1])
            lines.view.closeEditor(boxes[-1], lines.view.itemDelegate().EndEditHint.NoHint)
            continue
        assert len(found) == 1, name
        found[-1].selectAll()
        type_text(qtbot, found[-1], value)
        qtbot.keyClick(found[-1], Qt.Key.Key_Return)
        flush()  # what was typed is stored in the next turn of the event loop


def replace_text(qtbot: QtBot, line: QLineEdit, text: str) -> None:
    line.selectAll()
    type_text(qtbot, line, text)


def type_text(qtbot: QtBot, line: QLineEdit, text: str) -> None:
    """Type text; Chinese comes from an input method, as it does for users."""
    if text.isascii():
        qtbot.keyClicks(line, text)
        return
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(line, event)


def apply(qtbot: QtBot, editor: TypesEditor) -> str:
    """Check and apply; return what the preview said."""
    qtbot.mouseClick(editor.check, LEFT)
    qtbot.waitUntil(lambda: editor.preview is not None, timeout=10_000)
    assert editor.preview is not None
    said = editor.preview.summary.text()
    qtbot.mouseClick(editor.preview.apply, LEFT)
    qtbot.waitUntil(lambda: editor.preview is None)
    return said


def schema_rules(twin: Twin) -> tuple[DefaultRule, ...]:
    return next(kind.rules for kind in stored_types(twin) if kind.id == "boat_house")


@pytest.mark.gui
def test_closed_while_a_change_is_applied_the_editor_asks_nothing_and_the_change_is_made(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    editor, twin = opened(qtbot, window, "building"), window.session.required
    qtbot.mouseClick(editor.add, LEFT)
    replace_text(qtbot, editor.general.identifier, "boat_house")
    apply(qtbot, editor)
    editor.close()
    assert not editor.isVisible()
    qtbot.waitUntil(lambda: [kind.id for kind in stored_types(twin)] == ["boat_house"])


@pytest.mark.gui
def test_a_type_is_added_by_a_user_and_an_entity_is_given_it(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    editor, twin = opened(qtbot, window, "building"), window.session.required
    qtbot.mouseClick(editor.add, LEFT)
    replace_text(qtbot, editor.general.identifier, "boat_house")
    replace_text(qtbot, editor.general.zh, "船屋")
    replace_text(qtbot, editor.general.en, "boat house")
    editor.tabs.setCurrentIndex(1)
    assert editor.properties.table.rowCount() > 5  # what it inherits is there to be seen
    qtbot.mouseClick(editor.properties.add, LEFT)
    row = editor.properties.table.rowCount() - 1
    fill(qtbot, editor.properties, row, id="berths", kind="integer", en="berths", minimum="0")
    editor.tabs.setCurrentIndex(4)
    inherited = editor.rules.table.rowCount()
    assert inherited > 0  # every building tilts
    qtbot.mouseClick(editor.rules.add, LEFT)
    fill(
        qtbot, editor.rules, inherited, id="leans", en="boat house leans", indicator="tilt_deg",
        operator=">=", limit="12.5", delay_s="60", severity="urgent",
    )  # fmt: skip
    assert apply(qtbot, editor) == "Boat house\n0 entities checked, 0 of them change"
    qtbot.waitUntil(lambda: bool(stored_types(twin)))
    (rule,) = schema_rules(twin)
    assert (rule.indicator, rule.operator, rule.threshold) == ("tilt_deg", ">=", 12.5)
    assert (rule.delay_s, str(rule.severity)) == (60.0, "urgent")
    qtbot.waitUntil(lambda: [kind.id for kind in stored_types(twin)] == ["boat_house"])
    qtbot.waitUntil(lambda: "boat_house" in schema.project_ids())
    assert twin.undo_label == "Change type boat house"
    editor.close()
    # The header of the Entity dock offers it, and the form has its property.
    window.interaction.select_id("old-town-0")
    window.entity_panel.header.retyped.emit("boat_house")
    qtbot.waitUntil(lambda: twin.entity("old-town-0").type == "boat_house")
    names = lambda: {field.name for field in window.entity_panel.fields.fields}  # noqa: E731
    qtbot.waitUntil(lambda: "Berths" in names())
    qtbot.waitUntil(lambda: window.entities_panel.model.rowCount() == 2)
    model = window.entities_panel.model
    assert {model.index(row, 0).data() for row in range(2)} == {"Building", "Boat house"}


@pytest.mark.gui
def test_a_change_says_what_breaks_before_it_is_done_and_undo_takes_it_back(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    with Twin.open(project) as twin:
        pumps = [
            Entity(f"p{n}", "pump", f"P{n}", attributes={"head_m": 10.0 * n}) for n in range(4)
        ]
        twin.execute(AddEntities(pumps))
    window = make_window(project)
    editor, twin = opened(qtbot, window, "pump"), window.session.required
    editor.tabs.setCurrentIndex(1)
    table = editor.properties.table
    own = next(n for n, draft in enumerate(table.drafts) if draft.id == "head_m")
    fill(qtbot, editor.properties, table.row_of(own), unit="ft", maximum="50")
    qtbot.mouseClick(editor.check, LEFT)
    qtbot.waitUntil(lambda: editor.preview is not None, timeout=10_000)
    preview = editor.preview
    assert preview is not None
    assert "4 entities checked, 3 of them change" in preview.summary.text()
    (line,) = (preview.steps.topLevelItem(n) for n in range(preview.steps.topLevelItemCount()))
    assert line.text(0).startswith("Pump · Head: converted to another unit (m > ft)")
    assert line.text(1) == "4 entities"
    assert [preview.broken.item(n).text()[:4] for n in range(preview.broken.count())] == [
        "P2 ·", "P3 ·",
    ]  # fmt: skip
    assert twin.entity("p1").attributes["head_m"] == 10.0  # nothing was done yet
    qtbot.mouseClick(preview.apply, LEFT)
    qtbot.waitUntil(
        lambda: twin.entity("p1").attributes["head_m"] == pytest.approx(32.808, abs=0.01)
    )
    qtbot.waitUntil(lambda: "pump" in schema.project_ids())
    window.actions_registry.run("edit.undo")
    qtbot.waitUntil(lambda: twin.entity("p1").attributes["head_m"] == 10.0)
    qtbot.waitUntil(lambda: schema.project_ids() == frozenset())


@pytest.mark.gui
def test_a_check_shows_how_far_it_is_and_is_cancelled(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    with Twin.open(project) as twin:
        head = {"head_m": 10.0}
        pumps = [Entity(f"p{n}", "pump", attributes=head) for n in range(20_000)]
        twin.execute(AddEntities(pumps))
    window = make_window(project)
    editor, twin = opened(qtbot, window, "pump"), window.session.required
    editor.tabs.setCurrentIndex(1)
    table = editor.properties.table
    own = next(n for n, draft in enumerate(table.drafts) if draft.id == "head_m")
    fill(qtbot, editor.properties, table.row_of(own), unit="ft")
    qtbot.mouseClick(editor.check, LEFT)
    checking = editor.checking
    qtbot.waitUntil(lambda: checking.bar.isVisible() and checking.bar.value() > 0)
    assert "/ 20,000 entities" in checking.message.text()
    assert not editor.check.isEnabled() and not editor.tabs.isEnabled()
    qtbot.mouseClick(checking.cancel, LEFT)
    qtbot.waitUntil(lambda: not checking.bar.isVisible())
    assert checking.message.text() == "Cancelled; nothing was changed."
    assert editor.preview is None and stored_types(twin) == []
    assert editor.check.isEnabled() and editor.tabs.isEnabled()  # the draft is still there

    # So does applying it; what was written up to then is not kept.
    revision = twin.revision
    qtbot.mouseClick(editor.check, LEFT)
    qtbot.waitUntil(lambda: editor.preview is not None, timeout=60_000)
    qtbot.mouseClick(editor.preview.apply, LEFT)
    qtbot.waitUntil(lambda: "Writing" in checking.message.text() and checking.bar.value() > 0)
    assert not editor.check.isEnabled() and not editor.tabs.isEnabled()
    qtbot.mouseClick(checking.cancel, LEFT)
    qtbot.waitUntil(lambda: not checking.bar.isVisible(), timeout=20_000)
    assert checking.message.text() == "Cancelled; nothing was changed."
    assert twin.revision == revision and twin.entity("p0").attributes["head_m"] == 10.0
    assert editor.check.isEnabled()
    apply(qtbot, editor)
    qtbot.waitUntil(lambda: "Applied" in checking.message.text(), timeout=60_000)
    assert twin.entity("p19999").attributes["head_m"] == pytest.approx(10.0 / 0.3048)


@pytest.mark.gui
def test_what_stands_in_an_open_cell_is_checked_and_what_is_missing_can_be_filled_in(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    with Twin.open(project) as twin:
        twin.execute(AddEntities([Entity("p", "pump", "P"), Entity("q", "pump", "Q")]))
    window = make_window(project)
    editor, twin = opened(qtbot, window, "pump"), window.session.required
    editor.tabs.setCurrentIndex(1)
    qtbot.mouseClick(editor.properties.add, LEFT)
    table, view = editor.properties.table, editor.properties.view
    row = table.rowCount() - 1
    fill(qtbot, editor.properties, row, id="coating", choices="epoxy=环氧/epoxy; none")
    assert table.drafts[-1].kind == "enum"  # choices were not thrown away with the kind "text"
    needed = [column.name for column in table.columns].index("required")
    table.setData(table.index(row, needed), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    # The name is typed, and no Enter follows.
    names = table.index(row, [column.name for column in table.columns].index("en"))
    view.setCurrentIndex(names)
    view.edit(names)
    line = view.viewport().findChildren(QLineEdit)[-1]
    qtbot.keyClicks(line, "lining")
    qtbot.mouseClick(editor.check, LEFT)
    qtbot.waitUntil(lambda: editor.preview is not None, timeout=10_000)
    preview = editor.preview
    assert preview is not None
    assert "2 entities checked" in preview.summary.text()
    assert [preview.broken.item(n).text() for n in range(preview.broken.count())] == [
        "P · Lining: This is needed", "Q · Lining: This is needed",
    ]  # fmt: skip
    qtbot.mouseClick(preview.fill, LEFT)
    assert preview.values.problem.text() == "Lining: This is needed"  # nobody chose one yet
    box, *rest = preview.values.editors.values()
    assert isinstance(box, QComboBox) and not rest
    box.setCurrentIndex(box.findData("epoxy"))
    qtbot.mouseClick(preview.fill, LEFT)
    qtbot.waitUntil(lambda: editor.preview not in (None, preview), timeout=10_000)
    again = editor.preview
    assert again is not None
    assert "2 entities checked, 2 of them change" in again.summary.text()
    assert again.broken.count() == 0
    qtbot.mouseClick(again.apply, LEFT)
    qtbot.waitUntil(lambda: twin.entity("p").attributes.get("coating") == "epoxy")


@pytest.mark.gui
def test_a_line_that_cannot_be_is_pointed_at(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    editor = opened(qtbot, window, "building")
    editor.tabs.setCurrentIndex(1)
    qtbot.mouseClick(editor.properties.add, LEFT)
    table = editor.properties.table
    row = table.rowCount() - 1
    fill(qtbot, editor.properties, row, id="depth", kind="number", unit="metre per banana")
    editor.tabs.setCurrentIndex(0)
    qtbot.mouseClick(editor.check, LEFT)
    assert editor.tabs.currentIndex() == 1
    assert "unit" in editor.message.text()
    assert table.faulty
    assert editor.properties.view.currentIndex().row() == row
    # A property that a parent declares already is refused by the catalogue as a whole.
    fill(qtbot, editor.properties, row, id="owner", unit="m")
    qtbot.mouseClick(editor.check, LEFT)
    qtbot.waitUntil(lambda: "already declared by thing" in editor.message.text())
    qtbot.mouseClick(editor.revert, LEFT)
    assert not editor.check.isEnabled()


@pytest.mark.gui
def test_closing_asks_before_changes_are_lost(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    editor = opened(qtbot, window, "building")
    qtbot.mouseClick(editor.add, LEFT)

    def answer(button: QMessageBox.StandardButton) -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        qtbot.mouseClick(box.button(button), LEFT)

    QTimer.singleShot(300, lambda: answer(QMessageBox.StandardButton.Cancel))
    editor.close()
    assert editor.isVisible() and editor.draft() is not None
    QTimer.singleShot(300, lambda: answer(QMessageBox.StandardButton.Discard))
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert not editor.isVisible()


@pytest.mark.gui
def test_types_are_found_in_chinese_and_english(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project, language="zh_CN")
    editor = opened(qtbot, window)
    assert editor.windowTitle() == "实体类型"
    type_text(qtbot, editor.types.search, "水泵")
    assert "pump" in editor.types.ids() and "road" not in editor.types.ids()
    editor.types.search.clear()
    qtbot.keyClicks(editor.types.search, "pump")
    assert "pump" in editor.types.ids()
    window.set_language("en")
    qtbot.waitUntil(lambda: editor.windowTitle() == "Entity types")


@pytest.mark.gui
def test_dtdl_comes_in_and_goes_out(
    qtbot: QtBot, make_window: MakeWindow, project: Path, tmp_path: Path, real_data: Path
) -> None:
    window = make_window(project)
    editor, twin = opened(qtbot, window, "pump"), window.session.required
    editor.export_to(tmp_path / "pump.json")
    qtbot.waitUntil(lambda: (tmp_path / "pump.json").exists() and bool(editor.message.text()))
    written = json.loads((tmp_path / "pump.json").read_text(encoding="utf-8"))
    assert any(interface["@id"].startswith("dtmi:shapan:pump") for interface in written)
    room = next((real_data / "twinmodel").rglob("Room.json"), None) or next(
        (real_data / "twinmodel" / "dtdl_samples").rglob("*.json")
    )
    editor.import_files([room])
    qtbot.waitUntil(lambda: "read; check and apply" in editor.message.text() or
                    editor.message.objectName() == "error")  # fmt: skip
    assert editor.message.objectName() != "error", editor.message.text()
    apply(qtbot, editor)
    # What is stored is seen by a query before the editor hears that its change is made.
    qtbot.waitUntil(lambda: "Applied" in editor.message.text(), timeout=10_000)
    assert stored_types(twin)
    # A public ontology: 63 files in folders of folders that extend one another.
    editor.import_files([real_data / "twinmodel" / "dtdl_smartcities" / "Ontology"])
    qtbot.waitUntil(lambda: "types read" in editor.message.text(), timeout=20_000)
    assert editor.message.objectName() != "error", editor.message.text()
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    editor.import_files([broken])
    qtbot.waitUntil(lambda: "not JSON" in editor.message.text())


@pytest.mark.gui
def test_what_is_read_while_a_change_is_applied_is_not_forgotten_with_it(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    editor, twin = opened(qtbot, window, "building"), window.session.required
    qtbot.mouseClick(editor.add, LEFT)
    replace_text(qtbot, editor.general.identifier, "boat_house")
    interface = {
        "@context": "dtmi:dtdl:context;3", "@type": "Interface", "@id": "dtmi:test:Slipway;1",
        "displayName": "slipway", "contents": [],
    }  # fmt: skip
    slipway = read_dtdl({"a.json": json.dumps(interface)}, schema.catalogue())
    during: list[bool] = []

    def read(is_running: bool) -> None:
        if is_running and editor.checking.is_applying and not during:
            during.append(True)
            editor.exchange.read.emit(slipway)

    editor.checking.running.connect(read)
    apply(qtbot, editor)
    assert during
    qtbot.waitUntil(lambda: "Applied" in editor.message.text(), timeout=10_000)
    assert [kind.id for kind in stored_types(twin)] == ["boat_house"]
    assert editor.draft() is not None
    assert editor.check.isEnabled()  # the slipway waits to be checked and applied
    assert apply(qtbot, editor).startswith("Slipway")
    qtbot.waitUntil(lambda: len(stored_types(twin)) == 2, timeout=10_000)


@pytest.mark.gui
def test_a_project_type_is_removed_and_its_entities_get_its_parent(
    qtbot: QtBot, make_window: MakeWindow, project: Path
) -> None:
    window = make_window(project)
    editor, twin = opened(qtbot, window, "building"), window.session.required
    qtbot.mouseClick(editor.add, LEFT)
    replace_text(qtbot, editor.general.identifier, "boat_house")
    apply(qtbot, editor)
    qtbot.waitUntil(lambda: "boat_house" in schema.project_ids())
    window.session.execute(AddEntities([Entity("b", "boat_house")]))
    qtbot.waitUntil(lambda: twin.count() == 5)
    editor.select("boat_house")
    qtbot.mouseClick(editor.remove, LEFT)
    assert "1 entities checked, 1 of them change" in apply(qtbot, editor)
    qtbot.waitUntil(lambda: twin.entity("b").type == "building")
    assert stored_types(twin) == []


def test_drafts_keep_what_the_form_does_not_show() -> None:
    for type_id in ("pump", "building", "pipe", "crane", "storey"):
        kind = schema.built_in().type(type_id)
        assert TypeDraft.of(kind).built() == kind


def test_every_built_in_type_survives_the_form() -> None:
    changed = [k.id for k in schema.built_in().types() if TypeDraft.of(k).built() != k]
    assert changed == []


def test_choices_and_numbers_are_read_from_text() -> None:
    draft = TypeDraft("a", properties=[
        MemberDraft("state", kind="enum", choices="open=打开/open; shut=关闭/shut; half"),
        MemberDraft("level", kind="number", unit="m³/h", minimum="-1", default="3", required=True),
    ])  # fmt: skip
    state, level = draft.built().properties
    assert [(c.value, c.name.zh, c.name.en) for c in state.choices] == [
        ("open", "打开", "open"), ("shut", "关闭", "shut"), ("half", "", ""),
    ]  # fmt: skip
    assert (level.unit, level.minimum, level.default, level.required) == ("m^3/h", -1.0, 3.0, True)
    with pytest.raises(DraftError) as raised:
        TypeDraft("a", properties=[MemberDraft("x"), MemberDraft("y", minimum="low")]).built()
    assert (raised.value.section, raised.value.row) == ("properties", 1)
