"""What the page says of an answer: by what the output is, and of which output it speaks."""

import hashlib
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from running import no_exception
from scipy import special
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


def shown(kind: AnswerKind, *scores: float, activation: str = "linear", **session: Any) -> AppTest:
    """Draw an answer of classes that are called "class 0" and so on."""
    values = np.zeros((2, 2, 1), np.float32) if kind is AnswerKind.MAPS else np.array(scores, np.float32)
    ends = NamedLayer("out", layers.Conv2D(1, (1, 1), activation=activation))
    network = Network((NamedLayer("image", layers.Input((2, 2, 3))), ends))
    info = replace(describe("mnist"), network=network, outputs=("out",), answer_kind=kind, classes=None)
    classes = tuple(f"class {number}" for number in range(max(2, values.size)))
    given = {"info": info, "picture": entered(np.zeros((2, 2, 3), np.float32)), "scores": values, "classes": classes}
    at = AppTest.from_function(draw, kwargs=given)
    for name, value in session.items():
        at.session_state[name] = value
    return no_exception(at.run())


def drawn(kind: AnswerKind, *scores: float, **more: Any) -> tuple[list[str], str]:
    """Return the lines of an answer, those with bars first, and everything below them."""
    at = shown(kind, *scores, **more)
    said = [str(element.value) for kind in (at.caption, at.warning) for element in kind]
    lines = [element.proto.text for element in at.get("progress")] + [element.value for element in at.markdown]
    return lines, "\n".join(said)


@pytest.mark.parametrize("score", [0.0, 0.3, 0.9, 1.0, -2.0, 7.5])
def test_a_unit_without_an_activation_is_a_number_whatever_it_says(score: float) -> None:
    at = shown(AnswerKind.PLAIN, score)
    assert not at.get("progress")
    assert [element.value for element in at.markdown] == [f"**out** · {score:.4g}"]
    (said,) = [element.value for element in at.caption]
    assert "above 0 means class 1 and below 0 class 0" in said
    assert f"its sigmoid, {1 / (1 + math.exp(-score)):.1%}, is the share of class 1" in said


def test_a_number_behind_another_activation_is_no_logit() -> None:
    lines, said = drawn(AnswerKind.PLAIN, 3.5, activation="relu")
    assert lines == ["**out** · 3.5"]
    assert said == "The network ends in a single number after relu, which is not a share."


@pytest.mark.parametrize(
    ("score", "bars"),
    [
        (0.3, ["**class 0** · 70.0%", "**class 1** · 30.0%"]),
        (0.75, ["**class 1** · 75.0%", "**class 0** · 25.0%"]),
    ],
)
def test_a_sigmoid_unit_is_the_share_of_its_second_class(score: float, bars: list[str]) -> None:
    lines, said = drawn(AnswerKind.SIGMOID, score)
    assert lines == bars
    assert f"its value, {score}, is the share of class 1; the rest is the share of class 0" in said


def test_a_softmax_of_one_unit_says_nothing() -> None:
    assert "always 1, whatever the picture" in drawn(AnswerKind.SOFTMAX, 1.0)[1]


def test_scores_that_happen_to_add_up_to_one_are_no_shares() -> None:
    at = shown(AnswerKind.PLAIN, 0.25, 0.75)
    assert not at.get("progress")
    assert [element.value for element in at.markdown] == ["**class 1** · 0.75", "**class 0** · 0.25"]
    assert "not probabilities" in at.caption[0].value


def test_logits_are_shares_where_the_reader_wants_that() -> None:
    """The shares are SciPy's softmax."""
    logits = [2.0, -1.0, 4.5]
    lines, said = drawn(AnswerKind.PLAIN, *logits, as_shares=True)
    shares = special.softmax(np.array(logits))
    assert lines == [f"**class {number}** · {shares[number]:.1%}" for number in (2, 0, 1)]
    assert "a softmax of the network's outputs; the network itself does not apply one" in said
    assert "%" not in drawn(AnswerKind.PLAIN, 1.0, as_shares=True)[0][0]


def test_shares_of_sigmoids_are_shares_of_their_own() -> None:
    bars, said = drawn(AnswerKind.SIGMOID, 0.9, 0.8)
    assert bars == ["**class 0** · 90.0%", "**class 1** · 80.0%"]
    assert "a sigmoid of its own" in said


@pytest.mark.parametrize("kind", AnswerKind)
@pytest.mark.parametrize("scores", [(NAN,), (INFINITE,), (NAN, 0.5, -INFINITE), (NAN, NAN)])
def test_numbers_without_end_are_said_and_no_error(kind: AnswerKind, scores: tuple[float, ...]) -> None:
    bars, said = drawn(kind, *scores)
    assert ("values that are not finite" in said) is (kind is not AnswerKind.MAPS)
    if len(scores) == 3 and bars:
        assert bars[0].startswith("**class 1**")
