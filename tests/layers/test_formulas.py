"""The text of every formula is worked out by a calculator of this file and must give the figure behind it."""

import operator
import re
from collections.abc import Callable
from fractions import Fraction
from math import floor, prod

import pytest
from hypothesis import given
from strategies import fitting_networks

from cnn_core import layers as L  # noqa: N812
from cnn_core.layers import Layer, cost
from cnn_core.layers.formulas import BOTH_AXES, MULTIPLY_ADDS, PARAMETERS, VALUES, Formula, formulas
from cnn_core.layers.shapes import output_shape
from cnn_core.layers.windows import AXES
from cnn_core.network.network import Network
from cnn_core.network.presets import PRESETS, Preset
from cnn_core.network.summary import Row, summarize

TOKEN = re.compile(r"\s*(\d[\d,]*(?<!,)|max|[-+−·/(),⌊⌋])")
SUMS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {"+": operator.add, "−": operator.sub}
PRODUCTS: dict[str, Callable[[Fraction, Fraction], Fraction]] = {"·": operator.mul, "/": operator.truediv}


class Calculator:
    """Reads +, −, ·, /, brackets, ⌊ ⌋ and max, with products before sums."""

    def __init__(self, text: str) -> None:
        self.tokens = TOKEN.findall(text)
        assert "".join(self.tokens) == text.replace(" ", ""), text

    def result(self) -> Fraction:
        return self.chain(SUMS, lambda: self.chain(PRODUCTS, self.factor))

    def chain(
        self, signs: dict[str, Callable[[Fraction, Fraction], Fraction]], part: Callable[[], Fraction]
    ) -> Fraction:
        found = part()
        while self.tokens and self.tokens[0] in signs:
            found = signs[self.tokens.pop(0)](found, part())
        return found

    def factor(self) -> Fraction:
        token = self.tokens.pop(0)
        if token == "(":
            return self.until(")")
        if token == "⌊":
            return Fraction(floor(self.until("⌋")))
        if token == "max":
            assert self.tokens.pop(0) == "("
            return max(self.until(","), self.until(")"))
        return Fraction(token.replace(",", ""))

    def until(self, end: str) -> Fraction:
        found = self.result()
        assert self.tokens.pop(0) == end
        return found


def work_out(text: str) -> Fraction:
    """Return the value of the left side, after checking it against the right side and what follows it."""
    equation, *also = text.split("; ")
    for claim in (equation, *also):
        sides = [Calculator(side) for side in claim.split(" = ")]
        results = [side.result() for side in sides]
        assert not any(side.tokens for side in sides), text
        assert len(results) == 2, text
        assert results[0] == results[1], text
    return Calculator(equation.split(" = ")[0]).result()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3·4 = 14", 14),
        ("(2 + 3)·4 = 20", 20),
        ("⌊(28 + 2·0 − 3) / 2⌋ + 1 = 13", 13),
        ("max(3 − 5, 0) + 1 = 1", 1),
        ("1,000·2 = 2,000", 2000),
        ("3 = 3; 3 = 1 + 2", 3),
    ],
)
def test_the_calculator_calculates(text: str, value: int) -> None:
    assert work_out(text) == value


@pytest.mark.parametrize("text", ["2 + 3·4 = 20", "7 / 2 = 3", "3 = 3; 3 = 1 + 1", "1 + 1", "2 ^ 2 = 4"])
def test_the_calculator_finds_faults(text: str) -> None:
    with pytest.raises((AssertionError, IndexError)):
        work_out(text)


def check(row: Row) -> None:
    """Work out every formula of a row and compare it with the row's own figures."""
    found = {formula.quantity: work_out(formula.text) for formula in row.formulas}
    figures = {
        PARAMETERS: row.parameters,
        MULTIPLY_ADDS: row.multiply_adds,
        AXES[0]: row.output_shape[0],
        AXES[1]: row.output_shape[1] if len(row.output_shape) > 1 else None,
        VALUES: prod(row.output_shape),
        "channels": row.output_shape[-1],
    }
    if BOTH_AXES in found:
        assert row.output_shape[0] == row.output_shape[1] == found.pop(BOTH_AXES)
    assert found == {quantity: figures[quantity] for quantity in found}
    # A figure that is not 0 is explained.
    assert (row.parameters == 0) == (PARAMETERS not in found)
    assert (row.multiply_adds == 0) == (MULTIPLY_ADDS not in found)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_formulas_of_presets_give_their_figures(preset: Preset) -> None:
    for row in summarize(preset.make()).rows:
        check(row)


@given(network=fitting_networks())
def test_formulas_of_any_network_give_its_figures(network: Network) -> None:
    for row in summarize(network).rows:
        check(row)


def texts(layer: Layer, *inputs: tuple[int, ...]) -> list[Formula]:
    return list(formulas(layer, output_shape(layer, *inputs), *inputs))


def test_formulas_as_people_read_them() -> None:
    assert texts(L.Conv2D(32, 3, padding="same"), (28, 28, 1)) == [
        (BOTH_AXES, "(28 + 2·1 − 3) / 1 + 1 = 28"),
        (PARAMETERS, "(3·3·1 + 1)·32 = 320"),
        (MULTIPLY_ADDS, "3·3·1·28·28·32 = 225,792"),
    ]
    assert texts(L.MaxPooling2D(2), (9, 8, 4)) == [
        (AXES[0], "⌊(9 + 2·0 − 2) / 2⌋ + 1 = 4"),
        (AXES[1], "(8 + 2·0 − 2) / 2 + 1 = 4"),
    ]
    assert texts(L.Conv2D(4, 3, strides=2, padding="same", use_bias=False, groups=2), (4, 4, 2)) == [
        (BOTH_AXES, "(4 + (0 + 1) − 3) / 2 + 1 = 2"),
        (PARAMETERS, "3·3·(2/2)·4 = 36"),
        (MULTIPLY_ADDS, "3·3·(2/2)·2·2·4 = 144"),
    ]
    assert texts(L.Dense(10), (100,)) == [(PARAMETERS, "(100 + 1)·10 = 1,010"), (MULTIPLY_ADDS, "100·10 = 1,000")]
    assert texts(L.Conv2DTranspose(2, 3, strides=2), (7, 7, 1))[0] == (BOTH_AXES, "7·2 + max(3 − 2, 0) = 15")
    assert texts(L.Activation("relu"), (7, 7, 1)) == []
    assert texts(L.PReLU(), (7, 7, 2)) == [(PARAMETERS, "7·7·2 = 98")]
    assert texts(L.Dot((3, 1)), (7, 6, 5), (5, 4)) == [(MULTIPLY_ADDS, "7·6·4·5 = 840")]
    assert texts(L.Dot(1), (9,), (9,)) == [(MULTIPLY_ADDS, "1·9 = 9")]
    assert texts(L.GroupNormalization(2), (7, 7, 4)) == [(PARAMETERS, "2·4 = 8")]


def test_normalization_that_learns_from_data_is_explained() -> None:
    layer = L.Normalization()
    assert texts(layer, (4, 4, 3)) == [(PARAMETERS, "2·3 + 1 = 7")]
    assert cost.parameters(layer, (4, 4, 3)).total == 7
    assert texts(L.Normalization((0,), (1,)), (4, 4, 3)) == []
