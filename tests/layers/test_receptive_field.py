"""Receptive fields against published ones, against following every path, and against real models."""

import dataclasses
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import fitting_networks

from cnn_core import layers as L  # noqa: N812
from cnn_core.explain.resizing import nearest
from cnn_core.layers import Interpolation, Layer
from cnn_core.layers.kinds.resizing import pieces
from cnn_core.layers.receptive_field import MOST_SPANS, ReceptiveField
from cnn_core.layers.settings import LARGEST
from cnn_core.layers.shapes import Shape
from cnn_core.layers.windows import padding_amounts, windows_of
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import preset
from cnn_core.network.summary import summarize

Reach = npt.NDArray[np.bool_]
"""Along one axis: [output, input pixel], true where the pixel can reach the output."""


def last_map(network: Network) -> ReceptiveField:
    """Return the field of the last layer that still has height and width."""
    fields = [row.receptive_field for row in summarize(network).rows if len(row.output_shape) == 3]
    assert fields[-1] is not None
    return fields[-1]


def field_after(*layers: Layer, size: int = 64) -> ReceptiveField:
    return last_map(Network.of(L.Input((size, size, 1)), *layers))


# Published figures -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "size", "jump"),
    [("vgg16", 212, 32), ("alexnet", 195, 32), ("tiny_vgg", 16, 4), ("lenet_5", 32, 4)],
)
def test_published_fields_of_presets(key: str, size: int, jump: int) -> None:
    field = last_map(preset(key).make())
    assert (field.size, field.jump) == ((size, size), (jump, jump))


@pytest.mark.keras
@pytest.mark.parametrize(("name", "size"), [("MobileNet", 315), ("ResNet50", 483), ("InceptionV3", 1311)])
def test_published_fields_of_keras_applications(name: str, size: int) -> None:
    """Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019, table."""
    import keras

    from cnn_core.keras_model.read import network_from_keras

    model = getattr(keras.applications, name)(weights=None, include_top=False, input_shape=(299, 299, 3))
    assert last_map(network_from_keras(model)).size == (size, size)


# By hand -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "size", "jump", "start"),
    [
        ([L.Conv2D(1, 3)], 3, 1, 0),
        ([L.Conv2D(1, 3, padding="same")], 3, 1, -1),
        ([L.Conv2D(1, 3), L.Conv2D(1, 3)], 5, 1, 0),
        ([L.Conv2D(1, 3, dilation_rate=2)], 5, 1, 0),
        ([L.Conv2D(1, 3, strides=2), L.Conv2D(1, 3)], 7, 2, 0),
        ([L.Conv2D(1, 7, strides=2, padding="same"), L.MaxPooling2D(3, strides=2, padding="same")], 11, 4, -2),
        ([L.MaxPooling2D(2), L.AveragePooling2D(2)], 4, 4, 0),
        ([L.ZeroPadding2D(1), L.Conv2D(1, 3)], 3, 1, -1),
        ([L.Cropping2D(2)], 1, 1, 2),
        ([L.UpSampling2D(2)], 1, 0.5, 0),
        ([L.UpSampling2D(2), L.Conv2D(1, 3)], 2, 0.5, 0),
        ([L.UpSampling2D(2), L.MaxPooling2D(2)], 1, 1, 0),
        ([L.UpSampling2D(2, "bilinear")], 2, 0.5, -1),
        ([L.UpSampling2D(3, "bilinear")], 2, Fraction(1, 3), -1),
        ([L.UpSampling2D(1, "bilinear")], 1, 1, 0),
        ([L.Conv2DTranspose(1, 2, strides=2)], 1, 0.5, 0),
        ([L.Conv2DTranspose(1, 3, strides=2)], 2, 0.5, -1),
        ([L.Conv2DTranspose(1, 4, strides=2, padding="same")], 2, 0.5, -1),
        ([L.MaxPooling2D(2), L.Conv2DTranspose(1, 2, strides=2)], 2, 1, 0),
        ([L.Conv2DTranspose(1, 1, strides=2), L.Conv2D(1, 2)], 1, 0.5, 0),
        ([L.Conv2DTranspose(1, 1, strides=2), L.Conv2D(1, 3)], 2, 0.5, 0),
        ([L.Conv2DTranspose(1, 1, strides=3), L.Conv2D(1, 2, dilation_rate=2)], 1, Fraction(1, 3), 0),
        ([L.Conv2DTranspose(1, 1, strides=2), L.Conv2D(1, 2, dilation_rate=2)], 2, 0.5, 0),
        ([L.Conv2DTranspose(1, 2, strides=3), L.Cropping2D(1), L.MaxPooling2D(3)], 2, 1, 0),
        ([L.GlobalAveragePooling2D(keepdims=True)], 64, 0, 0),
        ([L.Conv2D(1, 3), L.GlobalAveragePooling2D(keepdims=True)], 64, 0, 0),
        ([L.Dense(3), L.Activation("softmax"), L.LayerNormalization(), L.BatchNormalization()], 1, 1, 0),
    ],
)
def test_fields_by_hand(layers: list[Layer], size: int, jump: float, start: int) -> None:
    field = field_after(*layers)
    assert field.size == (size, size)
    assert field.jump == (float(jump), float(jump))
    assert field.start == (start, start)


