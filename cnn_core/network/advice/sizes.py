"""Advice on sizes: what does not fit, what is left out, what costs more than it needs to."""

from collections.abc import Callable, Iterator
from math import prod
from typing import Any, Final

from cnn_core.layers import (
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    Merge,
    Pooling,
)
from cnn_core.layers.settings import Padding, PaddingMode
from cnn_core.layers.shapes import show
from cnn_core.layers.windows import Window, effective_kernel, output_length, padding_that_fits, rest, windows_of
from cnn_core.network import editing
from cnn_core.network.advice.design import Advice, Design, Fix, put_before, set_to
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.remarks import leaps_over, never_seen, of_each, on_a_map
from cnn_core.network.summary import Row
from cnn_core.sentences import N_, Note

COURSES_SIDE: Final = 10
"""The courses' rule: the last maps before Flatten should be smaller than this."""
_MANY_PARAMETERS: Final = 10_000_000


def _channels_first(design: Design) -> Iterator[Advice]:
    """Channels come last here and in Keras; PyTorch and ONNX put them first."""
    for row in design.summary.rows[:1]:
        shape = row.output_shape
        if len(shape) == 3 and shape[0] in (1, 3) and shape[1] > 4 and shape[2] > 4:
            turned = (*shape[1:], shape[0])
            message = N_(
                "A shape is (height, width, channels): {shape} is a picture of {height} rows with {channels} channels."
            )
            note = Note(message, {"shape": show(shape), "height": shape[0], "channels": shape[2]})
            fix = Fix(Note(N_("Make it {shape}"), {"shape": show(turned)}), set_to(row.name, shape=turned))
            yield Advice("channels_first", row.name, note, fix)


def _window_too_large(design: Design) -> Iterator[Advice]:
    """A kernel or a pool larger than the map that reaches it."""
    error = design.summary.error
    named = None if error is None or error.layer is None else design.network[error.layer]
    both = None if named is None else windows_of(named.layer)
    source = None if named is None else _only_source(design, named)
    if named is None or both is None or source is None or len(source.output_shape) != 3:
        return
    size = source.output_shape[:2]
    if all(output_length(length, window) > 0 for length, window in zip(size, both, strict=True)):
        return
    message = N_(
        "The {window} window is larger than the {size} map that reaches it. The map was made smaller by: {layers}."
    )
    values = {
        "window": show(tuple(effective_kernel(window.kernel, window.dilation) for window in both)),
        "size": show(size),
        "layers": ", ".join(_shrinking(design, source)) or "–",
    }
    yield Advice("window_too_large", named.name, Note(message, values), _fitting(named, size))


def _only_source(design: Design, named: NamedLayer) -> Row | None:
    sources = editing.sources(design.network, editing.place(design.network, named.name))
    return design.rows.get(sources[0]) if len(sources) == 1 else None


def _shrinking(design: Design, last: Row) -> list[str]:
    """Return the layers on the way to this one that made the map smaller, with its sizes before and after."""
    rows = [row for row in (last, *design.way_back(last)) if row.sources and len(row.input_shapes[0]) == 3]
    return [
        f"{row.name} ({show(row.input_shapes[0][:2])} → {show(row.output_shape[:2])})"
        for row in reversed(rows)
        if prod(row.output_shape[:2]) < prod(row.input_shapes[0][:2])
    ]


def _fitting(named: NamedLayer, size: tuple[int, ...]) -> Fix:
    if isinstance(named.layer, Pooling):
        change = set_to(named.name, pool_size=size, strides=None)
        return Fix(Note(N_("Pool over all of it: pool_size={size}"), {"size": size}), change)
    return Fix(Note(N_("Use padding 'same'")), set_to(named.name, padding="same"))


def _dropped(design: Design) -> Iterator[Advice]:
    """Rows and columns at the end that no window reaches."""
    for row, note in _noted(design, never_seen):
        both = windows_of(row.layer)
        if both is None:
            continue
        padding: Padding = getattr(row.layer, "padding", PaddingMode.SAME)
        if isinstance(padding, tuple):
            wanted = _more_padding(row, both, padding)
            label = Note(N_("Pad {amounts} so that the windows fit"), {"amounts": show_amounts(wanted)})
            yield Advice("dropped", row.name, note, Fix(label, set_to(row.name, padding=wanted)))
        elif padding is PaddingMode.VALID:
            fix = Fix(Note(N_("Use padding 'same'")), set_to(row.name, padding="same"))
            yield Advice("dropped", row.name, note, fix)


def _noted(design: Design, say: Callable[[Row], Note | None]) -> Iterator[tuple[Row, Note]]:
    """Yield the layers of which there is something to say, with it."""
    for row, note in zip(design.summary.rows, of_each(design.summary.rows, say), strict=True):
        if note is not None:
            yield row, note


def _more_padding(row: Row, both: tuple[Window, Window], padding: Any) -> Any:
    """Return explicit padding with as much more at the end of each axis as the stride needs."""
    return tuple(
        (before, after + (padding_that_fits(row.input_shapes[0][axis], both[axis]) if _rests(row, both, axis) else 0))
        for axis, (before, after) in enumerate(padding)
    )


