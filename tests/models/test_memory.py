"""What a model takes of memory is known before it is built, and refused where a process may not have it."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from folders import ROOT

from cnn_core.errors import ModelFileError
from cnn_core.layers import Activation, Conv2D, Dense, Flatten, Input, Layer, LayerNormalization
from cnn_core.models import memory
from cnn_core.models.applications import needed_by_application
from cnn_core.models.info import describe
from cnn_core.models.kept_files import keep_file
from cnn_core.models.keys import APPLICATIONS
from cnn_core.models.memory import (
    covered_at_once,
    needed_for_gradients,
    needed_for_occlusion,
    needed_megabytes,
    refuse_too_large,
)
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


def test_a_layer_that_computes_in_several_steps_counts_twice() -> None:
    def needed(*rest: Layer) -> int:
        return needed_megabytes(Network.of(Input((1024, 1024, 8)), *rest))

    maps = 1024 * 1024 * 8 * 4 // 2**20
    assert needed(LayerNormalization()) - needed(Activation("relu")) in range(maps, 2 * maps)
    assert needed(Conv2D(8, 1, groups=2)) - needed(Conv2D(8, 1)) in range(maps, 2 * maps)


# Gradients and occlusion ----------------------------------------------------------------------------------------------


def test_gradients_take_passes_and_what_activations_keep() -> None:
    def needed(activation: str, passes: int = 2) -> int:
        network = Network.of(Input((1024, 1024, 1)), *[Conv2D(4, 3, padding="same", activation=activation)] * 9)
        return needed_for_gradients(network, 1000, passes)

    assert needed("linear") in range(1001, 1100)
    assert needed("linear", passes=42) == needed("linear") + 10 * 40 // 4
    assert needed("silu") == needed("linear") + 2 * 9 * 1024 * 1024 * 4 * 4 // 2**20


def test_of_large_maps_fewer_covered_pictures_go_through_at_once() -> None:
    def network(side: int) -> Network:
        return Network.of(Input((side, side, 3)), Conv2D(5, 1), Conv2D(3, 1))

    # Eight values a pixel are alive at once, 4 bytes each.
    assert [covered_at_once(network(side)) for side in (224, 1024, 2048, 10_000)] == [8, 4, 1, 1]
    least = needed_for_occlusion(network(16), 1000, 2)
    assert needed_for_occlusion(network(1024), 1000, 2) == least + 2 * 4 * 1024 * 1024 * 8 * 4 // 2**20


@pytest.mark.parametrize("name", APPLICATIONS)
def test_what_opens_by_default_also_explains_itself(name: str) -> None:
    """By the estimate for a network as deep as any of theirs: 1,041 layers, of which two passes are kept."""
    opened = needed_by_application(name)
    deep = Network.of(Input((8, 8, 3)), *[Activation("relu")] * 1040)
    assert opened > 4096 or needed_for_gradients(deep, opened, 2) <= 4096


# Refused --------------------------------------------------------------------------------------------------------------


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