def test_both_axes_are_followed() -> None:
    field = field_after(L.Conv2D(1, (3, 1)), L.Conv2D(1, (1, 5), strides=(1, 2)), L.ZeroPadding2D(((1, 0), (0, 0))))
    assert (field.size, field.jump, field.start) == ((3, 5), (1, 2), (-1, 0))
    assert field.pixels(2, 3) == ((1, 3), (6, 10))


def test_pixels_of_one_output() -> None:
    field = field_after(L.MaxPooling2D(2), L.Conv2DTranspose(1, 2, strides=2))
    pixels = [field.pixels(row, 0) for row in range(4)]
    assert [seen and seen[0] for seen in pixels] == [(0, 1), (0, 1), (2, 3), (2, 3)]


def test_outputs_between_two_kernels_see_nothing() -> None:
    field = field_after(L.Conv2DTranspose(1, (1, 2), strides=(3, 2)))
    assert [field.vertical.span(row) for row in range(5)] == [(0, 0), None, None, (1, 1), None]
    assert (field.size, field.start) == ((1, 1), (0, 0))
    assert [field.pixels(0, 3), field.pixels(1, 3), field.pixels(6, 0)] == [((0, 0), (1, 1)), None, ((2, 2), (0, 0))]
    cropped = field_after(L.Conv2DTranspose(1, (1, 2), strides=(3, 2)), L.Cropping2D(((1, 0), (0, 0))))
    assert (cropped.start, cropped.pixels(2, 0)) == (None, ((1, 1), (0, 0)))
    blind = field_after(L.Conv2DTranspose(1, 1, strides=2), L.Cropping2D(((1, 0), (0, 0))), L.MaxPooling2D(1, 2))
    assert (blind.size, blind.start) == ((0, 1), None)


def test_what_sees_nothing_stays_blind_behind_a_layer_that_sees_all() -> None:
    field = field_after(L.GlobalAveragePooling2D(keepdims=True), L.Conv2DTranspose(1, 1, strides=2), size=9)
    assert [field.pixels(0, 0), field.pixels(0, 1)] == [((0, 8), (0, 8)), None]
    assert not field.is_uniform


def test_spans_between_gaps_may_move_backwards() -> None:
    """Every other output sees one pixel: a window of two, three apart, meets one of them, ahead or behind."""
    field = field_after(L.Conv2DTranspose(1, 1, strides=2), L.Conv2D(1, 2, dilation_rate=3), L.Conv2D(1, 2))
    assert [field.vertical.span(row) for row in range(3)] == [(0, 2), (1, 2), (1, 3)]


def test_a_square_layer_on_a_rectangle_keeps_both_axes_apart() -> None:
    """`same` pads 7 rows by one at either side for a stride of 2, but 8 columns after only."""
    network = Network.of(L.Input((7, 8, 1)), L.Conv2D(1, 3, strides=2, padding="same"), L.GlobalMaxPooling2D())
    assert last_map(network).pixels(0, 0) == ((-1, 1), (0, 2))
    field = summarize(network).rows[-1].receptive_field
    assert field is not None
    assert field.pixels(0, 0) == ((-1, 7), (0, 8))


def test_shortcut_sees_with_its_branch() -> None:
    network = Network.of(
        NamedLayer("input", L.Input((9, 9, 1))),
        NamedLayer("wide", L.Conv2D(1, 5, padding="same")),
        NamedLayer("narrow", L.Conv2D(1, 3, padding="same"), ("input",)),
        NamedLayer("sum", L.Add(), ("input", "narrow", "wide")),
    )
    assert (last_map(network).size, last_map(network).start) == ((5, 5), (-2, -2))


