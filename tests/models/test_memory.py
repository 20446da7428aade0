"""What a model takes of memory is known before it is built, and refused where a process may not have it."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from folders import ROOT

from cnn_core.errors import ModelFileError
from cnn_core.layers import Conv2D, Dense, Flatten, Input
from cnn_core.models import memory
from cnn_core.models.applications import needed_by_application
from cnn_core.models.info import describe
from cnn_core.models.kept_files import keep_file
from cnn_core.models.keys import APPLICATIONS
from cnn_core.models.memory import needed_megabytes, refuse_too_large
from cnn_core.network.network import Network
from cnn_core.network.presets import preset


def test_every_model_of_the_list_was_measured() -> None:
    assert [name for name in APPLICATIONS if needed_by_application(name) < 600] == []


@pytest.mark.parametrize(("own", "theirs"), [("vgg16", "VGG16"), ("mobilenet_v2", "MobileNetV2")])
def test_the_estimate_is_above_what_was_measured(own: str, theirs: str) -> None:
    measured = needed_by_application(theirs)
    assert measured <= needed_megabytes(preset(own).make()) <= 1.5 * measured


def test_the_estimate_counts_weights_and_outputs() -> None:
    small = Network.of(Input((8, 8, 1)), Flatten(), Dense(2))
    wide = Network.of(Input((8, 8, 1)), Flatten(), Dense(10**6))
    large = Network.of(Input((2048, 2048, 1)), Conv2D(16, 1), Conv2D(1, 1))
    assert needed_megabytes(small) < 900
    assert needed_megabytes(wide) > needed_megabytes(small) + 65 * 10**6 * 4 // 2**20
    assert needed_megabytes(large) > needed_megabytes(small) + 18 * 4 * 4


@pytest.fixture
def bound(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(memory, "allowed_megabytes", lambda: 1000)
    return 1000


@pytest.mark.usefixtures("bound")
def test_what_does_not_fit_is_refused_with_the_figure_and_the_bound() -> None:
    refuse_too_large(1000)
    with pytest.raises(ModelFileError, match=r"it needs about 1,001 MB .* a process may have 1,000 MB here"):
        refuse_too_large(1001)


@pytest.mark.usefixtures("bound")
def test_a_model_that_does_not_fit_is_refused_before_it_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing of Keras can be imported: it is not needed for that.
    monkeypatch.setitem(sys.modules, "cnn_core.keras_model", None)
    for weights in ("random", "imagenet"):
        with pytest.raises(ModelFileError, match="too large for this server"):
            describe(f"application:ConvNeXtXLarge:{weights}")


@pytest.mark.keras
@pytest.mark.usefixtures("bound")
def test_a_file_that_does_not_fit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    layers = [keras.Input((3000, 3000, 1)), keras.layers.Conv2D(8, 1), keras.layers.GlobalMaxPooling2D()]
    keras.Sequential(layers).save(tmp_path / "own.keras")
    with pytest.raises(ModelFileError, match="too large for this server"):
        describe(f"file:{keep_file((tmp_path / 'own.keras').read_bytes())}:")


@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such bound")
def test_the_bound_is_that_of_the_process() -> None:
    program = (
        "from cnn_core.models.memory import allowed_megabytes\n"
        "from cnn_core.processes.settle_in import settle_in\n"
        "print(allowed_megabytes()); settle_in(1234); print(allowed_megabytes())"
    )
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.split()[1] == "1234"
