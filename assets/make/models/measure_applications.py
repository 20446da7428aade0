"""Measure how much memory each model of keras.applications takes in a process, and write cnn_core/data/models.

python assets/make/models/measure_applications.py [names]

All of them take ten minutes; it reads /proc, so it runs on Linux.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from cnn_core.models import run
from cnn_core.models.bundled import MODELS
from cnn_core.models.info import describe
from cnn_core.models.keys import APPLICATION, APPLICATIONS, RANDOM, ModelKey

TARGET = MODELS / "applications.json"


def megabytes(name: str) -> int:
    """Open a model in this process, as a worker does beside the bundled ones; return what the process has come to."""
    run.warm_up()
    key = str(ModelKey(APPLICATION, name, RANDOM))
    info = describe(key)
    for brightness in (0.5, 1.0):
        pixels = np.full((*info.input_size, 3), brightness, np.float32)
        run.run(key, pixels)
        run.layer_maps(key, pixels, info.outputs[0])
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmData")]
    return int(line.split()[1]) // 1024


def record(names: list[str]) -> None:
    """Measure these models, each in a process of its own, and write them into the table."""
    table = json.loads(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {}
    for name in names:
        command = [sys.executable, __file__, "--one", name]
        table[name] = int(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        print(name, table[name])
        TARGET.write_text(json.dumps(dict(sorted(table.items())), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(megabytes(sys.argv[2]))
    else:
        record(sys.argv[1:] or list(APPLICATIONS))
