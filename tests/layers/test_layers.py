"""Layers: registry, defaults, equality, and the rules that tie several settings together."""

import dataclasses
import inspect
import pickle
from typing import Any

import pytest
from hypothesis import given
from strategies import any_layers

from cnn_core.errors import LayerError
from cnn_core.layers import (
    KINDS,
    MOST_INPUTS,
    Activation,
    ActivationName,
    AveragePooling2D,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Dot,
    Dropout,
    Group,
    Input,
    Layer,
    MaxPooling2D,
    Merge,
    Normalization,
    Resizing,
    SeparableConv2D,
    StochasticDepth,
    Subtract,
)
from cnn_core.layers.settings import Flag

ENOUGH: dict[str, Any] = {
    "filters": 4,
    "kernel_size": 3,
    "shape": (8, 8, 3),
    "target_shape": (-1,),
    "units": 2,
    "height": 4,
    "width": 4,
    "dims": (2, 1, 3),
    "axis": (3,),
    "axes": (-1, -1),
}
"""A value for every setting that has no default."""

OWN_KINDS = ("LayerScale", "StochasticDepth", "ReduceMean", "ReduceMax", "Slice")
"""Layers of published networks that Keras itself does not export, and its operations."""


def make(kind: type[Layer], **settings: Any) -> Layer:
    needed = {name: ENOUGH[name] for name, rule in kind.settings().items() if rule.required}
    return kind(**{**needed, **settings})


ALL_SETTINGS = [(kind, name) for kind in KINDS.values() for name in kind.settings()]
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def test_registry_lists_every_kind_by_its_name() -> None:
    assert all(name == kind.__name__ == make(kind).kind for name, kind in KINDS.items())
    assert {kind.group for kind in KINDS.values()} == set(Group)


@every_kind
def test_settings_come_in_the_order_of_the_constructor(kind: type[Layer]) -> None:
    assert list(kind.settings()) == list(inspect.signature(kind).parameters)


@every_kind
def test_number_of_inputs(kind: type[Layer]) -> None:
    merges = issubclass(kind, Merge)
    two_or_more = (2, 2) if kind in (Subtract, Dot) else (2, MOST_INPUTS)
    assert kind.inputs == (two_or_more if merges else (0, 0) if kind is Input else (1, 1))
    assert merges == (kind.group is Group.MERGE)


@pytest.mark.parametrize(("kind", "name"), ALL_SETTINGS)
@pytest.mark.parametrize("bad", [float("nan"), {}, (), object(), 10**5000], ids=["nan", "{}", "()", "object", "huge"])
def test_every_setting_is_checked_and_named(kind: type[Layer], name: str, bad: object) -> None:
    with pytest.raises(LayerError, match=rf" Received: {name}="):
        make(kind, **{name: bad})


@pytest.mark.parametrize(("kind", "name"), ALL_SETTINGS)
def test_true_is_no_number(kind: type[Layer], name: str) -> None:
    if isinstance(kind.settings()[name], Flag):
        assert getattr(make(kind, **{name: True}), name) is True
    else:
        with pytest.raises(LayerError, match=f" Received: {name}=True"):
            make(kind, **{name: True})


@every_kind
def test_required_settings_must_be_given(kind: type[Layer]) -> None:
    required = [name for name, rule in kind.settings().items() if rule.required]
    if required:
        with pytest.raises(TypeError, match=required[0]):
            kind()
    else:
        assert kind() == kind()


def test_different_spellings_make_equal_layers() -> None:
    assert Conv2D(8, 3, strides=2, padding="same") == Conv2D(8, (3, 3), (2, 2), "same")
    assert Conv2D(8, 3, padding=1) == Conv2D(8, 3, padding=((1, 1), (1, 1)))
    assert hash(Conv2D(8, 3)) == hash(Conv2D(8, (3, 3)))
    assert Activation("relu") == Activation(ActivationName.RELU)
    largest: Layer = MaxPooling2D(2)
    assert largest != AveragePooling2D(2)
    assert Conv2D(8, 3) != Conv2D(8, 3, padding="same")


@every_kind
def test_rules_are_handed_out_as_a_copy(kind: type[Layer]) -> None:
    kind.settings().clear()
    assert list(kind.settings()) == list(inspect.signature(kind).parameters)


def test_pooling_moves_by_its_size_unless_told_otherwise() -> None:
    assert MaxPooling2D((2, 3)).steps == (2, 3)
    assert MaxPooling2D((2, 3)).strides is None
    assert MaxPooling2D((2, 3), strides=1).steps == (1, 1)


