"""One row a layer and the totals; computed once, then shown as text, CSV or Markdown."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from cnn_core.errors import LayerError, NetworkError
from cnn_core.layers import Layer
from cnn_core.layers.cost import BYTES_PER_VALUE, activation_bytes, multiply_adds, parameters
from cnn_core.layers.formulas import Formula, formulas
from cnn_core.layers.receptive_field import ReceptiveField, Rules, Seen, of_input, of_layer, through
from cnn_core.layers.shapes import Shape, show
from cnn_core.network.network import Network, Step, at_layer
from cnn_core.sentences import N_

HEADINGS = (
    N_("Layer"),
    N_("Kind"),
    N_("Output shape"),
    N_("Parameters"),
    N_("Multiply-adds"),
    N_("Memory (bytes)"),
    N_("Receptive field"),
    N_("Input from"),
)


class Row(NamedTuple):
    """A layer's figures. `trainable`: parameters that a training changes, none in a frozen layer. `activation_bytes`:
    its output for one image in float32. `receptive_field`: in input pixels, (vertical, horizontal); None where the
    network's input is no picture. `like`: the position of the first row with an equal layer and equal inputs."""

    name: str
    layer: Layer
    sources: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    output_shape: Shape
    trainable: int
    non_trainable: int
    multiply_adds: int
    activation_bytes: int
    receptive_field: ReceptiveField | None
    like: int = 0

    @property
    def kind(self) -> str:
        return self.layer.kind

    @property
    def parameters(self) -> int:
        """Weights and biases, trainable or not."""
        return self.trainable + self.non_trainable

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """The formulas behind the figures, with the numbers put in."""
        return formulas(self.layer, self.output_shape, *self.input_shapes)

    def cells(self) -> tuple[str, ...]:
        """The row as text, in the order of HEADINGS."""
        field = "" if self.receptive_field is None else show(self.receptive_field.size)
        return (
            self.name,
            self.kind,
            show(self.output_shape),
            f"{self.parameters:,}",
            f"{self.multiply_adds:,}",
            f"{self.activation_bytes:,}",
            field,
            ", ".join(self.sources),
        )


