"""The course's lessons: their texts in every language, their tools, their right answers, the strip beside a tool."""

import re
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

import pytest
from folders import ROOT
from running import address_of, everything_said, no_exception, opened_anew
from streamlit.testing.v1 import AppTest

from pages.ui import state
from pages.ui.course import teaching, words
from pages.ui.course.lessons import LESSONS, STEPS, Step, read_lesson
from pages.ui.frame import PAGES

FOLDER = ROOT / "assets" / "lessons"
LANGUAGES = sorted(state.LANGUAGES)
RIGHT = {
    "operation.sum": 2,
    "operation.stride": 3,
    "operation.remainder": 1,
    "operation.padding": 2,
    "operation.handmade": 1,
    "operation.template": 1,
    "filters.kernels": 6,
    "filters.bias": 112,
    "filters.reach": 5,
    "filters.mixing": 16_448,
    "filters.enlarging": 9,
    "filters.dense": 2_500_000,
    "filters.moved": 2,
    "filters.place": 2,
    "pooling.window": 8,
    "pooling.learned": 0,
    "pooling.kept": 25,
    "pooling.noise": 1,
    "pooling.stride": 2,
    "neuron.sum": 0.6,
    "neuron.border": 0.5,
    "neuron.slope": 2,
    "neuron.hidden": 13,
    "network.parameters": 18_496,
    "network.heaviest": 2,
    "network.halving": 12_544,
    "network.pattern": 1,
    "network.sees": 78,
    "layers.maps": 10,
    "layers.kernels": 27,
    "layers.relu": 0,
    "layers.deeper": 14,
    "layers.decision": 100,
    "training.batches": 63,
    "training.augmentation": 36,
    "training.dropout": 0,
    "training.transfer": 1_281,
    "tasks.box": 7,
    "tasks.overlap": 0.33,
    "tasks.pixels": 16_384,
    "tasks.skips": 0,
}
"""Counted by hand, by the formulas of the courses."""

NUMBERS = count(1)
"""Of the links that were followed; in a session a page counts them."""

each_step = pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
each_language = pytest.mark.parametrize("language", LANGUAGES)


@each_language
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_lesson_has_its_steps_in_every_language(lesson: Any, language: str) -> None:
    text = read_lesson((FOLDER / language / "course" / f"{lesson.name}.md").read_text(encoding="utf-8"))
    english = read_lesson((FOLDER / "en" / "course" / f"{lesson.name}.md").read_text(encoding="utf-8"))
    assert len(text.steps) == len(lesson.steps)
    assert all(step.title and step.question and step.look and step.exactly for step in text.steps)
    assert [len(step.options) for step in text.steps] == [len(step.options) for step in english.steps]


@each_step
def test_every_step_opens_a_tool_that_is_there(step: Step) -> None:
    assert step.page in PAGES
    for name, said in parse_qsl(step.address.partition("?")[2]):
        kind: Any = state.ADDRESSED[name].kind
        assert kind.read(said) is not None, (name, said)


def front_door(file: str) -> None:
    """Do what app.py does before it runs a page, which an AppTest runs alone; then run this page."""
    import runpy

    from folders import ROOT

    from pages.ui import state
    from pages.ui.course import strip
    from pages.ui.frame import PAGES, configure, navigation

    state.begin_run()
    configure()
    state.FRONT_DOOR.set(True)
    navigation()
    strip.draw(next(page for page in PAGES if page.file == file))
    runpy.run_path(str(ROOT / file))


def opened_tool(step: Step) -> AppTest:
    """Open a step as its link does."""
    at = AppTest.from_function(front_door, default_timeout=300, kwargs={"file": step.page.file})
    at.query_params["lang"] = "en"
    return led_to(at, step)


def led_to(at: AppTest, step: Step) -> AppTest:
    """Follow a step's link in a session that is open."""
    at.kwargs = {"file": step.page.file}
    at.query_params.clear()
    at.query_params.update(step.query | {state.ANEW: str(next(NUMBERS))})
    no_exception(at.run())
    as_the_browser_shows_it = address_of(at)
    at.query_params.clear()
    at.query_params.update(as_the_browser_shows_it)
    return at


def answered(at: AppTest, step: Step, answer: float) -> AppTest:
    """Answer a step by the field that it has."""
    key = f"answer_{step.name}_field"
    choices = [radio for radio in at.radio if radio.key == key]
    field: Any = choices[0] if choices else at.number_input(key=key)
    return no_exception(field.set_value(answer).run())


@pytest.mark.usefixtures("here", "heat", "surveyed")
@each_step
def test_the_right_answer_is_that_of_the_tool_as_it_is_set_up(step: Step) -> None:
    at = answered(opened_tool(step), step, RIGHT[step.name])
    assert at.success, [warning.value for warning in at.warning]
    assert step.name in at.session_state[state.PROGRESS.name]


def test_a_wrong_answer_is_not_yet_done_and_can_be_shown() -> None:
    step = STEPS["operation.stride"]
    at = answered(opened_tool(step), step, 5)
    assert len(at.warning) == 1
    assert not at.session_state[state.PROGRESS.name]
    no_exception(at.button(key="course_show_answer").click().run())
    assert "3" in at.info[0].value
    assert step.name in at.session_state[state.PROGRESS.name]


