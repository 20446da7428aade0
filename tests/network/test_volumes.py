"""A network as volumes: lengths follow the numbers, nothing lies on anything else, names are text."""

from itertools import combinations
from math import sqrt
from xml.etree import ElementTree as Xml

import pytest

from cnn_core.layers import Add, Conv2D, Dense, Flatten, Group, Input
from cnn_core.network.network import NamedLayer, Network
from cnn_core.network.presets import PRESETS, preset
from cnn_core.network.summary import summarize, summarize_so_far
from cnn_core.network.volumes import Scale, block_svg, sides, volumes_svg

SVG = "{http://www.w3.org/2000/svg}"


def drawn(network: Network, scale: Scale = Scale.ROOT, width: float = 1160) -> Xml.Element:
    return Xml.fromstring(volumes_svg(summarize(network).rows, scale, width=width))


def fronts(svg: Xml.Element) -> list[tuple[float, float, float, float]]:
    """Return (x, y, width, height) of what is in front of each layer or block: the last rectangle of its group."""
    rects = [group.findall(f"{SVG}rect")[-1] for group in svg.iter(f"{SVG}g")]
    return [tuple(float(rect.attrib[side]) for side in ("x", "y", "width", "height")) for rect in rects]  # type: ignore[misc]


def texts(svg: Xml.Element) -> list[str]:
    return [text.text or "" for text in svg.iter(f"{SVG}text")]


def test_heights_follow_the_maps_and_widths_the_channels() -> None:
    network = Network.of(Input((64, 64, 4)), Conv2D(16, 3, strides=(4, 4), padding="same"))
    for scale, ratio in ((Scale.TRUE, 4.0), (Scale.ROOT, 2.0), (Scale.NONE, 1.0)):
        (_, _, narrow, high), (_, _, wide, low) = fronts(drawn(network, scale))
        assert high / low == pytest.approx(ratio, rel=0.02)
        assert wide / narrow == pytest.approx(ratio, rel=0.02)


def test_depth_is_the_width_of_the_map_and_a_column_is_as_high_as_its_values_are_many() -> None:
    tall, column, few = sides([(100, 25, 3), (900,), (9,)], Scale.ROOT)
    assert tall.height / tall.depth == pytest.approx(sqrt(100 / 25))
    assert column.height / few.height == pytest.approx(sqrt(900 / 9))
    assert column.width == few.width


@pytest.mark.parametrize("scale", Scale)
@pytest.mark.parametrize("key", [known.key for known in PRESETS])
def test_every_preset_is_drawn_within_its_frame_and_nothing_lies_on_anything(key: str, scale: Scale) -> None:
    svg = drawn(preset(key).make(), scale)
    width, height = (float(number) for number in svg.attrib["viewBox"].split()[2:])
    boxes = fronts(svg)
    assert 5 < len(boxes) <= 40
    assert all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in boxes)
    for (x, y, w, h), (other_x, other_y, other_w, other_h) in combinations(boxes, 2):
        assert x + w <= other_x or other_x + other_w <= x or y + h <= other_y or other_y + other_h <= y
    ends = [point for line in svg.iter(f"{SVG}polyline") for point in line.attrib["points"].split()]
    assert all(0 <= float(point.split(",")[0]) <= width for point in ends)


def test_branches_have_an_edge_each() -> None:
    network = Network(
        (
            NamedLayer("a", Input((9, 9, 4))),
            NamedLayer("b", Conv2D(4, 3, padding="same")),
            NamedLayer("c", Conv2D(4, 3, padding="same"), ("a",)),
            NamedLayer("d", Add(), ("b", "c")),
        )
    )
    assert len(list(drawn(network).iter(f"{SVG}polyline"))) == 4


def test_a_name_is_text_whatever_it_is() -> None:
    name = '<script>"&'
    svg = drawn(Network((NamedLayer(name, Input((9, 9, 4))), NamedLayer("합성곱", Flatten()))))
    assert name in texts(svg)
    assert "합성곱" in texts(svg)
    assert not list(svg.iter(f"{SVG}script"))


def test_a_narrow_screen_gets_more_lines() -> None:
    wide, narrow = (drawn(preset("vgg16").make(), width=width) for width in (1160, 400))
    assert float(narrow.attrib["width"]) < 0.5 * float(wide.attrib["width"])
    assert float(narrow.attrib["height"]) > float(wide.attrib["height"])


def test_what_fits_of_a_wrong_network_is_drawn() -> None:
    summary = summarize_so_far(Network.of(Input((9, 9, 4)), Conv2D(4, 40), Dense(3)))
    assert "9×9×4" in texts(Xml.fromstring(volumes_svg(summary.rows)))
    Xml.fromstring(volumes_svg(()))


def test_a_block_names_its_three_sides_in_their_lengths() -> None:
    svg = Xml.fromstring(block_svg((28, 7, 32), Group.CONVOLUTION, ("height", "width", "channels")))
    assert texts(svg) == ["height 28", "width 7", "channels 32"]
    (box,) = sides([(28, 7, 32)], Scale.ROOT)
    assert fronts(svg)[0][2:] == pytest.approx((box.width, box.height), abs=0.1)
    assert box.depth / box.height == pytest.approx(sqrt(7 / 28))


def test_a_name_of_wide_letters_begins_within_the_picture() -> None:
    svg = Xml.fromstring(block_svg((28, 7, 32), Group.CONVOLUTION, ("높이", "너비", "채널")))
    name = next(svg.iter(f"{SVG}text"))
    assert name.attrib["text-anchor"] == "end"
    assert float(name.attrib["x"]) > 12 * len("높이") + 6 * len(" 28")
