"""Every model of keras.applications opened and explained as a worker does it, a process each: an hour.

It is no part of `make test`: `CONVSCOPE_EVERY_APPLICATION=1 pytest -n 0 tests/models/test_every_application.py`.
"""

import os
import subprocess
import sys

import pytest
from folders import ROOT

from cnn_core.models.applications import needed_by_application
from cnn_core.models.keys import APPLICATIONS
from pages.ui.compute import MEMORY_MEGABYTES

pytestmark = [
    pytest.mark.keras,
    pytest.mark.skipif(not os.environ.get("CONVSCOPE_EVERY_APPLICATION"), reason="takes an hour"),
]

PROGRAM = """
import sys
import numpy as np
from cnn_core.errors import ModelFileError
from cnn_core.explain.unit import explain_unit
from cnn_core.layers import Group
from cnn_core.models import attention, run
from cnn_core.models.info import describe
from cnn_core.network.outline import MOST, outline
from cnn_core.network.summary import summarize
from cnn_core.processes.settle_in import settle_in

settle_in(int(sys.argv[2]))
run.warm_up()
key = f"application:{sys.argv[1]}:random"
try:
    info = describe(key)
except ModelFileError as error:
    print("refused:", error)
    sys.exit()
pixels = np.random.default_rng(0).random((*info.input_size, 3), np.float32)
answers = run.run(key, pixels)
rows = summarize(info.network).rows
assert len(outline(rows)) <= MOST
assert list(answers.layers) == [row.name for row in rows]
assert answers.scores.shape == (1000,)
row = next(row for row in rows if row.layer.group is Group.CONVOLUTION)
maps = run.layer_maps(key, pixels, row.name)
inputs = [run.layer_maps(key, pixels, source) for source in row.sources]
place = tuple(side // 2 for side in maps.shape)
why = explain_unit(row.layer, run.layer_weights(key, row.name), inputs, place)
np.testing.assert_allclose(why.value, maps[place], rtol=1e-3, atol=1e-4)
first, size = attention.map_layers(info.network, info.outputs[0])[0], info.input_size
assert attention.saliency(key, pixels, 1).shape == size
assert attention.grad_cam(key, pixels, 1, first).max() >= 0
assert attention.occlusion_chunk(key, pixels, 1, attention.occlusion_plan(size, 32, 32)[0]).size == -(-size[1] // 32)
print("opened")
"""

ONE_AFTER_ANOTHER = """
import sys
import numpy as np
from cnn_core.models import attention, loading, run
from cnn_core.models.info import describe
from cnn_core.processes.settle_in import settle_in

settle_in(int(sys.argv[1]))
run.warm_up()
for name in ("VGG16", "VGG19", "ResNet152", "VGG16"):
    key = f"application:{name}:random"
    describe(key)
    pixels = np.random.default_rng(0).random((224, 224, 3), np.float32)
    run.run(key, pixels)
    attention.saliency(key, pixels, 1)
    print(loading.KEPT.keys())
"""


def test_large_models_one_after_another_fit() -> None:
    command = [sys.executable, "-c", ONE_AFTER_ANOTHER, str(MEMORY_MEGABYTES)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1200)
    assert result.returncode == 0, result.stderr[-3000:]
    assert "'application:VGG16:random', 'application:VGG19:random'" not in result.stdout


@pytest.mark.parametrize("name", APPLICATIONS)
def test_it_opens_or_is_refused_with_a_sentence(name: str) -> None:
    command = [sys.executable, "-c", PROGRAM, name, str(MEMORY_MEGABYTES)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1200)
    assert result.returncode == 0, result.stderr[-3000:]
    fits = needed_by_application(name) <= MEMORY_MEGABYTES
    assert result.stdout.startswith("opened" if fits else "refused: The model is too large for this server")
