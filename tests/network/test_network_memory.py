"""Memory of a network: counted by hand, and against the optimizers of Keras."""

from math import prod

import pytest

from cnn_core.layers import Conv2D, Dense, Dropout, Flatten, Input, RandomFlip
from cnn_core.network.line import read_line
from cnn_core.network.memory import SLOTS, Optimizer, inference_bytes, training_memory, weight_bytes
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import PRESETS, Preset, preset
from cnn_core.network.summary import summarize

SMALL = Network.of(Input((6, 6, 1)), RandomFlip(), Conv2D(2, 3), Flatten(), Dropout(0.5), Dense(3, activation="gelu"))


def test_a_small_network_by_hand() -> None:
    memory = training_memory(summarize(SMALL), 10, Optimizer.ADAM)
    weights = (9 * 1 * 2 + 2) + (32 * 3 + 3)
    assert memory.parameters == memory.gradients == 4 * weights
    assert memory.optimizer == 2 * 4 * weights
    # The picture, two maps of 4×4, what dropout left and which, gelu's output and input; others nothing.
    assert memory.kept == 10 * 4 * (36 + 32 + 2 * 32 + 2 * 3)
    # The convolution has the largest input and output; the flip before it has no gradient.
    assert memory.passing == 10 * 4 * (36 + 32)
    assert memory.total == sum(memory)
    assert memory.measured[0] < memory.measured[1]


def test_the_batch_changes_what_is_kept_and_nothing_else() -> None:
    one, many = (training_memory(summarize(SMALL), batch, Optimizer.SGD) for batch in (1, 32))
    assert (one.parameters, one.gradients, one.optimizer) == (many.parameters, many.gradients, many.optimizer)
    assert many.kept == 32 * one.kept
    assert one.optimizer == 0


def test_frozen_layers_at_the_beginning_keep_nothing() -> None:
    """Transfer learning: no gradient passes the frozen base, so its outputs are not needed again."""
    frozen = summarize(read_line("32x32x3-C64!-C64!-GA-D10sm"))
    whole = summarize(read_line("32x32x3-C64-C64-GA-D10sm"))
    memory, all_of_it = (training_memory(one, 8, Optimizer.ADAM) for one in (frozen, whole))
    assert memory.gradients == 4 * (64 * 10 + 10)
    assert memory.kept < all_of_it.kept / 20


def test_a_network_of_nothing_takes_nothing() -> None:
    assert training_memory(summarize(Network.of(Input((4, 4, 1)))), 1, Optimizer.ADAM)[:3] == (0, 0, 0)


@pytest.mark.parametrize("known", PRESETS, ids=lambda known: known.key)
def test_forms_of_weights(known: Preset) -> None:
    summary = summarize(known.make())
    assert weight_bytes(summary) == summary.parameter_bytes == 2 * weight_bytes(summary, "float16")
    assert weight_bytes(summary, "int8") == summary.parameters
    assert inference_bytes(summary, 4) == summary.parameter_bytes + 4 * summary.peak_bytes


@pytest.mark.keras
@pytest.mark.parametrize("optimizer", Optimizer)
def test_optimizers_of_keras_remember_so_much(optimizer: Optimizer) -> None:
    import keras

    from cnn_core.keras_model.build import build_model

    made = {
        Optimizer.SGD: keras.optimizers.SGD,
        Optimizer.MOMENTUM: lambda: keras.optimizers.SGD(momentum=0.9),
        Optimizer.RMSPROP: keras.optimizers.RMSprop,
        Optimizer.ADAM: keras.optimizers.Adam,
    }[optimizer]()
    network = Network.of(*(NamedLayer(named.name, named.layer) for named in preset("mnist").make().layers))
    made.build(build_model(network).trainable_variables)
    # Beside them: how many steps it has taken, and its rate.
    remembered = sum(prod(variable.shape) for variable in made.variables) - 2
    assert remembered == SLOTS[optimizer] * summarize(network).trainable
    assert isinstance(network.layers[-1].layer, Dense)
