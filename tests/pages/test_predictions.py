"""What the page says of an answer: by what the output is, and of which output it speaks."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from running import no_exception
from streamlit.testing.v1 import AppTest

from cnn_core import layers
from cnn_core.models.answer_kind import AnswerKind
from cnn_core.models.info import describe
from cnn_core.network.network import NamedLayer, Network
from cnn_core.pictures.prepare import Prepared
from pages.ui.entered import Entered

NAN, INFINITE = float("nan"), float("inf")


def draw(info, picture, scores, classes):  # type: ignore[no-untyped-def]  # its text runs alone, without these names
    from pages.ui.feature_maps.predictions import draw_predictions

    draw_predictions(info, picture, scores, classes)


def entered(pixels: np.ndarray) -> Entered:
    height, width, _ = pixels.shape
    digest = hashlib.sha256(pixels.tobytes()).hexdigest()
    prepared = Prepared(pixels, (0, 0, height, width), (0, 0, height, width), ())
    return Entered("mnist", digest, "crop", False, "A picture", prepared)


def drawn(kind: AnswerKind, *scores: float, outputs: tuple[str, ...] = ("out",)) -> tuple[list[str], str]:
    """Return the bars' texts and everything below them."""
    values = np.zeros((2, 2, 1), np.float32) if kind is AnswerKind.MAPS else np.array(scores, np.float32)
    ends = NamedLayer(outputs[0], layers.Conv2D(1, (1, 1), activation="relu"))
    network = Network((NamedLayer("image", layers.Input((2, 2, 3))), ends))
    info = replace(describe("mnist"), network=network, outputs=outputs, answer_kind=kind, classes=None)
    classes = tuple(f"class {number}" for number in range(values.size))
    given = {"info": info, "picture": entered(np.zeros((2, 2, 3), np.float32)), "scores": values, "classes": classes}
    at = no_exception(AppTest.from_function(draw, kwargs=given).run())
    said = [str(element.value) for kind in (at.caption, at.warning) for element in kind]
    return [element.proto.text for element in at.get("progress")], "\n".join(said)


@pytest.mark.parametrize("score", [0.0, 0.3, 0.9, 1.0, -2.0, 7.5])
def test_a_unit_without_an_activation_is_no_sigmoid_whatever_it_says(score: float) -> None:
    bars, said = drawn(AnswerKind.PLAIN, score)
    assert bars == []
    assert f"The network's one output is {score:.4g}." in said
    assert "above 0 means class 1" in said
    assert "igmoid" not in said


def test_a_sigmoid_unit_is_a_share() -> None:
    bars, said = drawn(AnswerKind.SIGMOID, 0.3)
    assert bars == ["30.0%"]
    assert "below 50% the answer is class 0" in said


def test_a_softmax_of_one_unit_says_nothing() -> None:
    assert "always 1, whatever the picture" in drawn(AnswerKind.SOFTMAX, 1.0)[1]


def test_scores_that_happen_to_add_up_to_one_are_no_shares() -> None:
    bars, said = drawn(AnswerKind.PLAIN, 0.25, 0.75)
    assert bars == ["**class 1** · 0.75", "**class 0** · 0.25"]
    assert "not probabilities" in said


def test_shares_of_sigmoids_are_shares_of_their_own() -> None:
    bars, said = drawn(AnswerKind.SIGMOID, 0.9, 0.8)
    assert bars == ["**class 0** · 90.0%", "**class 1** · 80.0%"]
    assert "a sigmoid of its own" in said


@pytest.mark.parametrize("kind", AnswerKind)
@pytest.mark.parametrize("scores", [(NAN,), (INFINITE,), (NAN, 0.5, -INFINITE), (NAN, NAN)])
def test_numbers_without_end_are_said_and_no_error(kind: AnswerKind, scores: tuple[float, ...]) -> None:
    bars, said = drawn(kind, *scores)
    assert ("numbers without end" in said) is (kind is not AnswerKind.MAPS)
    if len(scores) == 3 and bars:
        assert bars[0].startswith("**class 1**")


def test_the_page_says_of_which_output_it_speaks() -> None:
    assert "outputs" not in drawn(AnswerKind.SOFTMAX, 0.5, 0.5)[1]
    for kind in AnswerKind:
        said = drawn(kind, 0.5, 0.5, outputs=("b`ox", "class", "third"))[1]
        assert "the first of 3 outputs, ``b`ox``" in said
        assert "`class`, `third`" in said
