"""The models of keras.applications: how much memory each takes is known before it is built, because it was measured.

`python -m cnn_core.models.applications` measures all of them anew, on Linux, in a quarter of an hour, and
`… VGG16 ResNet50` only these.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from cnn_core.data import DATA
from cnn_core.models.keys import APPLICATION, APPLICATIONS, RANDOM, ModelKey

_TABLE: Final = DATA / "models" / "applications.json"
"""Megabytes of private memory by name: of a process that has run the bundled models and this one."""


@cache
def _table() -> dict[str, int]:
    table: dict[str, int] = json.loads(_TABLE.read_text(encoding="utf-8"))
    return table


def needed_by_application(name: str) -> int:
    """Return the megabytes of private memory that `keras.applications.<name>` takes; 0 where nobody measured it."""
    return _table().get(name, 0)


# Measuring ------------------------------------------------------------------------------------------------------------


def _measured(name: str) -> int:
    """Open a model in this process, as a worker does, and return the megabytes that it has come to."""
    from cnn_core.models import run
    from cnn_core.models.info import describe

    run.warm_up()
    key = str(ModelKey(APPLICATION, name, RANDOM))
    info = describe(key)
    channels = 1 if info.colour == "grey" else 3
    for brightness in (0.5, 1.0):
        pixels = np.full((*info.input_size, channels), brightness, np.float32)
        run.run(key, pixels)
        run.layer_maps(key, pixels, info.outputs[0])
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmData")]
    return int(line.split()[1]) // 1024


def record(names: Sequence[str]) -> None:
    """Measure these models, each in a process of its own, and write them into the table."""
    table = _table() if _TABLE.exists() else {}
    for name in names:
        command = [sys.executable, "-m", __spec__.name, "--one", name]
        table[name] = int(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        print(name, table[name])
        _TABLE.write_text(json.dumps(dict(sorted(table.items())), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(_measured(sys.argv[2]))
    else:
        record(sys.argv[1:] or list(APPLICATIONS))
