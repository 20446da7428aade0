"""`make study`: pictures brought where trainings find them, runs gone on with wherever they were ended."""

import runpy
import tarfile
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from folders import ROOT
from small_fits import small_plan
from training_pictures import two_classes

from cnn_core.errors import CnnError
from cnn_core.training.fitting import FitPlan
from cnn_core.training.recorded import read_study
from cnn_core.training.records import Begun, Ended, EpochEnd, Scored, Stage
from cnn_core.training.run_folder import RunFolder
from cnn_core.training.sets.own import own
from cnn_core.training.sets.sources import Downloaded, DownloadKey, Own
from cnn_core.training.studies import study_plan

FITS = runpy.run_path(str(ROOT / "assets" / "make" / "studies" / "fits.py"))


class Dying:
    """Does two epochs of three and dies, and the third when it is asked again."""

    def __init__(self, _megabytes: int) -> None:
        pass

    def submit(self, _work: Any, path: str) -> Future[None]:
        folder, done = RunFolder(Path(path)), Future[None]()
        is_second = folder.checkpoint.exists()
        folder.checkpoint.touch()
        folder.write(Begun(Stage.SCRATCH, 2 if is_second else 0, 9, 0, 3, {"train": 6, "validation": 2}, ("a", "b")))
        for epoch in (3,) if is_second else (1, 2):
            folder.write(EpochEnd(epoch, 0.5, 0.5, 0.5, 0.5, 1.0, 0.001))
        if is_second:
            folder.write(Scored(3, 10, 0.5, 0.8, 0.5, 0.9, ((4, 1), (1, 4)), (), ()))
            folder.write(Ended(complete=True))
        done.set_result(None)
        return done


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path / "work"))
    monkeypatch.setitem(FITS["follow"].__globals__, "OwnProcesses", Dying)
    (tmp_path / "work").mkdir()
    return tmp_path / "work"


def test_a_run_that_died_goes_on_and_one_that_is_done_rests(work: Path) -> None:
    folder, plan = RunFolder(work / "course-0"), small_plan()
    with pytest.raises(CnnError, match="has died"):
        FITS["train"]("it", plan, folder)
    FITS["train"]("it", plan, folder)
    records = folder.records_file.read_text(encoding="utf-8")
    FITS["train"]("it", plan, folder)
    assert folder.records_file.read_text(encoding="utf-8") == records
    with pytest.raises(CnnError, match="another plan"):
        FITS["train"]("it", small_plan(seed=1), folder)
    FITS["record"](study_plan("mnist"), work, work / "mnist.json", {})
    (run,) = read_study(work / "mnist.json").runs
    assert ([epoch.epoch for epoch in run.epochs], run.began, run.scored.accuracy) == ([1, 2, 3], {"scratch": 0}, 0.8)


def test_what_is_recorded_is_not_trained_anew_on_another_machine(
    work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Own("0" * 64)
    trained = []

    def train(name: str, plan: FitPlan, folder: RunFolder) -> None:
        trained.append(name)
        folder.make(plan)
        folder.write(Begun(Stage.SCRATCH, 0, 9, 0, 1, {"train": 6, "validation": 2}, ("a", "b")))
        folder.write(EpochEnd(1, 0.5, 0.5, 0.5, 0.5, 1.0, 0.001))
        folder.write(Scored(1, 10, 0.5, 0.8, 0.5, 0.9, ((4, 1), (1, 4)), (), ()))
        folder.write(Ended(complete=True))

    def studied(where: str, **more: str) -> list[tuple[str, int]]:
        monkeypatch.setitem(FITS["main"].__globals__, "source_of", lambda *_: source)
        monkeypatch.setitem(FITS["main"].__globals__, "train", train)
        options = {"work": str(tmp_path / where), "records": str(tmp_path), **more}
        assert FITS["main"](["cats_dogs", *(f"--{name}={value}" for name, value in options.items())]) == 0
        return [(run.scheme, run.seed) for run in read_study(tmp_path / "cats_dogs.json").runs]

    assert studied("one", seeds="1") == [("scratch", 0), ("cured", 0)]
    first = (tmp_path / "cats_dogs.json").read_text(encoding="utf-8")
    assert studied("another", seeds="1") == [("scratch", 0), ("cured", 0)]
    assert (tmp_path / "cats_dogs.json").read_text(encoding="utf-8") == first
    assert len(studied("another", seeds="2")) == len(trained) == 4
    monkeypatch.setitem(FITS["main"].__globals__, "used_versions", lambda: {"keras": "another"})
    assert studied("third", seeds="1") == [("scratch", 0), ("cured", 0)]
    assert len(trained) == 2 * 3


def test_class_folders_are_read_once_from_a_tar(work: Path, tmp_path: Path) -> None:
    for name, data in two_classes().items():
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    with tarfile.open(tmp_path / "set.tar", "w") as archive:
        archive.add(tmp_path / "set", "set")
    source = FITS["source_of"](study_plan("transfer"), tmp_path / "set.tar", work)
    assert sum(own(source).contents.counts) == len(two_classes())
    (tmp_path / "work" / "unpacked").rename(tmp_path / "gone")
    assert FITS["source_of"](study_plan("transfer"), tmp_path / "set.tar", work) == source


def test_idx_files_take_the_place_of_a_download(work: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for part, count in (("train", 30), ("t10k", 20)):
        pictures = rng.integers(0, 256, (count, 28, 28), np.uint8)
        labels = (np.arange(count) % 10).astype(np.uint8)
        for kind, array in (("images-idx3", pictures), ("labels-idx1", labels)):
            head = bytes((0, 0, 8, array.ndim)) + np.array(array.shape, ">u4").tobytes()
            (tmp_path / f"{part}-{kind}-ubyte").write_bytes(head + array.tobytes())
    source = FITS["source_of"](study_plan("mnist"), tmp_path, work)
    assert source == Downloaded(DownloadKey.MNIST)
    from cnn_core.training.sets.downloads import downloaded

    assert downloaded(source).contents.counts == (5,) * 10
