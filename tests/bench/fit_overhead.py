"""A watched run against its own script: what records, snapshots, gradients and checkpoints cost beside `fit`."""

import os
import runpy
import tempfile
import time
from contextlib import chdir, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.measure import Goal, Result, in_turns

GOAL = Goal("training the course's digits, watched", "its script with plain Keras, CPU time", within=1.1)
ROUNDS = 3


def measure() -> Result:
    """Take both in turns in one process, by its processor time, which other work on the machine does not lengthen."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CONVSCOPE_RUNS"] = folder
        plan, place = small_plan(), Path(folder) / "bench"
        pairs = in_turns(lambda: ours(plan, place), lambda: theirs(plan, place), ROUNDS)
    return pairs.result(GOAL, "1,500 digits, batches of 32, two epochs, test and saved model", (pairs.spread(GOAL),))


def small_plan() -> Any:
    """Return the course's plan on as many digits as take seconds."""
    from cnn_core.training.course_plans import digits_plan
    from cnn_core.training.sets.sources import Shipped
    from cnn_core.training.sets.split import Split

    plan = digits_plan(Shipped("mnist_small"), Split(50, 50, train=150))
    return replace(plan, batch_size=32, epochs=2)


def ours(plan: Any, place: Path) -> float:
    """Return the processor seconds of a run as the page does it."""
    from cnn_core.keras_model.fitting import fit
    from cnn_core.processes.fitting import spaced
    from cnn_core.training.run_folder import RunFolder

    folder = RunFolder(Path(tempfile.mkdtemp(dir=_made(place))) / "run")
    folder.make(plan)
    began = time.process_time()
    fit(plan, folder, spaced(folder.write))
    return time.process_time() - began


def theirs(plan: Any, place: Path) -> float:
    """Return the processor seconds of the script that does the same."""
    written = write_script(plan, _made(place))
    with chdir(written.parent), Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        began = time.process_time()
        runpy.run_path(written.name)
        return time.process_time() - began


def write_script(plan: Any, place: Path) -> Path:
    """Write a plan's script, and beside it what it reads; return the script's path."""
    from cnn_core.training.script import files_beside, script

    folder = Path(tempfile.mkdtemp(dir=place))
    for name, content in files_beside(plan).items():
        (folder / name).write_bytes(content())
    path = folder / "script.py"
    path.write_text(script(plan), encoding="utf-8")
    return path


def _made(place: Path) -> Path:
    place.mkdir(exist_ok=True)
    return place
