"""What is carried between two folders of one training, and folders of pictures between two machines."""

from pathlib import Path

import pytest
from small_fits import small_plan, unequal_data

from cnn_core.processes.carried import Carried, Change, keep_folders, packed, places_of, to_go_on
from cnn_core.training.run_folder import RunFolder
from cnn_core.training.sets.own import STORE, own
from cnn_core.training.sets.sources import Downloaded, DownloadKey, Own, Shapes


def change(name: str, text: str, is_added: bool = False) -> Change:
    return Change(name, text.encode(), is_added)


def test_only_what_has_changed_is_carried_and_of_records_only_what_is_new(tmp_path: Path) -> None:
    there = Carried(tmp_path)
    there.take([change("plan.json", "{}")])
    assert there.changes() == []
    (tmp_path / "snapshots").mkdir()
    (tmp_path / "snapshots" / "1.npz").write_text("one")
    (tmp_path / "records.jsonl").write_text("a\nb")
    assert there.changes() == [change("snapshots/1.npz", "one"), change("records.jsonl", "a\nb", is_added=True)]
    assert there.changes() == []
    with (tmp_path / "records.jsonl").open("a") as records:
        records.write("c\n")
    (tmp_path / "checkpoint.npz").write_text("two")
    assert there.changes() == [change("checkpoint.npz", "two"), change("records.jsonl", "c\n", is_added=True)]


def test_what_each_side_has_for_itself_and_what_is_just_being_written_stays(tmp_path: Path) -> None:
    for name in ("lock", "orders", ".77.checkpoint.npz"):
        (tmp_path / name).write_text("own")
    assert Carried(tmp_path).changes() == []


def test_records_are_added_to_those_of_who_was_at_it_before(tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").write_text("before\n")
    (tmp_path / "model.keras").write_text("before")
    Carried(tmp_path).take([change("model.keras", "now"), change("records.jsonl", "now\n", is_added=True)])
    assert (tmp_path / "model.keras").read_text() == "now"
    assert (tmp_path / "records.jsonl").read_text() == "before\nnow\n"


@pytest.mark.parametrize("name", ["../elsewhere", "/etc/elsewhere", "snapshots/../../elsewhere"])
def test_nothing_is_written_outside_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "run").mkdir()
    with pytest.raises(ValueError, match="outside"):
        Carried(tmp_path / "run").take([change(name, "bad")])
    assert list(tmp_path.rglob("*elsewhere*")) == []


def test_who_goes_on_gets_the_plan_and_the_checkpoint_and_no_more(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.make(small_plan())
    for name in ("checkpoint.npz", "best.npz", "model.keras", "records.jsonl", "lock", "orders"):
        (folder.path / name).write_text(name)
    given = {one.name: one.data for one in to_go_on(folder)}
    assert set(given) == {"plan.json", "about.json", "checkpoint.npz", "best.npz"}
    assert given["plan.json"] == folder.plan_file.read_bytes()


def test_a_reader_s_own_pictures_go_to_a_machine_that_lacks_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path / "here"))
    source = unequal_data().source
    assert isinstance(source, Own)
    places, contents = places_of(source), own(source).contents
    assert places == [("sets", source.digest)]
    folders = packed(places)
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path / "there"))
    assert STORE.find(source.digest) is None
    keep_folders(folders)
    keep_folders(folders)  # what is there stays
    there = own(source)
    assert (there.contents, there.file(1, 0)[:4]) == (contents, b"\x89PNG")


def test_what_is_drawn_has_no_folder_and_a_download_that_is_not_here_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path))
    assert places_of(Shapes()) == []
    assert packed(places_of(Downloaded(DownloadKey.CATS_AND_DOGS))) == {}