def test_the_answer_follows_what_the_reader_sets_up() -> None:
    step = STEPS["operation.stride"]
    at = opened_tool(step)
    no_exception(at.number_input(key="rows_widget").set_value(11).run())
    assert len(answered(at, step, 5).success) == 1


def test_a_question_that_does_not_fit_is_said() -> None:
    step = STEPS["operation.stride"]
    at = opened_tool(step)
    at.session_state[state.PADDING.name] = "explicit"
    assert len(answered(at, step, 3).error) == 1


def test_a_link_sets_its_tool_up_whatever_was_there_before() -> None:
    at = opened_tool(STEPS["operation.remainder"])
    assert at.session_state[state.STRIDE_DOWN.name] == 3
    led_to(at, STEPS["operation.padding"])
    assert at.session_state[state.STRIDE_DOWN.name] == 1
    assert at.session_state[state.LESSON.name] == "operation.padding"
    assert state.ANEW not in at.query_params


def test_a_link_to_another_page_leaves_the_design_alone() -> None:
    at = opened_tool(STEPS["network.halving"])
    led_to(at, STEPS["operation.padding"])
    assert at.session_state[state.DESIGN_PRESET.name] == "cats_dogs"


def test_the_lesson_stays_in_the_address_until_it_is_closed() -> None:
    at = opened_tool(STEPS["filters.bias"])
    assert at.query_params[state.LESSON.name] == "filters.bias"
    assert "step 2 of 8" in everything_said(at)
    no_exception(at.button(key="lesson_close").click().run())
    assert state.LESSON.name not in address_of(at)
    assert "step 2 of 8" not in everything_said(at)


def test_a_name_of_no_step_shows_no_lesson() -> None:
    at = AppTest.from_function(front_door, default_timeout=300, kwargs={"file": "pages/3_Convolution.py"})
    at.query_params.update({"lang": "en", "lesson": "nothing.at.all"})
    no_exception(at.run())
    assert [title.value for title in at.title] == ["Convolution"]


def opened_course(**query: str) -> AppTest:
    at = AppTest.from_function(front_door, default_timeout=300, kwargs={"file": "pages/0_Course.py"})
    at.query_params.update({"lang": "en", **query})
    return no_exception(at.run())


def test_the_page_leads_on_where_the_reader_stopped() -> None:
    at = opened_course()
    assert "Start here: The operation" in everything_said(at)
    at.session_state[state.PROGRESS.name] = frozenset(["operation.sum"])
    no_exception(at.run())
    assert "Go on: The operation · A stride of 2" in everything_said(at)


@each_language
def test_words_say_where_to_see_them(language: str) -> None:
    table = words.read_words((FOLDER / language / "course" / "words.md").read_text(encoding="utf-8"))
    english = words.read_words((FOLDER / "en" / "course" / "words.md").read_text(encoding="utf-8"))
    assert [word.address for word in table] == [word.address for word in english]
    known = {page.address for page in PAGES}
    assert {word.address.partition("?")[0] for word in table} <= known
    assert len({word.name for word in table}) == len(table) > 20


@pytest.mark.parametrize(
    "word", ["특징 맵", "특징지도", "피처맵", "수용장", "수용적 분야", "FC", "데이터 증식", "지역화"]
)
def test_the_courses_own_words_are_found(word: str) -> None:
    at = opened_course(lang="ko")
    no_exception(at.text_input(key="course_search_field").set_value(word).run())
    assert word in everything_said(at)
    assert not at.info


def test_a_search_finds_lessons_claims_words_and_layers() -> None:
    at = opened_course(sought_word="Padding")
    assert [header.value for header in at.header] == [
        "Lessons",
        "What the courses claim",
        "Glossary",
        "Kinds of layers",
    ]
    no_exception(at.text_input(key="course_search_field").set_value("qqqq").run())
    assert len(at.info) == 1


def test_a_search_leaves_spaces_out() -> None:
    """Korean writes 특징 맵 and 특징맵, and people type either."""
    at = opened_course(lang="ko", sought_word="특징맵")
    assert "특징 맵" in everything_said(at)
    assert not at.info


@each_language
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_every_lesson_has_a_sheet(lesson: Any, language: str) -> None:
    at = opened_course(lang=language, sheet=lesson.name)
    assert len(at.subheader) == len(lesson.steps)
    assert at.get("image")


def test_the_links_for_a_class_open_their_steps() -> None:
    links = re.findall(r"^/(\S+)", teaching.links(), re.MULTILINE)
    assert [dict(parse_qsl(link.partition("?")[2]))["lesson"] for link in links] == list(STEPS)


@pytest.mark.parametrize("large", [True, False])
def test_large_type_holds_beside_the_tools_too(large: bool) -> None:
    at = opened_anew("pages/6_Neuron.py", large_type=str(large))
    assert any("html { font-size: 130%" in html.proto.body for html in at.get("html")) is large
