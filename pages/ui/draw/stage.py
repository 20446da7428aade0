"""The Python side of the window stage: input, kernel, products and output as grids that answer to the pointer.

The browser is told which places each output takes (`taps.Taps`) and need not ask again while somebody looks around. The
stage serves convolutions and transposed ones, and, without a kernel, pooling.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cnn_core.drawing.colour_scale import DIVERGING
from cnn_core.numerics.pool import PoolingKind
from cnn_core.numerics.taps import NOWHERE, Taps
from pages.ui import components
from pages.ui.draw.colours import colour_stops
from pages.ui.text import _

Values = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Scene:
    """What a stage shows.

    Args:
        x: (H, W, C).
        vertical, horizontal: which places each output takes along an axis.
        output: (H', W', filters), as `windows` computed it.
        kernel: (kernel height, kernel width, C, filters); None under a pool.
        bias: (filters,), zeros where None.
        pooling: what a pool makes of its values.
        turned: the kernel acts turned by 180°.
        channels: names of the input channels.
        tints: the colour of each where they are a picture's, red, green and blue from 0 to 255; no value is below 0.
        corner, output_corner: row and column of the upper left cell in the whole map, where this is a piece of it.
    """

    x: Values
    vertical: Taps
    horizontal: Taps
    output: Values
    kernel: Values | None = None
    bias: Sequence[float] | None = None
    pooling: PoolingKind | None = None
    turned: bool = False
    channels: tuple[str, ...] = ("",)
    tints: tuple[tuple[int, int, int], ...] = ()
    corner: tuple[int, int] = (0, 0)
    output_corner: tuple[int, int] = (0, 0)


def draw_stage(
    scene: Scene,
    key: str,
    on_input: Callable[[Values], None] | None = None,
    on_kernel: Callable[[Values], None] | None = None,
) -> None:
    """Draw the stage.

    With `on_input` the reader may change the input, which it gets, (H, W, C); likewise `on_kernel`, in Keras's order.
    """
    data = _data(scene) | {"editable": {"input": on_input is not None, "kernel": on_kernel is not None}}
    plain = json.dumps(data, separators=(",", ":"))
    data["version"] = hashlib.sha256(plain.encode()).hexdigest()

    def edited(edit: dict[str, Any]) -> None:
        if "input" in edit and on_input:
            on_input(np.array(edit["input"], np.float64).transpose(1, 2, 0))
        if "kernel" in edit and on_kernel:
            on_kernel(np.array(edit["kernel"], np.float64).transpose(2, 3, 1, 0))

    components.stage(data, key=key, on_edit=edited)


def _data(scene: Scene) -> dict[str, Any]:
    kernel = scene.kernel
    filters = scene.output.shape[2]
    return {
        "input": scene.x.transpose(2, 0, 1).tolist(),
        "kernel": None if kernel is None else kernel.transpose(3, 2, 0, 1).tolist(),
        "bias": [0.0] * filters if scene.bias is None else [float(value) for value in scene.bias],
        "output": scene.output.transpose(2, 0, 1).tolist(),
        "vertical": _axis(scene.vertical),
        "horizontal": _axis(scene.horizontal),
        "turned": scene.turned,
        "corner": {"input": scene.corner, "output": scene.output_corner},
        "pooling": None if scene.pooling is None else str(scene.pooling),
        "channels": list(scene.channels),
        "tints": list(scene.tints),
        "filters": [str(number) for number in range(filters)],
        "ranges": _ranges(scene),
        "colours": {"grey": [[0, 0, 0], [255, 255, 255]], "diverging": colour_stops(DIVERGING)},
        "start": [(len(scene.vertical.taps) - 1) // 2, (len(scene.horizontal.taps) - 1) // 2],
        "words": _words(scene),
    }


def _axis(taps: Taps) -> dict[str, Any]:
    """Return the taps, and at which place the line itself begins: what is mirrored before it shows inputs too."""
    sources = taps.sources
    line = tuple(range(max(sources, default=NOWHERE) + 1))
    before = next(place for place in range(len(sources)) if sources[place : place + len(line)] == line)
    return {"sources": sources, "taps": taps.taps, "before": before}


def _ranges(scene: Scene) -> dict[str, dict[str, Any]]:
    weights = scene.kernel if scene.kernel is not None else np.ones(1)
    largest = _largest(scene.x) * _largest(weights)
    return {
        "input": {"limit": _largest(scene.x), "signed": bool((scene.x < 0).any())},
        "kernel": {"limit": _largest(weights), "signed": True},
        "products": {"limit": largest, "signed": True},
        "output": {
            "limit": _largest(scene.output),
            "signed": bool((scene.output < 0).any()) or scene.kernel is not None,
        },
    }


def _largest(values: Values) -> float:
    return float(np.abs(values).max(initial=0)) or 1.0


def _words(scene: Scene) -> dict[str, str]:
    ranges = _ranges(scene)
    grey = _("black is 0, white {high}").format(high=f"{ranges['input']['limit']:.4g}")
    signed = _("blue is negative, white 0, red positive, darkest at ±{high}")
    shown = signed.format(high=f"{ranges['input']['limit']:.4g}") if ranges["input"]["signed"] else grey
    if scene.tints:
        shown = _("black is 0, the full colour {high}").format(high=f"{ranges['input']['limit']:.4g}")
    output = ranges["output"]
    answer = signed if output["signed"] else _("black is 0, white {high}")
    legend = _("Input: {input}. Output: {output}. Dashed: padding. Crossed out: no window covers it.").format(
        input=shown, output=answer.format(high=f"{output['limit']:.4g}")
    )
    return {
        "input": _("Input"),
        "input_keys": _("Input {name}: arrow keys move and show what each value reaches"),
        "input_draw": _("Input {name}: arrow keys move, Enter writes the number beside the pencil"),
        "kernel": _("Kernel") if not scene.turned else _("Kernel (rotated by 180°)"),
        "products": _("Value × weight"),
        "window": _("Window"),
        "output": _("Output"),
        "output_keys": _("Output: arrow keys move the window, the space bar plays"),
        "partial": _("From {name}"),
        "sum": _("Sum and bias"),
        "play": _("Play"),
        "pause": _("Pause"),
        "back": _("One step back"),
        "forward": _("One step forward"),
        "speed": _("Speed"),
        "draw": _("Draw on the input"),
        "pen": _("The number to draw with"),
        "filter": _("Filter {name}"),
        "weight": _("Weight in row {row}, column {column}"),
        "place": _("Output in row {row}, column {column}:"),
        "reach": _("Input in row {row}, column {column} is {value}. Outputs that it reaches: {count}."),
        "padding": _("This is padding: it belongs to no pixel."),
        "more": _("{count} more"),
        "bias": _("bias {value}"),
        "legend": legend,
        "hint": _("Point at a value of the output or the input."),
    }