def test_gate_sees_the_whole_picture() -> None:
    """Squeeze and excitation: one number a channel, from everywhere, for every place."""
    network = Network.of(
        NamedLayer("input", L.Input((9, 7, 2))),
        NamedLayer("squeeze", L.GlobalAveragePooling2D(keepdims=True)),
        NamedLayer("gated", L.Multiply(), ("input", "squeeze")),
    )
    assert last_map(network).pixels(4, 4) == ((0, 8), (0, 6))


def test_one_place_that_meets_many_stays_where_it_is() -> None:
    """A 1×1 map from a convolution is stretched over the other branch: every place meets the same value."""
    network = Network.of(
        NamedLayer("input", L.Input((5, 5, 1))),
        NamedLayer("one", L.Conv2D(1, 5)),
        NamedLayer("sum", L.Add(), ("input", "one")),
    )
    assert last_map(network).pixels(4, 0) == ((0, 4), (0, 4))


def test_vectors_see_what_they_are_made_of() -> None:
    network = Network.of(
        L.Input((8, 8, 1)),
        L.Conv2D(1, 3),
        L.MaxPooling2D(2),
        L.Flatten(),
        L.Activation("relu"),
        L.Activation("softmax"),
    )
    sizes = [row.receptive_field.size[0] for row in summarize(network).rows if row.receptive_field]
    assert sizes == [1, 3, 4, 4, 4, 8]
    for mixing in (L.Dense(2), L.LayerNormalization(), L.GroupNormalization(1), L.Reshape((3, 3, 1))):
        chain = Network.of(L.Input((8, 8, 1)), L.Conv2D(1, 3), L.MaxPooling2D(2), L.Flatten(), mixing)
        field = summarize(chain).rows[-1].receptive_field
        assert field is not None
        assert field.pixels(0, 0) == ((0, 7), (0, 7))


def test_plain_numbers_have_no_field() -> None:
    rows = summarize(Network.of(L.Input((8,)), L.Dense(4), L.Reshape((2, 2, 1)), L.Conv2D(1, 1))).rows
    assert [row.receptive_field for row in rows] == [None] * 4


def test_enormous_enlargements_are_enclosed() -> None:
    """Followed output by output this would take a million spans."""
    field = field_after(L.UpSampling2D(1000), L.UpSampling2D(1000), size=5)
    assert field.pixels(3, 4_999_999) == ((0, 4), (0, 4))
    assert len(field_after(L.UpSampling2D(MOST_SPANS), size=2).vertical.spans) == MOST_SPANS


def test_branches_of_different_rhythm_are_enclosed() -> None:
    """Rows repeat after 17 outputs in one branch and after 19 in the other: after 323 in their sum."""
    network = Network.of(
        NamedLayer("input", L.Input((323, 323, 1))),
        NamedLayer("pool_17", L.MaxPooling2D(17)),
        NamedLayer("up_17", L.UpSampling2D(17)),
        NamedLayer("pool_19", L.MaxPooling2D(19), ("input",)),
        NamedLayer("up_19", L.UpSampling2D(19)),
        NamedLayer("sum", L.Add(), ("up_17", "up_19")),
    )
    assert last_map(network).pixels(0, 322) == ((0, 322), (0, 322))


def test_a_rule_is_kept_as_short_as_it_is() -> None:
    assert len(field_after(L.UpSampling2D(6), L.MaxPooling2D(4)).vertical.spans) == 3
    assert len(field_after(L.UpSampling2D(6), L.MaxPooling2D(6)).vertical.spans) == 1


# Following every path ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Followed:
    """A layer's outputs along one axis. `inner`: outputs that no padding came near. `jump`: pixels an output."""

    reach: Reach
    inner: Reach
    jump: Fraction

    @property
    def length(self) -> int:
        return len(self.reach)


def gather(followed: Followed, taken: list[list[int]], jump: Fraction) -> Followed:
    """Return outputs that each take the given inputs; a place outside is padding."""
    length, pixels = followed.reach.shape
    reach = np.zeros((len(taken), pixels), bool)
    inner = np.zeros(len(taken), bool)
    for output, places in enumerate(taken):
        inside = [place for place in places if 0 <= place < length]
        reach[output] = followed.reach[inside].any(axis=0)
        inner[output] = len(inside) == len(places) and followed.inner[inside].all()
    return Followed(reach, inner, jump)