def test_layers_cannot_be_changed() -> None:
    layer = Dense(3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        layer.units = 4  # type: ignore[misc]
    assert layer.units == 3


@given(layer=any_layers())
def test_layers_survive_copies(layer: Layer) -> None:
    settings = {name: getattr(layer, name) for name in layer.settings()}
    assert type(layer)(**settings) == layer
    assert dataclasses.replace(layer) == layer
    assert pickle.loads(pickle.dumps(layer)) == layer


# Settings that depend on one another -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Conv2D, Conv2DTranspose])
def test_strides_and_dilation_exclude_each_other(kind: type[Layer]) -> None:
    with pytest.raises(LayerError, match=r"Received: strides=\(2, 2\), dilation_rate=\(1, 2\)\. Set one"):
        make(kind, strides=2, dilation_rate=(1, 2))
    assert make(kind, strides=2) != make(kind, dilation_rate=2)


@pytest.mark.parametrize("kind", [DepthwiseConv2D, SeparableConv2D])
def test_depthwise_kernels_may_be_dilated_and_move(kind: type[Layer]) -> None:
    layer = make(kind, strides=2, dilation_rate=(1, 2))
    assert layer == make(kind, strides=(2, 2), dilation_rate=(1, 2)) != make(kind, strides=2)


@pytest.mark.parametrize("kind", [DepthwiseConv2D, SeparableConv2D])
def test_depthwise_strides_are_equal(kind: type[Layer]) -> None:
    with pytest.raises(LayerError, match=r"Received: strides=\(1, 2\)\. Use one number"):
        make(kind, strides=(1, 2))
    assert Conv2D(1, 3, strides=(1, 2)).strides == (1, 2)


def test_groups_divide_filters() -> None:
    with pytest.raises(LayerError, match=r"Received: filters=6, groups=4\. Make filters a multiple of groups"):
        Conv2D(6, 3, groups=4)
    assert Conv2D(8, 3, groups=4).groups == 4


def test_mean_and_variance_come_together() -> None:
    with pytest.raises(LayerError, match=r"Received: mean=\(0\.0,\), variance=None"):
        Normalization(mean=(0,))
    with pytest.raises(LayerError, match=r"Received: mean=None, variance=\(1\.0,\)"):
        Normalization(variance=(1,))
    with pytest.raises(LayerError, match="variance must be a number from 0"):
        Normalization(mean=(0,), variance=(-1,))
    assert Normalization((0, 1), (1, 2)).mean == (0.0, 1.0)


def test_shares_end_where_keras_ends_them() -> None:
    assert Dropout(1).rate == 1.0
    with pytest.raises(LayerError, match="rate must be a number from 0 to 1"):
        Dropout(1.5)
    with pytest.raises(LayerError, match="rate must be a number from 0 to below 1"):
        StochasticDepth(1)


# The same as in Keras ----------------------------------------------------------------------------------------------


@pytest.mark.keras
@pytest.mark.parametrize(("kind", "name"), ALL_SETTINGS)
def test_defaults_are_those_of_keras(kind: type[Layer], name: str) -> None:
    import keras

    if kind.__name__ in OWN_KINDS:
        assert not hasattr(keras.layers, kind.__name__)
        return
    theirs = inspect.signature(getattr(keras.layers, kind.__name__)).parameters
    rule = kind.settings()[name]
    if (kind.__name__, name) in {("Activation", "slope"), ("RandomZoom", "factor"), ("Input", "shape")}:
        assert name not in theirs or rule.required
    elif theirs[name].default is not inspect.Parameter.empty:
        default = theirs[name].default
        assert not rule.required
        # No activation is what Keras calls linear.
        assert rule.default == rule.read("linear" if name == "activation" and default is None else default)


@pytest.mark.keras
@pytest.mark.parametrize("name", ActivationName)
def test_activations_are_those_of_keras(name: ActivationName) -> None:
    import keras

    assert keras.activations.get(name.value).__name__ == name.value


def test_maps_are_either_cut_or_padded_to_a_ratio() -> None:
    with pytest.raises(LayerError, match="cannot be combined"):
        Resizing(4, 4, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True)


@pytest.mark.parametrize(
    ("settings", "least", "most"),
    [({"padding": "same"}, 0, 2), ({"padding": "valid"}, 0, 2), ({"padding": "same", "kernel_size": 4}, 1, 2)],
)
def test_output_padding_stays_below_the_strides(settings: dict[str, Any], least: int, most: int) -> None:
    given = {"filters": 1, "kernel_size": 3, "strides": 3} | settings
    for amount in range(least, most + 1):
        assert Conv2DTranspose(**given, output_padding=amount).output_padding == (amount, amount)
    for amount in {least - 1, most + 1} - {-1}:
        with pytest.raises(LayerError, match=f"below the strides, and above 0 .* Received: .*={amount}, strides=3"):
            Conv2DTranspose(**given, output_padding=(least, amount))
