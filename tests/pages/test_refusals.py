"""Whatever the core refuses is its sentence on the page, in whichever call, and never an exception."""

import inspect
import sys
from collections import Counter
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
from folders import ROOT
from running import no_exception
from streamlit.testing.v1 import AppTest

from cnn_core.errors import CnnError
from pages.ui import cached, questions
from pages.ui.design.parts.which import PARTS
from pages.ui.tasks.tasks import TASKS
from pages.ui.train.parts.which import PARTS as TRAIN_PARTS

SENTENCE = "The core refused this."
SPEAKING = ("cnn_core.sentences", "cnn_core.errors")
"""What says a refusal cannot be refused itself."""

MAP = {"model": "mnist", "picture": "digit_7", "layer": "conv2d"}
SCENES: dict[str, list[dict[str, str]]] = {
    "1_Feature_maps": [
        {**MAP, "ask": "why"},
        *({**MAP, "ask": panel, "surveyed": "True"} for panel in ("kernels", "statistics", "excite", "compare")),
        {**MAP, "layer": "dense", "ask": "kernels"},
        *({**MAP, "ask": "decision", "method": method} for method in ("grad_cam", "saliency")),
        {**MAP, "ask": "decision", "method": "occlusion", "patch": "14", "patch_stride": "14"},
    ],
    "2_Design_a_network": [{"part": part, "compared": "tiny_vgg"} for part in PARTS],
    "3_Convolution": [
        {"grid": "cut", "kernel": "learned", "open": "channels.picture.stacked.mixing.separable.transposed.dense"},
    ],
    "4_Pooling_and_stride": [
        {"reduced": "grid", "measured": "position", "study_open": "True"},
        {**MAP, "reduced": "map", "measured": "noise"},
    ],
    "7_Tasks": [
        *({"task": task.key} for task in TASKS),
        {"task": "instance", "instances_by": "boxed", "open": "coders.enlarging.photographs"},
        {"task_picture": "photograph", "task": "localization"},
    ],
    "5_Train": [{"train_part": part, "flip": "horizontal"} for part in TRAIN_PARTS],
}
"""Addresses of a page that open much of it."""

Place = tuple[ModuleType, str]


def calls() -> Iterator[Place]:
    """Yield every place in pages where a function of the core can be called: by its name, or by that of its module."""
    for module in [module for name, module in sys.modules.items() if name.startswith("pages.")]:
        for name, value in list(vars(module).items()):
            if inspect.ismodule(value) and value.__name__.startswith("cnn_core."):
                yield from ((value, inner) for inner, one in vars(value).items() if is_of_core(one))
            elif is_of_core(value):
                yield module, name


def is_of_core(value: Any) -> bool:
    home = getattr(value, "__module__", None) or ""
    return home.startswith("cnn_core.") and home not in SPEAKING and callable(value) and not inspect.isclass(value)


def opened(page: str, address: dict[str, str]) -> AppTest:
    """Return a page with nothing kept from before."""
    cached.forget_all()
    questions.WORKS.clear()
    at = AppTest.from_file(ROOT / "pages" / f"{page}.py", default_timeout=30)
    for name, value in {"lang": "en", **address}.items():
        at.query_params[name] = value
    return at.run()


def counted(function: Any, counts: Counter[Any], place: Place) -> Any:
    """Return a function that stands at a place instead of what is there; what hangs on that hangs on it too."""

    def called(*args: Any, **kwargs: Any) -> Any:
        counts[place] += 1
        return function(*args, **kwargs)

    vars(called).update(vars(getattr(*place)))
    return called


def refuse(*args: Any, **kwargs: Any) -> Any:
    raise CnnError(SENTENCE)


@pytest.mark.long
@pytest.mark.usefixtures("surveyed", "heat")
@pytest.mark.parametrize("page", SCENES)
def test_every_call_of_the_core_may_refuse(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses: dict[Place, dict[str, str]] = {}
    for address in SCENES[page]:
        no_exception(opened(page, address))
        called: Counter[Place] = Counter()
        with monkeypatch.context() as patch:
            for place in set(calls()):
                patch.setattr(*place, counted(getattr(*place), called, place))
            no_exception(opened(page, address))
        addresses = dict.fromkeys(called, address) | addresses
    silent = []
    for place, address in addresses.items():
        refused: Counter[Place] = Counter()
        with monkeypatch.context() as patch:
            patch.setattr(*place, counted(refuse, refused, place))
            at = opened(page, address)
        is_said = any("The core refused this" in error.value for error in at.error)
        if at.exception or (refused and not is_said):
            silent.append((place[0].__name__, place[1], [one.message for one in at.exception]))
    assert silent == []
    assert len(addresses) > 3
