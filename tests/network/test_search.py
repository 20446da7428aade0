"""Questions answered by trying, against trying it otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.errors import LayerError, NetworkError
from cnn_core.layers import Conv2D, Dense, Input, Reshape
from cnn_core.layers.settings import PaddingMode
from cnn_core.network.line import read_line
from cnn_core.network.network import Network
from cnn_core.network.presets import preset
from cnn_core.network.search import (
    LARGEST_KERNEL,
    layers_that_see,
    on_pictures,
    widened,
    widest_that_fits,
    windows_from_to,
)
from cnn_core.network.summary import summarize


def chain(length: int, kernel: int, stride: int, padding: str, stages: int) -> Network:
    layers = [Conv2D(1, (kernel, 1), strides=(stride, 1), padding=PaddingMode(padding)) for _ in range(stages)]
    return Network.of(Input((length, 1, 1)), *layers)


def test_seven_from_224_in_five_stages() -> None:
    found = windows_from_to(224, 7, 5)
    first = found[0]
    assert (first.window.kernel, first.window.stride) == (2, 2)
    assert first.lengths == (224, 112, 56, 28, 14, 7)
    # Any stride of 2 with `same` does it, whatever the kernel.
    assert {one.window.kernel for one in found if one.window.padding is PaddingMode.SAME} == set(range(3, 12))


@given(length=st.integers(1, 60), stages=st.integers(1, 4), data=st.data())
def test_all_are_found_and_each_is_right(length: int, stages: int, data: st.DataObject) -> None:
    wanted = data.draw(st.integers(1, length))
    found = {(one.window.kernel, one.window.stride): one for one in windows_from_to(length, wanted, stages)}
    for kernel in range(1, LARGEST_KERNEL + 1):
        for stride in range(1, kernel + 1):
            fits = [mode for mode in PaddingMode if reached(length, kernel, stride, mode, stages) == wanted]
            assert bool(fits) == ((kernel, stride) in found)
    assert [*found] == sorted(found)


def reached(length: int, kernel: int, stride: int, padding: str, stages: int) -> int | None:
    """Return the length that the summary of a network gives; None where a window does not fit."""
    try:
        return summarize(chain(length, kernel, stride, padding, stages)).rows[-1].output_shape[0]
    except NetworkError:
        return None


@given(st.integers(1, 120))
def test_layers_that_see_so_far_are_the_fewest(pixels: int) -> None:
    for reach in layers_that_see(pixels):
        for layers, sees in ((reach.layers, True), (reach.layers - 1, False)):
            if not layers:
                continue
            network = Network.of(Input((200, 200, 1)), *[Conv2D(1, reach.kernel, use_bias=False)] * layers)
            field = summarize(network).rows[-1].receptive_field
            assert field is not None
            assert (field.size[0] >= pixels) == sees
            if sees:
                assert field.size[0] == reach.receptive_field
                assert summarize(network).parameters == reach.weights


def test_three_small_kernels_see_what_a_large_one_sees_with_fewer_weights() -> None:
    """Simonyan and Zisserman, arXiv:1409.1556, section 2.3: 27 against 49 weights a pair of channels."""
    by_kernel = {reach.kernel: reach for reach in layers_that_see(7)}
    assert (by_kernel[3].weights, by_kernel[7].weights) == (27, 49)
    assert by_kernel[3].layers == 3


@pytest.mark.parametrize("key", ["mnist", "cats_dogs", "resnet_20", "mobilenet_v2"])
@pytest.mark.parametrize("most", [300_000, 1_000_000])
def test_the_widest_that_fits_is_the_widest(key: str, most: int) -> None:
    network = preset(key).make()
    times, wide = widest_that_fits(network, most)
    assert summarize(wide).parameters <= most < summarize(widened(network, times + 0.01)).parameters
    assert summarize(wide).rows[-1].output_shape == summarize(network).rows[-1].output_shape


def test_widened_once_it_is_the_same() -> None:
    network = preset("mobilenet_v2").make()
    assert widened(network, 1.0) == network
    grouped = widened(read_line("16x16x4-C8g4-GA-D10sm"), 1.7)
    assert summarize(grouped).rows[1].output_shape[-1] % 4 == 0


def test_what_is_refused() -> None:
    with pytest.raises(LayerError, match="never make a length longer"):
        windows_from_to(7, 224, 5)
    with pytest.raises(LayerError, match="1 to 100 stages"):
        windows_from_to(224, 7, 0)
    with pytest.raises(LayerError, match="receptive field"):
        layers_that_see(0)
    with pytest.raises(NetworkError, match="Even with the fewest filters"):
        widest_that_fits(read_line("28x28x1-F-D10sm"), 100)


@pytest.mark.parametrize("layers", ["C8-P2-C16s2-F-D10sm", "C8-P2-GA-D10sm"])
def test_on_larger_pictures_it_costs_what_a_network_for_these_does(layers: str) -> None:
    found = on_pictures(read_line(f"32x32x3-{layers}"), (64, 48))
    assert found is not None
    wanted = summarize(read_line(f"64x48x3-{layers}"))
    assert [row.cells() for row in found.rows] == [row.cells() for row in wanted.rows]


def test_only_convolutions_need_no_further_weights_for_4k() -> None:
    network = preset("mobilenet_v2").make()
    found = on_pictures(network, (2160, 3840))
    assert found is not None
    assert found.parameters == summarize(network).parameters == 3_538_984
    assert found.multiply_adds > 100 * summarize(network).multiply_adds


def test_without_one_picture_there_is_no_larger_one() -> None:
    assert on_pictures(Network.of(Input((10,)), Dense(5)), (64, 64)) is None


def test_what_fits_no_larger_picture_says_where() -> None:
    network = Network.of(Input((4, 4, 1)), Reshape((16, 1, 1)))
    found = on_pictures(network, (8, 8))
    assert found is not None
    assert found.error is not None
