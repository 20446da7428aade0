"""Curves as SVG: each value at its height, names as text."""

import re
from xml.etree import ElementTree

import numpy as np

from cnn_core.drawing.curves import curves_svg

SVG = "{http://www.w3.org/2000/svg}"


def points(line: ElementTree.Element) -> np.ndarray:
    return np.array([[float(number) for number in pair.split(",")] for pair in line.attrib["points"].split()])


def test_a_value_stands_at_its_height_between_the_marks() -> None:
    places = np.linspace(-1, 1, 5)
    svg = ElementTree.fromstring(curves_svg(places, {"half": np.full(5, 0.5), "far": 9 * places}, 0, 1, (0, 1)))
    half, _, far, _ = (points(line) for line in svg.iter(f"{SVG}polyline"))
    low, high = (float(re.findall(r"[\d.]+", path.attrib["d"])[1]) for path in list(svg.iter(f"{SVG}path"))[:2])
    np.testing.assert_allclose(half[:, 1], (low + high) / 2, atol=0.1)
    np.testing.assert_allclose(far[[0, -1], 1], [low, high], atol=0.1)
    assert np.allclose(np.diff(half[:, 0]), np.diff(half[:, 0])[0], atol=0.11)


def test_a_name_is_no_markup() -> None:
    svg = ElementTree.fromstring(curves_svg(np.arange(2.0), {"<b>&": np.zeros(2)}, 0, 1, ()))
    assert "<b>&" in [text.text for text in svg.iter(f"{SVG}text")]