def follow(layer: Layer, followed: Followed, axis: int, length: int, shape: Shape) -> Followed:
    """Follow one axis through a layer with one input, from the definition of what it computes."""
    inputs, jump = followed.length, followed.jump
    window = windows_of(layer)
    match layer:
        case L.Conv2DTranspose():
            taken = taken_transposed(layer, axis, inputs, length)
            return gather(followed, taken, jump / layer.strides[axis])
        case L.UpSampling2D():
            return gather(followed, taken_enlarged(layer, axis, length), jump / layer.size[axis])
        case L.Resizing():
            taken = taken_resized(layer, axis, shape, length)
            return gather(followed, taken, jump * Fraction(pieces(layer, shape)[axis].length, length))
        case L.ZeroPadding2D():
            return gather(followed, [[o - layer.padding[axis][0]] for o in range(length)], jump)
        case L.Cropping2D():
            return gather(followed, [[o + layer.cropping[axis][0]] for o in range(length)], jump)
        case L.GlobalPooling():
            return gather(followed, [list(range(inputs))], Fraction(0))
    if window is None:
        return followed
    kernel, stride, dilation, *_ = window[axis]
    before = padding_amounts(inputs, window[axis])[0]
    taken = [[o * stride + tap * dilation - before for tap in range(kernel)] for o in range(length)]
    return gather(followed, taken, jump * stride)


def taken_transposed(layer: L.Conv2DTranspose, axis: int, inputs: int, length: int) -> list[list[int]]:
    """Lay every kernel, also of the padding around, and note whose value lands where; `same` cuts the sides."""
    kernel, stride, dilation = layer.kernel_size[axis], layer.strides[axis], layer.dilation_rate[axis]
    span, cut = dilation * (kernel - 1) + 1, cut_before(layer, axis)
    taken: list[list[int]] = [[] for _ in range(length)]
    for place in range(-span, inputs + span):
        for tap in range(kernel):
            output = place * stride + tap * dilation - cut
            if 0 <= output < length:
                taken[output].append(place)
    return taken


def cut_before(layer: L.Conv2DTranspose, axis: int) -> int:
    """`same` cuts half of what one kernel has more than the part of the output that is one input's."""
    span, more = layer.dilation_rate[axis] * (layer.kernel_size[axis] - 1) + 1, layer.output_padding
    kept = layer.strides[axis] if more is None else span % 2 + more[axis]
    return max(span - kept, 0) // 2 if layer.padding == "same" else 0