@dataclass(frozen=True)
class Summary:
    """The rows of a network as far as it fits together; `error` says what is wrong with the layer after them."""

    rows: tuple[Row, ...]
    error: NetworkError | None = None

    @property
    def parameters(self) -> int:
        return sum(row.parameters for row in self.rows)

    @property
    def trainable(self) -> int:
        """Parameters that a training changes."""
        return sum(row.trainable for row in self.rows)

    @property
    def non_trainable(self) -> int:
        """Moving averages, and all parameters of frozen layers."""
        return sum(row.non_trainable for row in self.rows)

    @property
    def multiply_adds(self) -> int:
        """Kernel multiplications for one image; FLOPs are twice that."""
        return sum(row.multiply_adds for row in self.rows)

    @property
    def parameter_bytes(self) -> int:
        """Memory of the parameters in float32."""
        return self.parameters * BYTES_PER_VALUE

    @property
    def activation_bytes(self) -> int:
        """Memory of all outputs for one image: what a training step keeps for the way back, at most."""
        return sum(row.activation_bytes for row in self.rows)

    @cached_property
    def peak_bytes(self) -> int:
        """The most output memory alive at once when one image passes: each output is dropped after its last use."""
        last_use = {source: i for i, row in enumerate(self.rows) for source in row.sources}
        alive: dict[str, int] = {}
        peak = 0
        for i, row in enumerate(self.rows):
            alive[row.name] = row.activation_bytes
            peak = max(peak, sum(alive.values()))
            alive = {name: size for name, size in alive.items() if last_use.get(name, len(self.rows)) > i}
        return peak

    def to_text(self) -> str:
        """Return a table in aligned columns."""
        columns = zip(HEADINGS, *(row.cells() for row in self.rows), self._totals(), strict=True)
        lines = zip(*(_aligned(column, i) for i, column in enumerate(columns)), strict=True)
        return "\n".join("  ".join(line).rstrip() for line in lines) + "\n"

    def to_csv(self) -> str:
        """Return comma-separated values; numbers without separators, sizes as 28×28×32."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        for line in [HEADINGS, *(row.cells() for row in self.rows), self._totals()]:
            writer.writerow([cell.replace(",", "") if 3 <= i <= 5 else cell for i, cell in enumerate(line)])
        return out.getvalue()

    def to_markdown(self) -> str:
        """Return a Markdown table."""
        rule = tuple("---:" if 2 <= i <= 6 else "---" for i in range(len(HEADINGS)))
        table = [HEADINGS, rule, *(row.cells() for row in self.rows), self._totals()]
        return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in table)

    def to_latex(self) -> str:
        """Return a LaTeX table; it takes the package booktabs."""
        body = [" & ".join(map(_as_latex, row.cells())) + r" \\" for row in self.rows]
        head, totals = (" & ".join(map(_as_latex, cells)) + r" \\" for cells in (HEADINGS, self._totals()))
        lines = [r"\begin{tabular}{llrrrrrl}", r"\toprule", head, r"\midrule", *body]
        return "\n".join([*lines, r"\midrule", totals, r"\bottomrule", r"\end{tabular}", ""])

    def _totals(self) -> tuple[str, ...]:
        figures = (self.parameters, self.multiply_adds, self.activation_bytes)
        return ("Total", "", "", *(f"{figure:,}" for figure in figures), "", "")


_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\char34{}",
    "×": r"$\times$",
    **{char: "\\" + char for char in "&%$#_{}"},
}


def _as_latex(text: str) -> str:
    r"""Return a text so that LaTeX prints it as it stands.

    >>> print(_as_latex("conv_1 28×28"))
    conv\_1 28$\times$28
    """
    return "".join(_LATEX.get(char, char) for char in text)


def _aligned(cells: Sequence[str], column: int) -> list[str]:
    """Return the cells of a column, all as wide as the widest; figures stand at the right."""
    width = max(map(len, cells))
    return [cell.rjust(width) if 2 <= column <= 6 else cell.ljust(width) for cell in cells]


def summarize(network: Network) -> Summary:
    """Return every layer's figures; raises NetworkError at the first layer that does not fit."""
    summary = summarize_so_far(network)
    if summary.error is not None:
        raise summary.error
    return summary


def summarize_so_far(network: Network) -> Summary:
    """Return the figures of all layers above the first that does not fit, and what is wrong with that one."""
    rows: list[Row] = []
    figures: dict[int, _Figures] = {}
    seen: dict[str, Seen] = {}
    try:
        for step in network.steps():
            if step.like not in figures:
                figures[step.like] = _figures(step)
            found = figures[step.like]
            view = _see(step, found.rules, seen)
            if view is not None:
                seen[step.named.name] = view
            rows.append(_row(step, found, view))
    except NetworkError as error:
        return Summary(tuple(rows), error)
    return Summary(tuple(rows))


class _Figures(NamedTuple):
    """What equal layers with equal inputs have in common, wherever they stand."""

    trainable: int
    non_trainable: int
    multiply_adds: int
    activation_bytes: int
    rules: Rules


def _figures(step: Step) -> _Figures:
    layer, inputs, output = step.named.layer, step.input_shapes, step.output_shape
    trainable, non_trainable = parameters(layer, *inputs)
    rules = of_layer(layer, inputs[0] if inputs else output)
    return _Figures(trainable, non_trainable, multiply_adds(layer, output, *inputs), activation_bytes(output), rules)


def _see(step: Step, rules: Rules, seen: dict[str, Seen]) -> Seen | None:
    """Return what the layer sees; None where the network's input is no picture, and `seen` stays empty.

    Raises:
        NetworkError: it sees more pixels than can be counted.
    """
    if not step.sources:
        return of_input(step.output_shape)
    if not seen:
        return None
    try:
        return through(rules, [seen[source] for source in step.sources], step.output_shape)
    except LayerError as error:
        raise at_layer(step.named, error) from error


def _row(step: Step, figures: _Figures, seen: Seen | None) -> Row:
    named, sources, inputs, output, like = step
    trainable, non_trainable, products, size, _ = figures
    if not named.trainable:
        trainable, non_trainable = 0, trainable + non_trainable
    field = None if seen is None else seen.field
    return Row(named.name, named.layer, sources, inputs, output, trainable, non_trainable, products, size, field, like)
