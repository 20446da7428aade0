"""Train what the studies of `cnn_core/training/studies.py` need, and record what came out in `cnn_core/data/studies`.

    make study STUDY=mnist
    make study STUDY=cats_dogs DATA=pictures.tar WORK=/var/tmp/studies SEEDS=1

DATA is a folder with the four idx files of MNIST or Fashion-MNIST, plain or .gz; or a tar, a zip or a folder with a
folder of pictures for each class. Without it the pictures are downloaded. WORK is where runs and pictures are kept:
every run has a folder of its own and ends each epoch with a checkpoint, so whatever was ended, by whatever means, goes
on from there with the same command. RECORDS is where the record is written, after every run; what it has of the same
settings and versions is not trained anew, so that a study may go on on another machine. SEEDS says how many seeds are
trained this time, the first ones. Runs are taken seed by seed, so that every scheme has a result early.
"""

import argparse
import os
import shutil
import sys
import tarfile
from collections.abc import Mapping, Sequence
from concurrent.futures import wait
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from cnn_core.errors import CnnError
from cnn_core.processes.alone import OwnProcesses
from cnn_core.processes.fitting import work
from cnn_core.training.data import Labelled, read_labelled
from cnn_core.training.fitting import FitPlan
from cnn_core.training.recorded import (
    RecordedRun,
    read_study,
    recorded_run,
    settings_of,
    used_versions,
    write_study,
)
from cnn_core.training.records import EpochEnd
from cnn_core.training.run_folder import RunFolder
from cnn_core.training.sets.downloads import download, is_here, keep
from cnn_core.training.sets.gathering import gather
from cnn_core.training.sets.own import own
from cnn_core.training.sets.sources import Downloaded, DownloadKey, Own, Source
from cnn_core.training.so_far import SoFar
from cnn_core.training.studies import STUDIES, StudyPlan, study_plan

ROOT: Final = Path(__file__).resolve().parents[3]
MEGABYTES: Final = 8_192
"""That a run may take; they are trained one after the other."""
SECONDS_BETWEEN_LOOKS: Final = 2

Kept = Mapping[tuple[str, int], RecordedRun]
"""What is recorded already, by scheme and seed."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", choices=[study.key for study in STUDIES])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--work", type=Path, default=Path.home() / ".cache" / "convscope" / "studies")
    parser.add_argument("--records", type=Path, default=ROOT / "cnn_core" / "data" / "studies")
    parser.add_argument("--seeds", type=int)
    asked = parser.parse_args(arguments)
    study, work = study_plan(asked.study), asked.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    os.environ["CONVSCOPE_RUNS"] = str(work)
    try:
        source = source_of(study, asked.data, work)
        runs, file = work / study.key, asked.records / f"{study.key}.json"
        kept = kept_runs(file, study, source)
        for seed in range(asked.seeds or study.seeds):
            for scheme in study.schemes:
                if (scheme.key, seed) not in kept:
                    folder = RunFolder(runs / f"{scheme.key}-{seed}")
                    train(f"{study.key}, {scheme.key}, seed {seed}", scheme.plan(source, seed), folder)
                    record(study, runs, file, kept)
    except CnnError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


# Pictures -------------------------------------------------------------------------------------------------------------


def source_of(study: StudyPlan, data: Path | None, work: Path) -> Source:
    """Return the study's pictures, brought where trainings find them; raises CnnError."""
    if study.pictures is DownloadKey.CATS_AND_DOGS and data is not None:
        return gathered(data, work)
    source = Downloaded(study.pictures)
    if data is None:
        download(source)
    elif not is_here(source):
        keep(source, *(labelled(data, part) for part in ("train", "t10k")))
    return source


def labelled(folder: Path, part: str) -> Labelled:
    """Return a part of MNIST or of its like, whose files may be gzipped."""
    is_zipped = (folder / f"{part}-images-idx3-ubyte.gz").exists()
    return read_labelled(folder, part, ".gz" if is_zipped else "")


