"""One row a layer and the totals; computed once, then shown as text, CSV or Markdown."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from cnn_core.cost import BYTES_PER_VALUE, activation_bytes, multiply_adds, parameters
from cnn_core.errors import N_, NetworkError
from cnn_core.formulas import Formula, formulas
from cnn_core.layers import Layer
from cnn_core.network import Network, Step
from cnn_core.receptive_field import ReceptiveField, Seen, of_input, through
from cnn_core.shapes import Shape, show

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


@dataclass(frozen=True, slots=True)
class Row:
    """A layer's figures. `activation_bytes`: its output for one image in float32. `receptive_field`: in input pixels,
    (vertical, horizontal); None where the network's input is no picture."""

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
        return sum(row.trainable for row in self.rows)

    @property
    def non_trainable(self) -> int:
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

    @property
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
        table = [HEADINGS, *(row.cells() for row in self.rows), self._totals()]
        widths = [max(len(line[i]) for line in table) for i in range(len(HEADINGS))]
        lines = [
            "  ".join(_align(cell, width, i) for i, (cell, width) in enumerate(zip(line, widths, strict=True)))
            for line in table
        ]
        return "\n".join(line.rstrip() for line in lines) + "\n"

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

    def _totals(self) -> tuple[str, ...]:
        figures = (self.parameters, self.multiply_adds, self.activation_bytes)
        return ("Total", "", "", *(f"{figure:,}" for figure in figures), "", "")


def _align(cell: str, width: int, column: int) -> str:
    return cell.rjust(width) if 2 <= column <= 6 else cell.ljust(width)


def summarize(network: Network) -> Summary:
    """Return every layer's figures; raises NetworkError at the first layer that does not fit."""
    summary = summarize_so_far(network)
    if summary.error is not None:
        raise summary.error
    return summary


def summarize_so_far(network: Network) -> Summary:
    """Return the figures of all layers above the first that does not fit, and what is wrong with that one."""
    rows: list[Row] = []
    seen: dict[str, Seen | None] = {}
    try:
        for step in network.steps():
            seen[step.named.name] = _see(step, [seen[source] for source in step.sources])
            rows.append(_row(step, seen[step.named.name]))
    except NetworkError as error:
        return Summary(tuple(rows), error)
    return Summary(tuple(rows))


def _see(step: Step, sources: Sequence[Seen | None]) -> Seen | None:
    if not sources:
        return of_input(step.output_shape)
    return through(step.named.layer, tuple(sources), step.input_shapes, step.output_shape)


def _row(step: Step, seen: Seen | None) -> Row:
    layer = step.named.layer
    counts = parameters(layer, *step.input_shapes)
    return Row(
        name=step.named.name,
        layer=layer,
        sources=step.sources,
        input_shapes=step.input_shapes,
        output_shape=step.output_shape,
        trainable=counts.trainable,
        non_trainable=counts.non_trainable,
        multiply_adds=multiply_adds(layer, step.output_shape, *step.input_shapes),
        activation_bytes=activation_bytes(step.output_shape),
        receptive_field=None if seen is None else seen.field,
    )
