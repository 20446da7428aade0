"""A layer of any kind with weights and inputs of its own, as Hypothesis draws it, and Keras's layer beside it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from strategies import fitting_networks

from cnn_core import layers as L  # noqa: N812
from cnn_core.explain.unit import Explanation, Place, explain_unit, weight_shapes
from cnn_core.layers import Layer
from cnn_core.layers.settings import MOST_AXES
from cnn_core.layers.shapes import Shape, output_shape

ANY_RANK: tuple[type[Layer], ...] = (
    *(L.Dense, L.BatchNormalization, L.LayerNormalization, L.Normalization, L.Rescaling, L.LayerScale),
    *(
        L.Activation,
        L.Dropout,
        L.GaussianDropout,
        L.AlphaDropout,
        L.GaussianNoise,
        L.Flatten,
        L.Input,
        L.GroupNormalization,
        L.PReLU,
        L.Permute,
        L.ReduceMean,
        L.ReduceMax,
        L.Dot,
    ),
)


@dataclass(frozen=True)
class Case:
    """A layer with weights and inputs of its own."""

    layer: Layer
    weights: list[np.ndarray]
    inputs: list[np.ndarray]

    @property
    def output_shape(self) -> Shape:
        return output_shape(self.layer, *(one.shape for one in self.inputs))

    def explain(self, place: Place) -> Explanation:
        return explain_unit(self.layer, self.weights, self.inputs, place)

    def some_places(self) -> list[Place]:
        """Return two corners and two places in between."""
        shape, chance = self.output_shape, np.random.default_rng(1)
        inner = [tuple(int(chance.integers(size)) for size in shape) for _ in range(2)]
        return list(dict.fromkeys([(0,) * len(shape), tuple(size - 1 for size in shape), *inner]))


def case(layer: Layer, *shapes: Shape, seed: int = 0) -> Case:
    chance = np.random.default_rng(seed)

    def numbers(name: str, shape: Shape) -> np.ndarray:
        values = chance.uniform(0.2, 2, shape) if "variance" in name else chance.normal(0, 0.7, shape)
        return np.asarray(values, np.float32)

    weights = [numbers(name, shape) for name, shape in weight_shapes(layer, *shapes).items()]
    return Case(layer, weights, [numbers("input", shape) for shape in shapes])


sizes = st.integers(1, 8)
maps = st.tuples(sizes, sizes, st.integers(1, 4))
small_epsilons = st.tuples(st.sampled_from([1e-3, 0.1]), st.booleans(), st.booleans())


def some_cuts(size: int, backward: bool) -> st.SearchStrategy[str]:
    """Return slices that take something of so many places."""
    written = [":", f"{size - 1}:", "::2", f"-{size}:{size}:3", *(["::-1"] if backward else [])]
    return st.sampled_from(written)


TAMED = {
    L.Normalization: st.sampled_from([((), ()), ((0.3,), (2.0,)), ((-1.0,), (0.01,)), ((1.0,), (0.0,))]),
    L.Rescaling: st.tuples(st.sampled_from([-2, 1 / 255, 1, 30]), st.sampled_from([-1, 0, 5])),
    L.BatchNormalization: st.tuples(st.just(0.9), st.sampled_from([1e-5, 0.1]), st.booleans(), st.booleans()),
    L.LayerNormalization: small_epsilons,
}
"""Settings without which a value of any size would be possible."""


@st.composite
def cases(draw: st.DrawFn, kind: type[Layer]) -> Case:
    """Draw a layer of a kind that fits its inputs; those of merges are stretched where they are 1."""
    shape: Shape = draw(maps | st.tuples(sizes) | st.tuples(sizes, sizes) if kind in ANY_RANK else maps, label="input")
    seed = draw(st.integers(0, 999), label="seed")
    if kind is L.Input:
        return case(L.Input(shape), shape, seed=seed)
    if kind is L.Concatenate:
        return case(
            kind(), *((*shape[:-1], count) for count in draw(st.lists(sizes, min_size=2, max_size=3))), seed=seed
        )
    if kind is L.Dot:
        beside = draw(
            st.lists(sizes, max_size=min(5 - len(shape), MOST_AXES - 1)), label="other axes of the second input"
        )
        one, other = draw(st.integers(1, len(shape))), draw(st.integers(1, len(beside) + 1))
        second = (*beside[: other - 1], shape[one - 1], *beside[other - 1 :])
        pair = (one, draw(st.sampled_from([other, other - len(second) - 1])))
        return case(L.Dot(pair, draw(st.booleans())), shape, second, seed=seed)
    if issubclass(kind, L.Merge):
        kept = st.tuples(*(st.booleans() for _ in shape))
        smaller = [tuple(size if keep else 1 for size, keep in zip(shape, draw(kept), strict=True)) for _ in range(2)]
        return case(kind(), shape, *smaller[: kind.inputs[1] - 1], seed=seed)
    if issubclass(kind, L.Reduce):
        axes, keepdims = draw(st.sets(st.integers(1, len(shape)), min_size=1)), draw(st.booleans())
        keepdims = keepdims or len(axes) == len(shape)
        return case(kind(tuple(axes), keepdims), shape, seed=seed)
    if kind is L.Slice:
        cuts = [draw(some_cuts(size, number == 2)) for number, size in enumerate(shape)]
        return case(L.Slice(*cuts), shape, seed=seed)
    if kind is L.Reshape:
        rows, columns, channels = shape
        targets = [(-1,), (channels, rows, columns), (columns, -1), (rows, columns, 1, channels)]
        return case(L.Reshape(draw(st.sampled_from(targets))), shape, seed=seed)
    if kind is L.GroupNormalization:
        groups = draw(st.sampled_from([count for count in range(1, shape[-1] + 1) if shape[-1] % count == 0]))
        return case(L.GroupNormalization(groups, *draw(small_epsilons)), shape, seed=seed)
    if kind in TAMED:
        given_settings = [value if value != () else None for value in draw(TAMED[kind])]
        return case(kind(*given_settings), shape, seed=seed)
    network = draw(fitting_networks([kind], st.just(shape), 1), label="network")
    assume(len(network.layers) == 2)
    return case(network.layers[1].layer, shape, seed=seed)


def in_keras(case: Case) -> Callable[..., np.ndarray]:
    """Return what computes the layer in Keras for inputs with a batch axis."""
    import tensorflow as tf

    from cnn_core.keras_model.keras_layers import keras_layer

    own = keras_layer(case.layer, "layer")
    if isinstance(case.layer, L.Merge):
        # Where Keras 3.15 knows the batch, it takes some stretched inputs of Add for a bias and lays them along the
        # wrong axis.
        open_batch = [tf.TensorSpec((None, *one.shape)) for one in case.inputs]
        merged = tf.function(own, input_signature=[open_batch])
        return lambda *batches: merged([tf.constant(one) for one in batches]).numpy()
    padding = case.layer.padding if isinstance(case.layer, L.Conv2D) else None
    # Augmentation called outside a model believes that it is in training.
    quiet = {"training": False} if case.layer.group is L.Group.AUGMENTATION else {}

    def compute(*batches: np.ndarray) -> np.ndarray:
        if isinstance(padding, tuple):
            batches = (np.pad(batches[0], ((0, 0), *padding, (0, 0))),)
        return np.asarray(own(batches[0], **quiet))

    compute(*(one[np.newaxis] for one in case.inputs))
    assert [weight.shape for weight in own.get_weights()] == list(
        weight_shapes(case.layer, *map(np.shape, case.inputs)).values()
    )
    own.set_weights(case.weights)
    if case.weights and isinstance(case.layer, L.Normalization):
        own.finalize_state()
    return compute
