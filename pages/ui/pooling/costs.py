"""What each way costs, and how much of the input it uses and keeps."""

from dataclasses import dataclass

import streamlit as st

from cnn_core.layers.shapes import show
from cnn_core.numerics.reductions.costs import Costs, costs_of
from cnn_core.numerics.reductions.ways import Reduction
from pages.ui.draw.formulas import draw_output_size
from pages.ui.draw.tables import draw_table, offer_csv
from pages.ui.pooling.comparison import Comparison, Measure
from pages.ui.pooling.ways import reduction_title
from pages.ui.text import _


@dataclass(frozen=True)
class CostOfEach(Measure[dict[Reduction, Costs]]):
    """What each way costs on one map."""

    def of(self, comparison: Comparison) -> dict[Reduction, Costs]:
        return {way: costs_of(reducer, comparison.x) for way, reducer in comparison.reducers.items()}


def draw(comparison: Comparison) -> None:
    """Draw what each way costs, and the size formula."""
    draw_output_size(comparison.x.shape, comparison.windows)
    costs = comparison.measured(CostOfEach())
    output = show(comparison.results()[Reduction.MAX].shape[:2])
    heads = [_("Method"), _("Output"), _("Parameters"), _("Multiply-adds"), _("Additions"), _("Comparisons")]
    heads += [_("Inputs used"), _("Values kept")]
    counts = {
        way: (cost.parameters, cost.multiply_adds, cost.additions, cost.comparisons) for way, cost in costs.items()
    }
    draw_table(
        heads,
        [
            [reduction_title(way), output, *(f"{n:,}" for n in counts[way]), f"{cost.reaching:.1%}", f"{cost.kept:.1%}"]
            for way, cost in costs.items()
        ],
    )
    st.caption(
        _(
            "For one map. Parameters are what a network would learn: the weights of the chosen kernel; all other "
            "methods have none. Multiply-adds count the weights of a kernel and the squares of an L2 pool, "
            "comparisons those that a maximum makes. Inputs used are those that take part in some output; for a "
            "maximum, that is the value that won, the first if several are equal. A course says that pooling cuts "
            "the weights by 75%: it cuts the values, here to {kept}, but no weights before it."
        ).format(kept=f"{costs[Reduction.MAX].kept:.1%}")
    )
    rows = [[str(way), output, *counts[way], f"{cost.reaching:.6g}", f"{cost.kept:.6g}"] for way, cost in costs.items()]
    offer_csv(
        ["way", "output", "parameters", "multiply_adds", "additions", "comparisons", "inputs_that_count", "kept"],
        rows,
        "pooling_costs",
    )
