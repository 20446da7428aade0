"""The table of the courses' claims in step with the app: every state opens, and what a row promises stands there."""

import re
from functools import cache, reduce
from typing import Any
from urllib.parse import parse_qsl

import pytest
from folders import ROOT
from running import everything_said, opened_anew

from pages.ui import state
from pages.ui.course.claims import rows_of
from pages.ui.frame import PAGES

SPAN = re.compile(r"`([^`]+)`")
FILES = {page.address: page.file for page in PAGES}
PROSE = [file.read_text(encoding="utf-8").strip() for file in (ROOT / "assets" / "lessons" / "en").glob("*.md")]
"""What pages say below their tools: a claim is to be seen, not only told there once more."""


ROWS = rows_of((ROOT / "docs" / "course.md").read_text(encoding="utf-8"))
STATES = sorted({address for row in ROWS for address in SPAN.findall(row[2])})


def test_every_claim_has_one_row() -> None:
    identifiers = [row[0] for row in ROWS]
    assert len(identifiers) == len(set(identifiers)) > 50
    assert all(len(row) == 5 and row[1] and SPAN.search(row[2]) and SPAN.search(row[3]) for row in ROWS)


def test_every_address_says_what_the_app_takes() -> None:
    """What the app does not know it would pass over in silence."""
    wrong = []
    for address in STATES:
        page, _, query = address.partition("?")
        names = dict(parse_qsl(query, strict_parsing=bool(query)))
        unknown = [name for name, text in names.items() if not says_something(name, text)]
        if page not in FILES or unknown:
            wrong.append((address, unknown))
    assert wrong == []


def says_something(name: str, text: str) -> bool:
    """Say whether an address with this sets something to another value than the one it has anyway."""
    key: Any = state.ADDRESSED.get(name)
    return key is not None and key.kind.read(text) is not None


@cache
def said_at(address: str) -> str:
    page, _, query = address.partition("?")
    said = everything_said(opened_anew(FILES[page], **dict(parse_qsl(query))))
    return reduce(lambda rest, prose: rest.replace(prose, ""), PROSE, said)


@pytest.mark.usefixtures("here", "heat", "surveyed")
@pytest.mark.parametrize("address", STATES)
def test_what_the_rows_promise_is_found(address: str) -> None:
    promised = [(row[0], text) for row in ROWS if address in SPAN.findall(row[2]) for text in SPAN.findall(row[3])]
    said = said_at(address)
    assert [(row, text) for row, text in promised if text not in said] == []


@pytest.mark.parametrize("language", [language for language in state.LANGUAGES if language != "en"])
def test_every_claim_is_said_in_every_language(language: str) -> None:
    text = (ROOT / "assets" / "lessons" / language / "course" / "claims.md").read_text(encoding="utf-8")
    translated = {row[0]: row for row in rows_of(text)}
    assert list(translated) == [row[0] for row in ROWS]
    for number, _claim, _where, _found, exactly in ROWS:
        assert len(translated[number]) == 3
        assert translated[number][1]
        assert bool(translated[number][2]) == bool(exactly), number


@cache
def claims_from_home(course: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Return where the claims of a course lead, after two clicks: Home's card of the course, and this one there."""
    card = next(link.proto for link in opened_anew("pages/Home.py").get("page_link") if "Course" in link.proto.label)
    at = opened_anew(FILES[card.page], claims_of=course)
    offered = at.segmented_control(key="claims_of_field")
    assert f"Course {int(course[1:]) + 1}" in offered.options
    links = [link.proto for link in at.get("page_link")]
    return {link.label: (link.page, dict(parse_qsl(link.query_string))) for link in links}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_claim_is_three_clicks_from_home(row: list[str]) -> None:
    """Home, Course, one of the courses, and the claim's link, which sets up what shows it."""
    number, claim, where = row[:3]
    page, _, query = SPAN.findall(where)[0].partition("?")
    link_page, link_query = claims_from_home(number[:2])[claim]
    assert link_page == page
    assert dict(parse_qsl(query)).items() <= link_query.items()
