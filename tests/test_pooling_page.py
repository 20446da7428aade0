"""The page "Pooling and stride": every input, every way, odd windows, the claims' sentences, the network's columns."""

import json
from typing import Any

import numpy as np
import pytest
import streamlit as st
from conftest import no_exception, run_page
from streamlit.testing.v1 import AppTest

from cnn_core.downsampling import Way, replaced
from cnn_core.grids import named_grid
from cnn_core.presets import preset
from cnn_core.reductions import Reduction, reduced
from cnn_core.shapes import Window
from cnn_core.summary import summarize
from pages.ui import components

PAGE = "pages/4_Pooling_and_stride.py"


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    told: dict[str, Any] = {}
    monkeypatch.setattr(
        components, "stage", lambda data, key, **functions: told.update({key: json.loads(json.dumps(data))})
    )
    st.cache_resource.clear()
    return told


def text_of(at: AppTest) -> str:
    return "\n".join(element.value for element in [*at.markdown, *at.caption, *at.info, *at.error])


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("source", ["grid", "picture"])
def test_it_opens(stages: dict[str, Any], source: str, language: str) -> None:
    at = no_exception(run_page(PAGE, reduced=source, lang=language))
    assert not at.error
    assert stages["way_stage"]["pooling"] == "max"


@pytest.mark.parametrize("way", list(Reduction))
def test_every_way_is_looked_into(stages: dict[str, Any], way: Reduction) -> None:
    no_exception(run_page(PAGE, reduced="grid", way=str(way), rows="8", columns="8"))
    x = named_grid("noise", 8, 8)[:, :, np.newaxis]
    shown = np.array(stages["way_stage"]["output"][0])
    if way is Reduction.BLUR_MAX:
        wanted = np.lib.stride_tricks.sliding_window_view(x[:, :, 0], (2, 2)).max((2, 3))
    else:
        wanted = reduced(x, way, (Window(2, 2), Window(2, 2)), np.array([[-0.5, 0.5]] * 2))[:, :, 0]
    np.testing.assert_allclose(shown, wanted)


def test_equal_ways_are_said_to_be_equal(stages: dict[str, Any]) -> None:
    text = text_of(no_exception(run_page(PAGE, reduced="picture")))
    for sentence in ("with a constant kernel", "average pooling times 4", "with a window of 1"):
        assert f"{sentence}: the same here, to rounding." in text
    padded = text_of(no_exception(run_page(PAGE, reduced="grid", pool_padding="same", pool_down="3", pool_across="3")))
    assert "with a constant kernel: differs by up to" in padded


def test_sizes_and_costs(stages: dict[str, Any]) -> None:
    text = text_of(no_exception(run_page(PAGE, reduced="grid", rows="9", columns="9", pool_down="3", pool_across="3")))
    assert "(9 + 2·0 − 3) / 2 + 1 = 4" in text
    assert f"| Max pooling | 4×4 | 0 | 0 | 0 | {16 * 8} |" in text


def test_windows_that_do_not_fit_are_one_sentence(stages: dict[str, Any]) -> None:
    at = no_exception(run_page(PAGE, reduced="grid", rows="2", columns="2", pool_down="5"))
    assert "larger than its input" in text_of(at)
    assert "In a network" in [header.value for header in at.header]


def test_overlapping_windows_and_unequal_axes(stages: dict[str, Any]) -> None:
    at = no_exception(
        run_page(PAGE, reduced="grid", pool_down="3", pool_across="2", step_down="1", step_across="2", columns="9")
    )
    assert not at.error
    assert (len(stages["way_stage"]["output"][0]), len(stages["way_stage"]["output"][0][0])) == (5, 4)


@pytest.mark.parametrize(
    "query", [{"way": "x"}, {"reduced_grid": "x"}, {"replaced": "x"}, {"noise": "nan"}, {"reduced": "x"}]
)
def test_unknown_choices_fall_back(stages: dict[str, Any], query: dict[str, str]) -> None:
    assert not no_exception(run_page(PAGE, **{"reduced": "grid", **query})).error


@pytest.mark.parametrize("key", ["mnist", "vgg16", "resnet_20"])
def test_a_network_in_columns(stages: dict[str, Any], key: str) -> None:
    text = text_of(no_exception(run_page(PAGE, reduced="grid", replaced=key)))
    network = preset(key).make()
    figures = [summarize(network).parameters, *(summarize(replaced(network, way)).parameters for way in Way)]
    assert " | ".join(f"{figure:,}" for figure in figures) in text


def test_the_study_is_shown_with_its_spread(stages: dict[str, Any]) -> None:
    text = text_of(no_exception(run_page(PAGE, reduced="grid")))
    assert "Fashion-MNIST" in text
    assert "±" in text
    assert "1412.6806" in text
    assert "1904.11486" in text
