"""An answer with height and width on the page: in a word, as a picture beside the input, as classes with a legend."""

import hashlib
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from running import no_exception
from streamlit.testing.v1 import AppTest

from cnn_core import layers
from cnn_core.drawing.class_regions import CLASS_COLOURS
from cnn_core.models.answer_kind import AnswerKind
from cnn_core.models.info import describe
from cnn_core.models.keys import FILE, ModelKey
from cnn_core.models.run import Answers
from cnn_core.network.network import Network
from cnn_core.pictures.prepare import Prepared
from pages.ui import state
from pages.ui.entered import Entered
from pages.ui.feature_maps.open_layer import Run

PIXELS = np.random.default_rng(2).random((4, 6, 3)).astype(np.float32)


def draw(run):  # type: ignore[no-untyped-def]  # its text runs alone, without these names
    from pages.ui.feature_maps.predictions import draw_answer

    draw_answer(run)


def drawn(activation: str, output: np.ndarray, names: str = "") -> AppTest:
    """Draw the answer of a network, a reader's file, that ends in a convolution."""
    conv = layers.Conv2D(output.shape[2], (1, 1), activation=activation)
    network = Network.of(layers.Input(PIXELS.shape), conv)
    key = str(ModelKey(FILE, hashlib.sha256(output.tobytes()).hexdigest()))
    info = replace(
        describe("cifar10"),
        key=key,
        network=network,
        outputs=network.output_names(),
        answer_kind=AnswerKind.MAPS,
        classes=None,
    )
    whole = 0, 0, *PIXELS.shape[:2]
    picture = Entered(key, "digest", "crop", False, "A picture", Prepared(PIXELS, whole, whole, ()))
    at = AppTest.from_function(draw, kwargs={"run": Run(info, picture, {}, Answers({}, {info.output: output}), ())})
    at.session_state[state.CLASS_LISTS.name] = {info.output: names}
    at.session_state[state.MENUS.name] = ("answer",)
    return no_exception(at.run())


def label(at: AppTest) -> Any:
    (popover,) = at.get("popover")
    return popover.proto.popover.label


def captions(at: AppTest) -> str:
    """Return what stands below pictures and below the legend."""
    return "\n".join(element.value for element in at.caption)


def legend(at: AppTest) -> list[tuple[str, str, str]]:
    """Return the colour, the name and the share of every class that is named."""
    (listed,) = [element.proto.body for element in at.get("html") if "cs-classes" in element.proto.body]
    pattern = r"background:(rgb\([^)]*\)).*?<span[^>]*>([^<]*)</span><span>([^<]*)</span>"
    return re.findall(pattern, listed)


def scores_of(classes: np.ndarray, count: int) -> np.ndarray:
    """Return shares of classes of which these are the largest."""
    shares: np.ndarray = np.full((*classes.shape, count), 0.1 / count, np.float32)
    np.put_along_axis(shares, classes[..., np.newaxis], 0.9, axis=2)
    return shares


def test_an_autoencoders_output_stands_beside_its_input() -> None:
    at = drawn("sigmoid", 1 - PIXELS)
    assert label(at) == "A picture"
    assert "shown as a picture" in captions(at)
    assert "cut off" not in captions(at)
    shown = [image.alt for element in at.image for image in element.proto.imgs]
    assert shown == ["The input of the network", "The output of the network"]


def test_what_overshoots_is_said() -> None:
    output = PIXELS.copy()
    output[0, 0, 0] = 1.5
    assert f"{1 / PIXELS.size:.1%} of its values" in captions(drawn("linear", output))


def test_classes_are_named_from_the_largest_on() -> None:
    classes = np.array([[2, 2, 2, 2, 0, 0], [2, 2, 2, 2, 0, 0], [2, 2, 2, 2, 3, 3], [2, 2, 2, 2, 2, 2]])
    at = drawn("softmax", scores_of(classes, 5), names="sky\nsea\n<b>land</b>\nshore\nship")
    assert label(at) == "Segmentation: 5 classes"
    colours = [f"rgb{CLASS_COLOURS[number]}" for number in (2, 0, 3)]
    names = ["&lt;b&gt;land&lt;/b&gt;", "sky", "shore"]
    shares = [f"{count / 24:.1%}" for count in (18, 4, 2)]
    assert legend(at) == list(zip(colours, names, shares, strict=True))
    assert "3 of 5 classes shown" in captions(at)
    assert "Not found anywhere in the picture: 2." in captions(at)
    assert "channel is the largest" in captions(at)


def test_without_names_classes_are_numbered() -> None:
    at = drawn("softmax", scores_of(np.zeros((4, 6), np.int64), 3))
    assert legend(at) == [(f"rgb{CLASS_COLOURS[0]}", "Class 0", "100.0%")]


def test_where_every_class_is_somewhere_none_is_said_to_be_missing() -> None:
    at = drawn("softmax", scores_of(np.arange(24).reshape(4, 6) % 3, 3))
    assert "3 of 3 classes shown." in captions(at)
    assert "Nowhere" not in captions(at)


def test_at_most_twenty_are_named_and_the_grey_ones_explained() -> None:
    at = drawn("softmax", scores_of(np.arange(24).reshape(4, 6), 40))
    assert len(legend(at)) == 20
    assert "20 of 40 classes shown" in captions(at)
    assert "all others are grey" in captions(at)


@pytest.mark.parametrize(("activation", "border"), [("sigmoid", "0.5"), ("linear", "0")])
def test_one_channel_says_from_where_on_it_is_class_1(activation: str, border: str) -> None:
    output = np.where(np.arange(24) < 6, 0.8, -0.2).astype(np.float32).reshape(4, 6, 1)
    at = drawn(activation, output)
    assert label(at) == "Segmentation: 2 classes"
    assert [name for _, name, _ in legend(at)] == ["Class 0", "Class 1"]
    assert f"above {border}." in captions(at)


def test_features_are_only_said_to_be_maps() -> None:
    at = drawn("relu", np.ones((4, 6, 8), np.float32))
    assert label(at) == "The answer"
    assert "has maps, not classes" in captions(at)
