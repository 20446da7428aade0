"""Two networks beside one another."""

from hypothesis import given
from strategies import fitting_networks

from cnn_core.network.compare import Difference, align
from cnn_core.network.line import read_line
from cnn_core.network.network import Network
from cnn_core.network.presets import preset
from cnn_core.network.summary import Summary, summarize


def of(line: str) -> Summary:
    return summarize(read_line(line))


def told(left: str, right: str) -> list[tuple[str, str, Difference]]:
    return [
        (pair.left.name if pair.left else "", pair.right.name if pair.right else "", pair.difference)
        for pair in align(of(left), of(right))
    ]


def test_a_layer_more() -> None:
    pairs = told("8x8x3-C8-P2-F-D10sm", "8x8x3-C8-C16-P2-F-D10sm")
    assert pairs[:4] == [
        ("input", "input", Difference.NONE),
        ("conv2d", "conv2d", Difference.NONE),
        ("", "conv2d_1", Difference.ONLY_RIGHT),
        # The same layer, but it sees more of the picture now.
        ("max_pooling2d", "max_pooling2d", Difference.FIGURES),
    ]
    assert [pair[:2] for pair in pairs[4:]] == [("flatten", "flatten"), ("dense", "dense")]


def test_another_setting_and_what_follows_from_it() -> None:
    pairs = align(of("8x8x3-C8-P2-F-D10sm"), of("8x8x3-C16k5-P2-F-D10sm"))
    assert [pair.difference for pair in pairs] == [
        Difference.NONE,
        Difference.SETTINGS,
        Difference.FIGURES,
        Difference.FIGURES,
        Difference.FIGURES,
    ]
    assert [(one.setting, one.left, one.right) for one in pairs[1].changed] == [
        ("filters", 8, 16),
        ("kernel_size", (3, 3), (5, 5)),
    ]
    assert pairs[2].changed == ()


def test_one_kind_for_another() -> None:
    assert told("8x8x3-C8-P2-D3", "8x8x3-C8-A2-D3")[2] == ("max_pooling2d", "average_pooling2d", Difference.KIND)
    assert told("8x8x3-F-D10sm", "9x9x3-F-D10sm")[0] == ("input", "input", Difference.SETTINGS)


def test_remedies_of_the_course_are_what_differs() -> None:
    """Course 001 adds augmentation before the network and a dropout in it; all other layers are its own."""
    plain, cured = (summarize(preset(key).make()) for key in ("cats_dogs", "cats_dogs_augmented"))
    pairs = align(plain, cured)
    alone = [pair.right.kind for pair in pairs if pair.right and pair.difference is Difference.ONLY_RIGHT]
    assert alone == ["RandomFlip", "RandomRotation", "RandomZoom", "Dropout"]
    assert {pair.difference for pair in pairs} == {Difference.NONE, Difference.ONLY_RIGHT}


@given(fitting_networks(), fitting_networks())
def test_every_layer_stands_in_one_pair_in_its_order(left: Network, right: Network) -> None:
    ours, theirs = summarize(left), summarize(right)
    pairs = align(ours, theirs)
    assert [pair.left for pair in pairs if pair.left] == list(ours.rows)
    assert [pair.right for pair in pairs if pair.right] == list(theirs.rows)
    assert all(pair.left or pair.right for pair in pairs)


@given(fitting_networks())
def test_a_network_differs_in_nothing_from_itself(network: Network) -> None:
    summary = summarize(network)
    assert {pair.difference for pair in align(summary, summary)} == {Difference.NONE}
