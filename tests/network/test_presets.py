"""The presets: complete, made once, true to their names; MobileNetV2 and VGG16 layer by layer as in Keras."""

import re
from typing import Any

import pytest

from cnn_core.errors import CnnError
from cnn_core.layers import Conv2D, Dense, Dropout, MaxPooling2D, RandomFlip, RandomRotation, RandomZoom
from cnn_core.network.network import Network
from cnn_core.network.presets import PRESETS, Preset, PresetGroup, preset
from cnn_core.network.summary import summarize

every_preset = pytest.mark.parametrize("one", PRESETS, ids=lambda one: one.key)


def test_all_of_them_are_there() -> None:
    assert [one.key for one in PRESETS if one.group is PresetGroup.COURSE] == [
        "mnist",
        "mnist_augmented",
        "cats_dogs",
        "cats_dogs_augmented",
    ]
    assert [one.key for one in PRESETS if one.group is PresetGroup.CLASSIC] == [
        "lenet_5",
        "alexnet",
        "vgg16",
        "tiny_vgg",
        "cifar10",
        "resnet_20",
        "mobilenet_v2",
    ]
    assert sum(one.group is PresetGroup.PATTERN for one in PRESETS) == 4
    assert len({one.key for one in PRESETS}) == len(PRESETS)


@every_preset
def test_a_preset_is_made_once_and_found_by_its_key(one: Preset) -> None:
    assert preset(one.key) is one
    assert one.make() is one.make()
    assert one.make().name == one.key


@every_preset
def test_a_preset_says_what_it_is_in_one_line(one: Preset) -> None:
    for text in (one.title, one.about, one.source):
        assert text == text.strip() != ""
        assert text.isprintable()
    assert one.about.endswith(".")
    assert "://" not in one.source
    # A number that only whoever counts the courses understands is no source.
    assert not re.search(r"\b0\d\d\b", one.source)


def test_an_unknown_key_is_refused_with_those_there_are() -> None:
    with pytest.raises(CnnError, match=r"Received: 'vgg'\. The networks are: mnist, mnist_augmented,"):
        preset("vgg")


def words(network: Network) -> str:
    """Write a network as the course writes its patterns."""
    named = {"Conv2D": "Conv", "MaxPooling2D": "Pool", "Dense": "FC"}
    found = [named[layer.kind] for layer in network.layers if layer.kind in named]
    assert network.layers[-1].layer == Dense(10, activation="softmax")
    return "-".join([*found[:-1], "SM"])


@pytest.mark.parametrize("one", [one for one in PRESETS if one.group is PresetGroup.PATTERN], ids=lambda one: one.key)
def test_patterns_are_what_their_titles_say(one: Preset) -> None:
    assert words(one.make()) == one.title


def test_augmentation_comes_first_and_dropout_before_the_dense_layer() -> None:
    kinds = [layer.layer for layer in preset("cats_dogs_augmented").make().layers]
    assert kinds[1:4] == [RandomFlip("horizontal"), RandomRotation(0.1), RandomZoom(0.2)]
    assert kinds[-2:] == [Dropout(0.5), Dense(1, activation="sigmoid")]
    for key in ("mnist", "cats_dogs"):
        plain = [layer.kind for layer in preset(key).make().layers]
        added = [layer.kind for layer in preset(f"{key}_augmented").make().layers]
        assert [kind for kind in added if not kind.startswith("Random") and kind != "Dropout"] == plain
        assert len(added) == len(plain) + 4


def test_digits_are_never_mirrored() -> None:
    assert "RandomFlip" not in [layer.kind for layer in preset("mnist_augmented").make().layers]


def test_filters_of_the_cats_and_dogs() -> None:
    layers = [layer.layer for layer in preset("cats_dogs").make().layers]
    assert [layer.filters for layer in layers if isinstance(layer, Conv2D)] == [32, 64, 128, 256, 256]
    assert sum(isinstance(layer, MaxPooling2D) for layer in layers) == 4


def test_blocks_of_resnet_20() -> None:
    """6n + 2 layers with weights for n = 3, projections apart; 16, 32 and 64 filters at 32, 16 and 8 pixels."""
    rows = [row for row in summarize(preset("resnet_20").make()).rows if row.kind in ("Conv2D", "Dense")]
    main = [row for row in rows if "_0_" not in row.name]
    assert len(main) == 20
    sizes = [row.output_shape[1:] for row in main]
    assert sizes == [(32, 16)] * 7 + [(16, 32)] * 6 + [(8, 64)] * 6 + [()]
    assert [row.name for row in rows if "_0_" in row.name] == ["conv3_block1_0_conv", "conv4_block1_0_conv"]


# Keras's own -------------------------------------------------------------------------------------------------------


def shape_of(layer: Any) -> tuple[int, ...]:
    return tuple(layer.output.shape[1:])


def sources_of(layer: Any) -> set[str]:
    """Return the names of the layers that a layer of a functional model takes its input from."""
    return {tensor._keras_history[0].name for node in layer._inbound_nodes for tensor in node.input_tensors}


@pytest.mark.keras
@pytest.mark.parametrize(("key", "name", "whole"), [("mobilenet_v2", "MobileNetV2", True), ("vgg16", "VGG16", False)])
def test_layer_by_layer_as_in_keras(key: str, name: str, whole: bool) -> None:
    """VGG16 without its dense layers: 500 MB of random numbers would be made for them."""
    import keras

    make = getattr(keras.applications, name)
    theirs = make(weights=None, include_top=whole, input_shape=(224, 224, 3)).layers[1:]
    ours = summarize(preset(key).make()).rows[1 : None if whole else len(theirs) + 1]
    # Layers that Keras names with a running number have ours without it.
    own_names = {layer.name for layer in theirs} & {row.name for row in ours}
    assert len(ours) - len(own_names) <= 1
    for layer, row in zip(theirs, ours, strict=True):
        assert (shape_of(layer), layer.count_params()) == (row.output_shape, row.parameters)
        assert row.name == layer.name or layer.name.startswith(row.name)
        assert sources_of(layer) & own_names == set(row.sources) & own_names


@pytest.mark.keras
def test_mobilenet_v2_computes_as_in_keras() -> None:
    """With Keras's weights our network gives Keras's answer, so strides, padding and momentum are the same too."""
    import keras
    import numpy as np

    from cnn_core.keras_model.build import build_model

    theirs = keras.applications.MobileNetV2(weights=None)
    ours = build_model(preset("mobilenet_v2").make())
    ours.set_weights(theirs.get_weights())
    picture = np.random.default_rng(0).random((1, 224, 224, 3), dtype=np.float32)
    np.testing.assert_allclose(ours(picture, training=False), theirs(picture, training=False), rtol=1e-4)
