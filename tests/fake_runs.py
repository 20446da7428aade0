"""A registry of runs that trains nothing."""

import time
from pathlib import Path

from cnn_core.errors import CnnError
from cnn_core.training.fitting import FitPlan
from cnn_core.training.run_folder import RunFolder
from cnn_core.training.so_far import SoFar
from pages.ui.jobs import Phase
from pages.ui.runs import SeenRun

READER = "the reader"
"""Who begins the runs of a test."""


class FakeRuns:
    """Knows runs as a test sets them, and what was asked."""

    def __init__(self) -> None:
        self.seen: dict[str, SeenRun] = {}
        self.started: list[FitPlan] = []
        self.told: list[tuple[str, str]] = []
        self.refusal: CnnError | None = None

    def start(self, plan: FitPlan, person: str, _address: str) -> str:
        if self.refusal is not None:
            raise self.refusal
        assert person
        self.started.append(plan)
        key = f"run-{len(self.started)}"
        folder = RunFolder(Path("nowhere"))
        self.seen[key] = SeenRun(
            key, folder, plan, Phase.WAITING, len(self.started), SoFar(folder), None, time.time(), person, time.time()
        )
        return key

    def look(self, key: str) -> SeenRun | None:
        return self.seen.get(key)

    def mine(self, _person: str) -> tuple[SeenRun, ...]:
        return tuple(reversed(self.seen.values()))

    def pause(self, key: str) -> None:
        self.told.append(("pause", key))

    def resume(self, key: str) -> None:
        self.told.append(("resume", key))

    def stop(self, key: str) -> None:
        self.told.append(("stop", key))

    def go_on(self, key: str, _address: str) -> None:
        self.told.append(("go_on", key))

    def forget(self, key: str) -> None:
        self.told.append(("forget", key))
        del self.seen[key]