def gathered(data: Path, work: Path) -> Own:
    """Return pictures in class folders, which are read once only."""
    said = work / f"{data.name}.{data.stat().st_mtime_ns}.source"
    if said.exists():
        source = Own(said.read_text(encoding="ascii"))
        try:
            own(source)
        except CnnError:
            pass
        else:
            return source
    checked = gather(data.read_bytes() if data.suffix == ".zip" else folder_of(data, work))
    print(f"{data.name}: {dict(checked.counts)}, {len(checked.skipped)} left out", flush=True)
    said.write_text(checked.source.digest, encoding="ascii")
    return checked.source


def folder_of(data: Path, work: Path) -> Path:
    if data.is_dir():
        return data
    folder = work / "unpacked" / data.stem
    with tarfile.open(data) as archive:
        archive.extractall(folder, filter="data")
    return folder


# Runs -----------------------------------------------------------------------------------------------------------------


def train(name: str, plan: FitPlan, folder: RunFolder) -> None:
    """Do a run that is not done, from its last epoch on, in a process of its own; raises CnnError."""
    if not folder.plan_file.exists():
        shutil.rmtree(folder.path, ignore_errors=True)
        folder.make(plan)
    if FitPlan.from_json(folder.plan_file.read_text(encoding="utf-8")) != plan:
        raise CnnError("This run was begun with another plan. Received: {path}. Remove it.", path=folder.path)
    so_far = SoFar(folder)
    so_far.read()
    if so_far.ended is not None and so_far.ended.complete:
        return
    if folder.is_held:
        raise CnnError("Another process is at this run. Received: {path}.", path=folder.path)
    so_far.expect_more()
    follow(name, folder, so_far)
    if so_far.problem is not None:
        raise so_far.problem
    if so_far.ended is None:
        raise CnnError("The process that trained has died. Begin again to go on. Received: {path}.", path=folder.path)


def follow(name: str, folder: RunFolder, so_far: SoFar) -> None:
    """Train, and print what comes of it."""
    future = OwnProcesses(MEGABYTES).submit(work, str(folder.path))
    told, is_over = len(so_far.epochs), False
    while not is_over:
        is_over = bool(wait([future], SECONDS_BETWEEN_LOOKS).done)
        so_far.read()
        for epoch in so_far.epochs[told:]:
            print(f"{name}: {epoch_text(epoch)}", flush=True)
        told = len(so_far.epochs)
    if so_far.scored is not None:
        print(f"{name}: {so_far.scored.accuracy:.2%} of {so_far.scored.pictures} test pictures right", flush=True)


def epoch_text(epoch: EpochEnd) -> str:
    figures = (f"{part} {getattr(epoch, part):.4f}" for part in ("loss", "val_loss", "val_accuracy"))
    return f"epoch {epoch.epoch}, {', '.join(figures)}, {epoch.seconds:.1f} s"


def kept_runs(file: Path, study: StudyPlan, source: Source) -> Kept:
    """Return what is recorded of the same settings, trained with the same versions."""
    if not file.exists() or (recorded := read_study(file)).versions != used_versions():
        return {}
    plans = {scheme.key: scheme.plan for scheme in study.schemes}
    runs = {(run.scheme, run.seed): run for run in recorded.runs if run.scheme in plans}
    return {key: run for key, run in runs.items() if run.settings == settings_of(plans[run.scheme](source, run.seed))}


def record(study: StudyPlan, runs: Path, file: Path, kept: Kept) -> None:
    """Write what the runs that are done have found, beside what is kept."""
    found = []
    for seed in range(study.seeds):
        for scheme in study.schemes:
            run = recorded_run(RunFolder(runs / f"{scheme.key}-{seed}"), scheme.key)
            run = run or kept.get((scheme.key, seed))
            if run is not None:
                found.append(run)
    write_study(file, study, found)


if __name__ == "__main__":
    sys.exit(main())