def taken_enlarged(layer: L.UpSampling2D, axis: int, length: int) -> list[list[int]]:
    """Nearest copies; bilinear weighs the two inputs beside the output's centre, (o + ½) / factor − ½."""
    factor = layer.size[axis]
    if layer.interpolation is Interpolation.NEAREST:
        return [[o // factor] for o in range(length)]
    centres = [Fraction(2 * o + 1, 2 * factor) - Fraction(1, 2) for o in range(length)]
    return [[place for place in (centre // 1, -(-centre // 1)) if abs(place - centre) < 1] for centre in centres]


def taken_resized(layer: L.Resizing, axis: int, shape: Shape, length: int) -> list[list[int]]:
    """As an enlargement by length / inputs of what was cut or padded first; float32 may take the input before where the
    nearest is a border, and beyond what was cut there is nothing."""
    first, inputs, _ = pieces(layer, shape)[axis]

    def of_map(place: int) -> int:
        return first + place if 0 <= place < inputs else -LARGEST

    if layer.interpolation is Interpolation.NEAREST:
        return [[of_map(nearest(o, inputs, length))] for o in range(length)]
    centres = [Fraction(2 * o + 1, 2) * inputs / length - Fraction(1, 2) for o in range(length)]
    return [[of_map(int(place)) for place in (centre // 1, -(-centre // 1))] for centre in centres]


def may_enclose(layer: Layer, axis: int, shape: Shape, length: int) -> bool:
    """Say whether the field may hold more than is seen: where float32 decides between two inputs."""
    if not isinstance(layer, L.Resizing) or layer.interpolation is Interpolation.BILINEAR:
        return False
    inputs = pieces(layer, shape)[axis].length
    return any((2 * o + 1) * inputs % (2 * length) == 0 for o in range(length))


def merge(parts: list[Followed], length: int) -> tuple[Followed, bool]:
    """Return the union, and whether all branches move alike."""
    stretched = [
        Followed(part.reach.repeat(length, 0), part.inner.repeat(length), Fraction(0)) if part.length < length else part
        for part in parts
    ]
    alike = len({part.jump for part in stretched}) == 1
    reach = np.any([part.reach for part in stretched], axis=0)
    inner = np.all([part.inner for part in stretched], axis=0)
    return Followed(reach, inner, stretched[0].jump), alike


def follow_network(network: Network, axis: int) -> dict[str, tuple[Followed, bool]]:
    """Follow one axis through a network of maps; with every layer, whether the arithmetic must be exact there."""
    found: dict[str, tuple[Followed, bool]] = {}
    for step in network.steps():
        length = step.output_shape[axis] if len(step.output_shape) == 3 else 1
        parts = [found[source] for source in step.sources]
        exact = all(part[1] for part in parts)
        layer = step.named.layer
        if isinstance(layer, L.Input):
            one = Followed(np.eye(length, dtype=bool), np.ones(length, bool), Fraction(1))
        elif isinstance(layer, L.Merge):
            one, alike = merge([part[0] for part in parts], length)
            exact &= alike
        else:
            one = follow(layer, parts[0][0], axis, length, step.input_shapes[0])
            exact &= not may_enclose(layer, axis, step.input_shapes[0], length)
        found[step.named.name] = (one, exact)
    return found


def compare(followed: Followed, exact: bool, field: ReceptiveField, axis: int) -> int:
    """Every pixel seen lies in the field; without padding in the way it is seen to both ends. Return how often."""
    ends = 0
    for output in range(followed.length):
        pixels = np.flatnonzero(followed.reach[output])
        span = field[axis].span(output)
        assert all(span and span[0] <= pixel <= span[1] for pixel in pixels)
        if exact and followed.inner[output]:
            assert span == ((pixels[0], pixels[-1]) if len(pixels) else None)
            assert span is None or span[1] - span[0] < field.size[axis]
            ends += 1
    return ends


def check(network: Network) -> int:
    """Compare every map of a network along both axes; return how many outputs were compared to both ends."""
    ends = 0
    for axis in (0, 1):
        followed = follow_network(network, axis)
        for row in summarize(network).rows:
            assert row.receptive_field is not None
            ends += compare(*followed[row.name], row.receptive_field, axis)
    return ends


MAPS_TO_MAPS = (
    L.Conv2D,
    L.DepthwiseConv2D,
    L.SeparableConv2D,
    L.Conv2DTranspose,
    L.MaxPooling2D,
    L.AveragePooling2D,
    L.UpSampling2D,
    L.Resizing,
    L.ZeroPadding2D,
    L.Cropping2D,
    L.BatchNormalization,
    L.Dense,
    L.Add,
    L.Concatenate,
)
pictures = st.tuples(st.integers(4, 14), st.integers(4, 14), st.just(1))


@settings(max_examples=120)
@given(network=fitting_networks(MAPS_TO_MAPS, pictures, most_layers=7))
def test_fields_of_any_network_by_following_every_path(network: Network) -> None:
    check(network)


SHRINK_AND_GROW = (L.MaxPooling2D, L.Conv2D, L.Conv2DTranspose, L.UpSampling2D)


@settings(max_examples=60)
@given(network=fitting_networks(SHRINK_AND_GROW, st.just((30, 30, 1)), most_layers=6, most=3))
def test_fields_of_chains_that_shrink_and_grow(network: Network) -> None:
    assert check(network) > 0


@settings(max_examples=60)
@given(network=fitting_networks(MAPS_TO_MAPS, st.just((12, 12, 1)), most_layers=4, most=3))
def test_fields_behind_gates_enclose(network: Network) -> None:
    last = network.layers[-1].name
    squeeze = L.GlobalAveragePooling2D(keepdims=True)
    check(
        Network(
            (
                *network.layers,
                NamedLayer("squeeze", squeeze),
                NamedLayer("gated", L.Multiply(), (last, "squeeze")),
                NamedLayer("after", L.Conv2D(1, 3, padding="same")),
            )
        )
    )


# Where every layer goes on beyond its borders ----------------------------------------------------------------------

FEW_SPANS = 64
"""No more spans than these make MOST_LOOKS of them, whatever comes behind."""


class Endless:
    """One axis of a network whose layers go on beyond their borders: what each output takes, from the definitions."""

    def __init__(self, network: Network, axis: int) -> None:
        self.axis = axis
        self.steps = {step.named.name: step for step in network.steps()}
        self.known: dict[tuple[str, int], frozenset[int]] = {}
        self.jumps: dict[str, Fraction] = {}
        self.periods: dict[str, int] = {}
        self.exact: dict[str, bool] = {}
        for name in self.steps:
            self._learn(name)

    def length(self, name: str) -> int:
        shape = self.steps[name].output_shape
        return shape[self.axis] if len(shape) == 3 else 1

    def _learn(self, name: str) -> None:
        """Note how far outputs lie apart, how many there may be in a round, and whether the field must be exact."""
        step = self.steps[name]
        layer, sources = step.named.layer, step.sources
        longest = self.length(name)
        moves = {Fraction(0) if self.length(one) < longest else self.jumps[one] for one in sources}
        jump = moves.pop() if moves else Fraction(1)
        self.exact[name] = not (moves and isinstance(layer, L.Merge)) and all(self.exact[one] for one in sources)
        self.periods[name] = int(np.prod([self.periods[one] for one in sources], dtype=int))
        larger = enlargement(layer, self.axis)
        self.periods[name] *= larger
        if isinstance(layer, L.GlobalPooling):
            jump = Fraction(0)
        window = None if isinstance(layer, L.Conv2DTranspose) else windows_of(layer)
        self.jumps[name] = jump / larger * (window[self.axis].stride if window else 1)

    def taken(self, name: str, output: int) -> list[tuple[str, int]]:
        """Return the outputs of layers before that an output takes."""
        step, axis = self.steps[name], self.axis
        layer = step.named.layer
        if isinstance(layer, L.Merge):
            longest = self.length(name)
            return [(one, 0 if self.length(one) < longest else output) for one in step.sources]
        (source,) = step.sources
        return [(source, place) for place in places_taken(layer, axis, output, self.length(source))]

    def sees(self, name: str, output: int) -> frozenset[int]:
        key = name, output
        if key not in self.known:
            before = [] if not self.steps[name].sources else self.taken(name, output)
            seen = frozenset().union(*(self.sees(*one) for one in before))
            self.known[key] = seen if self.steps[name].sources else frozenset([output])
        return self.known[key]


def enlargement(layer: Layer, axis: int) -> int:
    match layer:
        case L.Conv2DTranspose():
            return layer.strides[axis]
        case L.UpSampling2D():
            return layer.size[axis]
    return 1


def places_taken(layer: Layer, axis: int, output: int, inputs: int) -> list[int]:
    match layer:
        case L.Conv2DTranspose():
            kernel, stride, dilation = layer.kernel_size[axis], layer.strides[axis], layer.dilation_rate[axis]
            cut = cut_before(layer, axis)
            starts = [output + cut - tap * dilation for tap in range(kernel)]
            return [start // stride for start in starts if start % stride == 0]
        case L.UpSampling2D():
            return taken_enlarged(layer, axis, output + 1)[output] if output >= 0 else beyond(layer, axis, output)
        case L.ZeroPadding2D():
            return [output - layer.padding[axis][0]]
        case L.Cropping2D():
            return [output + layer.cropping[axis][0]]
        case L.GlobalPooling():
            return list(range(inputs))
    window = windows_of(layer)
    if window is None:
        return [output]
    kernel, stride, dilation, *_ = window[axis]
    before = padding_amounts(inputs, window[axis])[0]
    return [output * stride + tap * dilation - before for tap in range(kernel)]


def beyond(layer: L.UpSampling2D, axis: int, output: int) -> list[int]:
    """Return what an output before the first takes: as far before as one of the first round lies behind."""
    rounds, place = divmod(output, layer.size[axis])
    return [taken + rounds for taken in taken_enlarged(layer, axis, place + 1)[place]]


def compare_endless(network: Network, axis: int) -> int:
    """Compare every span with what is seen without borders; return how many spans with gaps around were equal."""
    endless, equal = Endless(network, axis), 0
    for row in summarize(network).rows:
        assert row.receptive_field is not None
        line = row.receptive_field[axis]
        for output in range(min(endless.length(row.name), 30)):
            seen, span = endless.sees(row.name, output), line.span(output)
            assert all(span and span[0] <= pixel <= span[1] for pixel in seen)
            if endless.exact[row.name] and endless.periods[row.name] <= FEW_SPANS:
                assert span == ((min(seen), max(seen)) if seen else None)
                equal += None in line.spans
    return equal


GAPPY = (*SHRINK_AND_GROW, L.Conv2DTranspose, L.DepthwiseConv2D, L.ZeroPadding2D, L.Cropping2D)
tall = st.tuples(st.integers(3, 14), st.just(1), st.just(1))


@settings(max_examples=150)
@given(network=fitting_networks((*GAPPY, L.Add, L.Concatenate), tall, most_layers=7))
def test_spans_are_equal_beyond_borders_and_between_gaps(network: Network) -> None:
    compare_endless(network, 0)


@settings(max_examples=60)
@given(kernel=st.integers(1, 3), more=st.integers(1, 3), behind=fitting_networks(GAPPY, tall, most_layers=4))
def test_spans_behind_a_stride_that_exceeds_its_kernel(kernel: int, more: int, behind: Network) -> None:
    first, *others = behind.layers
    stepping = L.Conv2DTranspose(1, kernel, strides=kernel + more)
    network = Network((first, NamedLayer("stepping", stepping), *(free_of(first.name, one) for one in others)))
    assert compare_endless(network, 0) > 0


def free_of(first: str, named: NamedLayer) -> NamedLayer:
    """Take from the layer before what was taken from the input."""
    return dataclasses.replace(named, inputs=tuple("stepping" if one == first else one for one in named.inputs))


def test_branches_that_see_along_one_axis_only_are_enclosed() -> None:
    """At (1, 0) the first branch sees nothing, because of its row; its column is counted all the same."""
    network = Network.of(
        NamedLayer("input", L.Input((6, 6, 1))),
        NamedLayer("stepping", L.Conv2DTranspose(1, 1, strides=2)),
        NamedLayer("crop", L.Cropping2D(((0, 6), (0, 6)))),
        NamedLayer("moved", L.Conv2DTranspose(1, (2, 2), strides=2, padding="same"), ("input",)),
        NamedLayer("crop_1", L.Cropping2D(((0, 6), (4, 2)))),
        NamedLayer("sum", L.Add(), ("crop", "crop_1")),
    )
    field = last_map(network)
    assert field.pixels(1, 0) == ((0, 0), (0, 2))
    assert field.pixels(0, 0) == ((0, 0), (0, 2))
    assert field.pixels(1, 1) == ((0, 0), (2, 2))


def test_many_looks_are_enclosed() -> None:
    chain = [L.Conv2DTranspose(1, 1, strides=128), L.Conv2D(1, 200, dilation_rate=2)]
    field = field_after(*chain, size=8)
    assert field.pixels(0, 0) == field.pixels(5, 5) == ((0, 7), (0, 7))
    assert field_after(*chain[:1], L.Conv2D(1, 20), size=8).pixels(0, 109) == ((0, 0), (1, 1))


def test_every_side_of_the_published_chains_is_reached() -> None:
    """On the presets that are small enough, not on random networks only."""
    for key in ("tiny_vgg", "lenet_5", "resnet_20"):
        network = preset(key).make()
        maps = tuple(step.named for step in network.steps() if len(step.output_shape) == 3)
        assert check(Network(maps)) > 100


# Real models -------------------------------------------------------------------------------------------------------

POSITIVE = (*MAPS_TO_MAPS, L.LayerScale, L.Average, L.Maximum)
"""With positive weights and without biases these answer 0 to black, and more than 0 where a lit pixel is seen."""


def without_constants(network: Network) -> Network:
    """Take away biases, activations that could flatten a difference, and frames that are lit without a pixel."""
    simple = {"activation": "linear", "use_bias": False, "center": False, "fill_value": 0.0}
    layers = []
    for named in network.layers:
        known = {name: value for name, value in simple.items() if name in named.layer.settings()}
        layers.append(dataclasses.replace(named, layer=dataclasses.replace(named.layer, **known)))
    return Network(tuple(layers))


def lit_by_each_pixel(network: Network) -> Reach:
    """Return [row, column, pixel row, pixel column]: which outputs of the last layer a single lit pixel changes."""
    from cnn_core.keras_model.build import build_model

    model = build_model(network)
    for weight in model.weights:
        weight.assign(np.full(weight.shape, 0.0 if weight.name == "moving_mean" else 0.5))
    height, width, channels = model.inputs[0].shape[1:]
    pictures = np.eye(height * width, dtype=np.float32).reshape(-1, height, width, 1).repeat(channels, axis=-1)
    found = model(pictures, training=False)
    last = found[network.output_names().index(network.layers[-1].name)] if isinstance(found, list) else found
    lit = np.asarray(last).any(axis=-1)
    return lit.reshape(height, width, *lit.shape[1:]).transpose(2, 3, 0, 1)


def compare_with_model(network: Network) -> int:
    """Every pixel that counts lies in the field, and for inner outputs on all four sides of it; return how many."""
    name = network.layers[-1].name
    field = summarize(network).rows[-1].receptive_field
    assert field is not None
    (rows, exact_rows), (columns, exact_columns) = (follow_network(network, axis)[name] for axis in (0, 1))
    sides = 0
    seen = lit_by_each_pixel(network)
    for row, column in np.ndindex(*seen.shape[:2]):
        lit_rows, lit_columns = np.nonzero(seen[row, column])
        box = field.pixels(row, column)
        if box is None or not len(lit_rows):
            assert not len(lit_rows)
            continue
        (top, bottom), (left, right) = box
        assert all(top <= place <= bottom for place in lit_rows)
        assert all(left <= place <= right for place in lit_columns)
        if exact_rows and exact_columns and rows.inner[row] and columns.inner[column]:
            assert (lit_rows.min(), lit_rows.max(), lit_columns.min(), lit_columns.max()) == (top, bottom, left, right)
            sides += 1
    return sides


CHAINS: list[list[Layer]] = [
    [L.Conv2D(2, 3, dilation_rate=2), L.Conv2D(1, (1, 3))],
    [L.Conv2D(2, 5, strides=(1, 2), padding=((0, 3), (4, 1))), L.Conv2D(2, 2, groups=2)],
    [L.Conv2DTranspose(1, 3, dilation_rate=2)],
    [L.Conv2DTranspose(1, 1, strides=2), L.Conv2D(1, 2)],
    [L.Conv2DTranspose(1, 2, strides=(3, 2)), L.Conv2D(1, 2, dilation_rate=2)],
    [L.DepthwiseConv2D(2, strides=2, dilation_rate=3, padding="same")],
    [L.AveragePooling2D(2), L.Conv2DTranspose(2, 2, strides=2), L.Conv2D(1, 3)],
    [L.Conv2D(2, 3), L.Conv2DTranspose(2, 5, strides=(2, 3), padding="same")],
    [L.DepthwiseConv2D(3, depth_multiplier=2, padding="same", strides=2)],
    [L.SeparableConv2D(2, 3, dilation_rate=2, padding="same")],
    [L.MaxPooling2D(2), L.UpSampling2D(3, "bilinear")],
    [L.MaxPooling2D(2), L.UpSampling2D((2, 4), "bilinear"), L.AveragePooling2D(3, 2)],
    [L.UpSampling2D(3), L.MaxPooling2D(2), L.Conv2D(1, 2)],
    [L.AveragePooling2D(3, 2, "same"), L.ZeroPadding2D(((1, 0), (2, 1))), L.Cropping2D(1), L.BatchNormalization()],
    [L.Conv2D(2, 3), L.GlobalAveragePooling2D(keepdims=True)],
]


@pytest.mark.keras
@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: "-".join(layer.kind for layer in chain))
def test_fields_of_real_chains(chain: list[Layer]) -> None:
    assert compare_with_model(without_constants(Network.of(L.Input((11, 10, 1)), *chain))) > 0


@pytest.mark.keras
@settings(max_examples=60)
@given(network=fitting_networks(POSITIVE, st.tuples(st.integers(4, 10), st.integers(4, 10), st.just(1)), most=3))
def test_fields_of_any_real_model(network: Network) -> None:
    compare_with_model(without_constants(network))


def test_a_dot_product_of_places_sees_all_that_both_see() -> None:
    network = Network.of(
        L.Input((6, 5, 1)),
        NamedLayer("queries", L.Conv2D(2, 1)),
        NamedLayer("keys", L.Conv2D(2, 3, padding="same"), ("input",)),
        NamedLayer("rows", L.Reshape((30, 2)), ("keys",)),
        NamedLayer("weights", L.Dot((3, 2)), ("queries", "rows")),
    )
    field = last_map(network)
    assert field.is_uniform
    assert field.pixels(0, 0) == field.pixels(5, 4) == ((-1, 6), (-1, 5))
