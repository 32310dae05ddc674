"""What the journal says a connection should be, through edits, undo and redo."""

from __future__ import annotations

from pathlib import Path

from twin_model.frame import Frame
from twin_model.live.connection_changes import ChangeConnection, changed_connections
from twin_model.store.verify import verify_store
from twin_model.twin import Twin

FRAME = Frame("EPSG:32650", (500_000.0, 3_400_000.0, 0.0))
FIRST = {"id": "plant", "name": "Plant", "address": "mqtt://a:1883"}
OTHER = {**FIRST, "address": "mqtt://b:1883"}


def wanted(twin: Twin, since: int = 0) -> dict[str, object]:
    return {one.connection: one.stated for one in changed_connections(twin, since)}


def test_the_newest_change_that_is_not_undone_holds(tmp_path: Path) -> None:
    with Twin.create(tmp_path / "a.shapan", FRAME, "A") as twin:
        begun = twin.revision
        twin.execute(ChangeConnection("shapan.mqtt", "plant", None, FIRST))
        twin.execute(ChangeConnection("shapan.mqtt", "plant", FIRST, OTHER))
        assert wanted(twin) == {"plant": OTHER}
        assert twin.undo_label == "Edit connection Plant"
        twin.undo()
        assert wanted(twin) == {"plant": FIRST}
        twin.undo()
        assert wanted(twin, begun) == {"plant": None}
        twin.redo()
        twin.redo()
        assert wanted(twin) == {"plant": OTHER}
        twin.execute(ChangeConnection("shapan.mqtt", "plant", OTHER, None))
        assert wanted(twin) == {"plant": None}
        assert twin.undo_label == "Remove connection Plant"
        twin.undo()
        assert wanted(twin) == {"plant": OTHER}


def test_what_is_undone_goes_back_to_what_was_there_before_it_and_not_to_older_notes(
    tmp_path: Path,
) -> None:
    with Twin.create(tmp_path / "a.shapan", FRAME, "A") as twin:
        twin.execute(ChangeConnection("shapan.mqtt", "plant", None, FIRST))
        twin.undo()
        # Meanwhile somebody wrote it into the file by hand.
        off = {**OTHER, "enabled": False}
        twin.execute(ChangeConnection("shapan.mqtt", "plant", OTHER, off))
        assert twin.undo_label == "Stop connection Plant"
        twin.undo()
        assert wanted(twin) == {"plant": OTHER}


def test_only_what_was_changed_since_is_named_and_the_twin_stays_whole(tmp_path: Path) -> None:
    with Twin.create(tmp_path / "a.shapan", FRAME, "A") as twin:
        twin.execute(ChangeConnection("shapan.mqtt", "plant", None, FIRST))
        since = twin.revision
        twin.execute(ChangeConnection("shapan.opcua", "plc", None, {"id": "plc"}))
        assert wanted(twin, since) == {"plc": {"id": "plc"}}
        assert wanted(twin, twin.revision) == {}
        assert twin.undo_label == "Connect plc"
        assert verify_store(twin) == []
