"""A new head on MobileNetV2 from 60 pictures, from the click to its accuracy: our run against its script."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.fit_overhead import write_script
from bench.measure import Goal, Result, in_turns

GOAL = Goal("a head on 60 pictures, click to accuracy", "its script with plain Keras, CPU time", within=1.25)
ROUNDS = 2


def measure() -> Result:
    """Take both in turns, each in a process of its own that starts TensorFlow, by the processor time of all of it."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CONVSCOPE_RUNS"] = folder
        plan = small_plan()
        from cnn_core.training.sets.parts import read_parts

        read_parts(plan.data)  # as the page has, which shows the pictures before
        script = write_script(plan, Path(folder))
        pairs = in_turns(
            lambda: _children(lambda: ours(plan)),
            lambda: _children(lambda: theirs(script)),
            ROUNDS,
        )
    return pairs.result(GOAL, "30 pictures of each of two textures, 224×224, 15 epochs", (pairs.spread(GOAL),))


def small_plan() -> Any:
    from cnn_core.training.course_plans import transfer_plan
    from cnn_core.training.sets.sources import Textures
    from cnn_core.training.sets.split import Split

    return transfer_plan(Textures(per_class=100, size=224), Split(10, 10, train=30))


def ours(plan: Any) -> None:
    """Train as the page does, with features that nobody has computed before."""
    from cnn_core.training.records import Ended
    from cnn_core.training.store import runs_folder
    from pages.ui.runs import Runs

    shutil.rmtree(runs_folder() / "features", ignore_errors=True)
    runs = Runs()
    key = runs.start(plan, "bench")
    while (seen := runs.look(key)) is not None and seen.active:
        time.sleep(0.05)
    assert seen is not None
    assert seen.so_far.ended == Ended(complete=True)


def theirs(script: Path) -> None:
    subprocess.run([sys.executable, script.name], cwd=script.parent, check=True, stdout=subprocess.DEVNULL)


def _children(work: Callable[[], None]) -> float:
    """Return the processor seconds of all processes that some work begins and waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
