"""Every page launches, through the front door and by itself, and none brings TensorFlow into Streamlit's process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qsl

import pytest
import streamlit as st
from folders import ROOT
from running import no_exception, run_page

from cnn_core.models.bundled import bundled_network
from pages.ui import cached, components, compute, frame, state, text, waiting
from pages.ui.home.questions import QUESTIONS
from pages.ui.messages import UndrawnError

PAGES = sorted(f"pages/{file.name}" for file in (ROOT / "pages").glob("*.py"))
# h5py may come: it reads the weights of bundled models, never a file of the reader's, which a sandbox reads.
HEAVY = {"tensorflow", "keras"}

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: Path(page).stem)

# Launches every page as the front door does and waits for what its workers answer; launches it by itself in both
# languages; prints what the process has loaded.
LAUNCH_ALL = """
import json, sys
from streamlit.testing.v1 import AppTest
from folders import ROOT
from running import no_exception

door = no_exception(AppTest.from_file(ROOT / "app.py", default_timeout=120).run())
for page in sys.argv[1:]:
    no_exception(door.switch_page(page).run())
    for language in ("en", "ko"):
        alone = AppTest.from_file(ROOT / page, default_timeout=120)
        alone.query_params["lang"] = language
        no_exception(alone.run())
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@pytest.fixture
def no_workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no worker start; a page that asks one ends where it would wait."""

    def never(*asked: Any, **more: Any) -> Future[Any]:
        return Future()

    def end(*asked: Any) -> NoReturn:
        raise UndrawnError

    monkeypatch.setattr(compute, "start", never)
    monkeypatch.setattr(compute.Workers, "submit", never)
    monkeypatch.setattr(waiting, "_wait", end)
    yield
    cached.forget_all()


def test_front_door_knows_every_page() -> None:
    """In the order of the courses, which is not that of the files' names."""
    assert sorted(page.file for page in frame.PAGES) == PAGES
    assert frame.PAGES[:2] == (frame.HOME, frame.COURSE)


def test_the_workers_start_behind_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """They take all processors for a while, which the first page needs more."""
    monkeypatch.setattr(compute, "start", lambda *asked: st.markdown("The workers start."))
    drawn = [element.value for element in run_page("app.py").markdown]
    assert drawn.index("The workers start.") == len(drawn) - 1 > 0


@pytest.mark.parametrize("record", frame.PAGES, ids=lambda record: record.path.stem)
@pytest.mark.parametrize("language", state.LANGUAGES)
@pytest.mark.usefixtures("no_workers")
def test_header_is_drawn_from_the_record(record: frame.PageRecord, language: str) -> None:
    at = run_page(record.file, lang=language)
    said = text.catalogue(language).gettext
    assert at.title[0].value == ("ConvScope" if record is frame.HOME else said(record.title))
    # A page that fits a screen has no room for it: the home page says it.
    shown = [element.value for element in at.markdown[:1]]
    assert (shown == [said(record.claim)]) is not record.fits_screen


def test_home_has_a_card_for_every_other_page() -> None:
    at = run_page("pages/Home.py", lang="en")
    others = [page for page in frame.PAGES if page is not frame.HOME]
    links = [link for link in at.get("page_link") if link.proto.label.startswith("**")][1:]
    assert [(link.proto.label, link.proto.icon) for link in links] == [
        (f"**{page.title}**", page.icon) for page in others
    ]
    shown = "\n".join(element.value for element in at.markdown)
    assert all(page.claim in shown for page in others)


def test_home_leads_to_the_course_and_to_answers_in_one_click() -> None:
    at = run_page("pages/Home.py", lang="en")
    start, *asked = [link.proto for link in at.get("page_link")][: 1 + len(QUESTIONS)]
    assert (start.label, start.page) == ("**Start here**", frame.COURSE.address)
    for link, question in zip(asked, QUESTIONS, strict=True):
        page, _, said = question.address.partition("?")
        assert (link.label, link.page) == (question.text, page)
        assert dict(parse_qsl(said)).items() < dict(parse_qsl(link.query_string)).items()


@pytest.mark.usefixtures("no_workers")
def test_home_begins_with_a_network_and_what_it_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a worker: what is shown is recorded."""
    drawn: list[dict[str, Any]] = []
    monkeypatch.setattr(components, "network", lambda data, **handlers: drawn.append(data | handlers))
    run_page("pages/Home.py", lang="en")
    (data,) = drawn
    assert (data["mode"], data["sends"], data["selected"]) == ("whole", True, "")
    assert [node["id"] for node in data["nodes"]] == [named.name for named in bundled_network("cifar10").layers]
    assert all(node["picture"] for node in data["nodes"][:-1])
    assert sum(bar["share"] for bar in data["classes"]) == pytest.approx(1)


@each_page
@pytest.mark.usefixtures("no_workers")
def test_page_launches_through_the_front_door(page: str) -> None:
    at = no_exception(run_page("app.py").switch_page(page).run())
    assert len(at.title) == 1


@each_page
@pytest.mark.parametrize("language", state.LANGUAGES)
@pytest.mark.usefixtures("no_workers")
def test_page_launches_by_itself(page: str, language: str) -> None:
    assert len(run_page(page, lang=language).title) == 1


@pytest.mark.keras
def test_pages_launch_with_workers_and_keep_tensorflow_out_of_streamlits_process() -> None:
    asked = subprocess.run(
        [sys.executable, "-c", LAUNCH_ALL, *PAGES],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert asked.returncode == 0, asked.stderr[-4000:]
    loaded = set(json.loads(asked.stdout.splitlines()[-1]))
    assert "streamlit" in loaded
    assert not HEAVY & loaded
