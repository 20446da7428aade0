"""The table of the courses' claims in step with the app: every state opens, and what a row promises stands there."""

import re
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import pytest
from folders import ROOT
from running import everything_said, opened_anew

from pages.ui import state
from pages.ui.frame import PAGES

TEXT = (ROOT / "docs" / "course.md").read_text(encoding="utf-8")
CELLS = re.compile(r"(?<!\\)\|")
SPAN = re.compile(r"`([^`]+)`")
FILES = {page.address: page.file for page in PAGES}


def rows() -> list[list[str]]:
    """Return the rows of all tables: id, claim, where, found there, more exactly."""
    lines = [line for line in TEXT.splitlines() if line.startswith("| K")]
    return [[cell.strip().replace("\\|", "|") for cell in CELLS.split(line)[1:-1]] for line in lines]


ROWS = rows()
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
    return everything_said(opened_anew(FILES[page], **dict(parse_qsl(query))))


@pytest.mark.usefixtures("here", "heat", "surveyed")
@pytest.mark.parametrize("address", STATES)
def test_what_the_rows_promise_is_found(address: str) -> None:
    promised = [(row[0], text) for row in ROWS if address in SPAN.findall(row[2]) for text in SPAN.findall(row[3])]
    said = said_at(address)
    assert [(row, text) for row, text in promised if text not in said] == []
