"""What the numbers of an output are: by its activation, not by their range."""

import pytest

from cnn_core.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Input,
    Layer,
    Rescaling,
    Reshape,
)
from cnn_core.models.answer_kind import AnswerKind, answer_kind
from cnn_core.network.network import Network

SOFTMAX, SIGMOID, PLAIN, MAPS = AnswerKind

ENDS: list[tuple[list[Layer], AnswerKind]] = [
    ([Flatten(), Dense(10, activation="softmax")], SOFTMAX),
    ([Flatten(), Dense(10), Activation("softmax")], SOFTMAX),
    ([Flatten(), Dense(10, activation="softmax"), Dropout(0.5), Activation("linear")], SOFTMAX),
    ([Flatten(), Dense(1, activation="sigmoid")], SIGMOID),
    ([Flatten(), Dense(5, activation="sigmoid")], SIGMOID),
    ([Flatten(), Dense(1)], PLAIN),
    ([Flatten(), Dense(10)], PLAIN),
    ([Flatten(), Dense(1, activation="relu")], PLAIN),
    ([Flatten(), Dense(1, activation="tanh")], PLAIN),
    ([Flatten(), Dense(4, activation="softmax"), Dense(2)], PLAIN),
    ([Flatten(), Dense(4, activation="softmax"), Rescaling(100.0)], PLAIN),
    ([Flatten(), Dense(4, activation="softmax"), BatchNormalization()], PLAIN),
    ([Conv2D(4, 1, activation="softmax")], MAPS),
    ([Conv2D(4, 1, activation="softmax"), GlobalAveragePooling2D()], SOFTMAX),
    ([Conv2D(4, 1, activation="softmax"), GlobalMaxPooling2D()], PLAIN),
    ([Conv2D(4, 1, activation="sigmoid"), GlobalAveragePooling2D()], SIGMOID),
    # One softmax for each of 36 places does not add up to 1.
    ([Conv2D(4, 1, activation="softmax"), Flatten()], PLAIN),
    ([Conv2D(4, 6, activation="softmax"), Flatten()], SOFTMAX),
    ([Conv2D(4, 6, activation="softmax"), Reshape((4,))], SOFTMAX),
    ([Flatten()], PLAIN),
    ([], MAPS),
]


@pytest.mark.parametrize(("end", "kind"), ENDS)
def test_an_output_is_what_its_last_activation_makes_of_it(end: list[Layer], kind: AnswerKind) -> None:
    network = Network.of(Input((6, 6, 1)), *end)
    assert answer_kind(network, network.layers[-1].name) is kind


def test_a_logit_s_border_is_a_half_of_its_sigmoid() -> None:
    assert [kind.border for kind in (SIGMOID, PLAIN)] == [0.5, 0.0]
    assert [kind.is_share for kind in AnswerKind] == [True, True, False, False]
