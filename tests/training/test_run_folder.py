"""The folder of a fit: records read as they come, orders, what is written at once; and how far it has come."""

from pathlib import Path

import numpy as np
import pytest
from small_fits import small_plan

from cnn_core.errors import CnnError
from cnn_core.training.orders import Order, Ordered, Orders
from cnn_core.training.records import (
    Answer,
    BatchEnd,
    Begun,
    Ended,
    EpochEnd,
    Paused,
    Preparation,
    Preparing,
    Record,
    Refused,
    Resumed,
    Saved,
    Snapshot,
    Stage,
)
from cnn_core.training.run_folder import RecordsReader, RunFolder, replacing
from cnn_core.training.snapshots import MOST_SNAPSHOTS, Shot, is_kept, small_maps
from cnn_core.training.so_far import SoFar


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    made = RunFolder(tmp_path / "run")
    made.make(small_plan(), {"person": "me"})
    return made


def begun(epoch: int, stage: Stage = Stage.SCRATCH) -> Begun:
    return Begun(stage, epoch, 10, 0, 4, {"train": 64}, ("circle", "square"))


def epoch(number: int) -> EpochEnd:
    return EpochEnd(number, 0.5, 0.5, 0.5, 0.5, 1.0, 0.001)


def test_the_plan_comes_back(folder: RunFolder) -> None:
    assert folder.plan() == small_plan()
    assert folder.about() == {"person": "me"}


def test_records_are_read_once_and_whole(folder: RunFolder) -> None:
    reader = RecordsReader(folder)
    assert reader.new() == []
    folder.write(epoch(1))
    folder.write(epoch(2))
    assert reader.new() == [epoch(1), epoch(2)]
    with folder.records_file.open("a") as file:
        file.write('{"kind": "Ended", "comp')
    assert reader.new() == []
    with folder.records_file.open("a") as file:
        file.write('lete": true}\nnonsense\n')
    assert reader.new() == [Ended(complete=True)]


def test_half_a_line_of_a_killed_process_is_passed_over(folder: RunFolder) -> None:
    with folder.records_file.open("a") as file:
        file.write('{"kind": "EpochEnd", "epo')
    folder.write(epoch(1))
    folder.write(epoch(2))
    assert RecordsReader(folder).new() == [epoch(2)]


def test_orders_are_left_and_taken_away(folder: RunFolder) -> None:
    assert folder.ordered() is None
    folder.order(Order.PAUSE)
    folder.order(Order.RESUME, 2.5)
    assert folder.ordered() == Ordered(Order.RESUME, 2.5)
    folder.orders_file.write_text("nonsense")
    assert folder.ordered() is None
    folder.forget_orders()
    folder.forget_orders()


def test_what_breaks_off_replaces_nothing(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")

    def write() -> None:
        with replacing(file) as part:
            part.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_stop_ends_a_pause_for_good() -> None:
    orders = Orders()
    orders.tell(Order.PAUSE)
    assert (orders.is_paused, orders.is_stopped) == (True, False)
    orders.tell(Order.STOP)
    orders.tell(Order.PAUSE)
    assert (orders.is_paused, orders.is_stopped) == (False, True)
    orders.wait()


# How far it has come --------------------------------------------------------------------------------------------------


def after(folder: RunFolder, *records: Record) -> SoFar:
    so_far = SoFar(folder)
    for record in records:
        folder.write(record)
    so_far.read()
    return so_far


def test_what_is_gone_on_with_forgets_what_came_after_its_checkpoint(folder: RunFolder) -> None:
    shots = [Snapshot(number, f"{number}.npz") for number in range(3)]
    first = after(folder, begun(0), shots[0], epoch(1), shots[1], epoch(2), shots[2], Ended(complete=False))
    assert (first.ended, len(first.epochs), len(first.snapshots)) == (Ended(complete=False), 2, 3)
    folder.write(begun(1))
    before = first.copy()
    first.read()
    assert (first.ended, first.epochs, first.snapshots) == (None, (epoch(1),), tuple(shots[:2]))
    assert len(before.epochs) == 2
    first.expect_more()
    assert (first.begun, first.last_begun) == (None, begun(1))
    folder.write(epoch(2))
    first.read()
    assert first.epochs == (epoch(1), epoch(2))


def test_stages_pauses_and_preparations(folder: RunFolder) -> None:
    reading = Preparing(Preparation.READING, 3, 80)
    so_far = after(folder, reading)
    assert after(folder).preparing == reading
    folder.write(begun(0, Stage.HEAD))
    folder.write(BatchEnd(1, 1, 0.5, 0.5, 0.1))
    folder.write(Paused(1, 1))
    so_far.read()
    assert so_far.preparing is None
    assert so_far.is_paused
    folder.write(Resumed())
    folder.write(begun(2, Stage.FINE_TUNING))
    so_far.read()
    assert ([stage.stage for stage in so_far.stages], so_far.is_paused) == ([Stage.HEAD, Stage.FINE_TUNING], False)
    folder.write(Saved("model.keras", 2))
    folder.write(Refused.of(CnnError("It is late.")))
    so_far.read()
    assert so_far.saved == Saved("model.keras", 2)
    assert str(so_far.problem) == "It is late."


# Snapshots ------------------------------------------------------------------------------------------------------------


def test_a_shot_survives_its_file(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    maps = {name: rng.random((5, 4, 2)).astype(np.float16) for name in ("conv2d", "conv/2")}
    kernels = rng.random((3, 3, 1, 2)).astype(np.float16)
    answers = (Answer(3, 0, 1, 0.75),)
    Shot(kernels, maps, ((2, 0), (1, 3)), answers, ()).write(tmp_path / "1.npz")
    read = Shot.read(tmp_path / "1.npz")
    assert (read.confusion, read.wrong, read.sure) == (((2, 0), (1, 3)), answers, ())
    assert read.kernels is not None
    np.testing.assert_array_equal(read.kernels, kernels)
    assert list(read.maps) == list(maps)
    np.testing.assert_array_equal(read.maps["conv/2"], maps["conv/2"])
    Shot(None, {}, ((1,),)).write(tmp_path / "2.npz")
    assert Shot.read(tmp_path / "2.npz").kernels is None


@pytest.mark.parametrize("content", [None, b"", b"nonsense"])
def test_a_shot_that_is_gone_is_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "1.npz").write_bytes(content)
    with pytest.raises(CnnError, match="This snapshot no longer exists"):
        Shot.read(tmp_path / "1.npz")


@pytest.mark.parametrize("epochs", [1, 10, 38, 39, 100, 1_000])
def test_the_snapshots_are_bounded(epochs: int) -> None:
    kept = [number for number in range(epochs + 1) if is_kept(number, epochs)]
    assert len(kept) <= MOST_SNAPSHOTS
    assert (kept[0], kept[-1]) == (0, epochs)
    assert len(kept) == epochs + 1 or len(kept) > MOST_SNAPSHOTS // 2


def test_large_maps_are_thinned() -> None:
    maps = np.arange(178 * 90 * 20, dtype=np.float32).reshape(178, 90, 20) / 1e6
    small = small_maps(maps)
    assert small.shape == (60, 30, 8)
    np.testing.assert_allclose(small[1, 2], maps[3, 6, :8], rtol=1e-3)
    assert small_maps(maps[:64, :64]).shape == (64, 64, 8)