def _rests(row: Row, both: tuple[Window, Window], axis: int) -> bool:
    return rest(row.input_shapes[0][axis], both[axis]) > 0


def show_amounts(amounts: Any) -> str:
    """Return padding as code writes it."""
    return repr(tuple(tuple(pair) for pair in amounts))


def _leaping(design: Design) -> Iterator[Advice]:
    """Strides larger than the window."""
    for row, note in _noted(design, leaps_over):
        both = windows_of(row.layer)
        if both is None or _is_shortcut(design, row):
            continue
        strides = tuple(min(window.stride, effective_kernel(window.kernel, window.dilation)) for window in both)
        # A depthwise kernel moves equally in both directions.
        strides = (min(strides),) * 2 if row.kind in ("DepthwiseConv2D", "SeparableConv2D") else strides
        label = Note(N_("Use strides={strides}, as large as the window"), {"strides": strides})
        yield Advice("leaping", row.name, note, Fix(label, set_to(row.name, strides=strides)))


def _is_shortcut(design: Design, row: Row) -> bool:
    """Say whether this leads past a residual block, as ResNet's 1×1 convolutions do (arXiv:1512.03385, option B)."""
    after = design.only_user(row)
    if after is not None and isinstance(after.layer, BatchNormalization):
        after = design.only_user(after)
    return isinstance(row.layer, Conv2D) and after is not None and isinstance(after.layer, Merge)


def _even_kernel(design: Design) -> Iterator[Advice]:
    """Kernels without a middle whose output is as large as their input."""
    message = N_(
        "A {kernel} kernel has no centre: `same` adds one more place after than before, and every such layer shifts "
        "the maps by half a pixel."
    )
    for row, kernel in zip(design.summary.rows, of_each(design.summary.rows, _odd_instead), strict=True):
        both = windows_of(row.layer)
        if kernel is not None and both is not None:
            note = Note(message, {"kernel": show(tuple(window.kernel for window in both))})
            label = Note(N_("Use a {kernel} kernel"), {"kernel": show(kernel)})
            yield Advice("even_kernel", row.name, note, Fix(label, set_to(row.name, kernel_size=kernel)))


def _odd_instead(row: Row) -> tuple[int, ...] | None:
    """Return the kernel with a middle that would take the place of an even one."""
    both, padding = windows_of(row.layer), getattr(row.layer, "padding", None)
    if both is None or padding is not PaddingMode.SAME or isinstance(row.layer, Pooling | Conv2DTranspose):
        return None
    # With a stride of 2 an even kernel is the one that fits.
    even = [window.kernel % 2 == 0 and window.stride == 1 and window.dilation % 2 == 1 for window in both]
    return tuple(window.kernel + plus for window, plus in zip(both, even, strict=True)) if any(even) else None


def _missing_flatten(design: Design) -> Iterator[Advice]:
    """A Dense on maps."""
    for row, note in _noted(design, on_a_map):
        fix = Fix(Note(N_("Put a Flatten before it")), put_before(row.name, Flatten()))
        yield Advice("missing_flatten", row.name, note, fix)


def _wide_flatten(design: Design) -> Iterator[Advice]:
    """Maps so large before Flatten that the next Dense has most of the network's parameters."""
    message = N_(
        "The maps before this Flatten are {size}, so the Dense after it has {parameters} parameters, {share}% of "
        "the network's. The courses keep them below {side}×{side}; a global average of each map would leave "
        "{fewer}."
    )
    for row in design.summary.rows:
        dense = _past_dropout(design, row)
        shape = row.input_shapes[0] if row.input_shapes else ()
        if not isinstance(row.layer, Flatten) or dense is None or not isinstance(dense.layer, Dense) or len(shape) != 3:
            continue
        if max(shape[:2]) >= COURSES_SIDE or dense.parameters >= _MANY_PARAMETERS:
            values = {
                "size": show(shape[:2]),
                "parameters": f"{dense.parameters:,}",
                "share": f"{100 * dense.parameters / design.summary.parameters:.0f}",
                "side": COURSES_SIDE,
                "fewer": f"{(shape[2] + dense.layer.use_bias) * dense.layer.units:,}",
            }
            label = Note(N_("Use GlobalAveragePooling2D instead"))
            fix = Fix(label, _in_place(row.name, GlobalAveragePooling2D()))
            yield Advice("wide_flatten", row.name, Note(message, values), fix)


def _past_dropout(design: Design, row: Row) -> Row | None:
    after = design.only_user(row)
    while after is not None and isinstance(after.layer, Dropout):
        after = design.only_user(after)
    return after


def _in_place(name: str, layer: Layer) -> Callable[[Network], Network]:
    return lambda network: editing.change_kind(network, name, layer.kind)


RULES: Final = (
    _channels_first,
    _window_too_large,
    _dropped,
    _leaping,
    _even_kernel,
    _missing_flatten,
    _wide_flatten,
)
