"""What the courses claim, each with the state of the app that shows it: the rows of `docs/course.md`."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import streamlit as st

from pages.ui import state
from pages.ui.frame import page_at
from pages.ui.text import _, lesson

_TABLE = Path(__file__).parents[3] / "docs" / "course.md"
_STYLE = """<style>
.st-key-claims_part { padding: 0.9rem 1.1rem; }
.st-key-claims_part > [data-testid="stElementContainer"] [data-testid="stWidgetLabel"] p { font-size: 1rem; }
.st-key-claims [data-testid="stCaptionContainer"] { margin: -0.4rem 0 0 2.4rem; }
.st-key-claims [data-testid="stPageLink"] :is(a, p) { white-space: normal; height: auto; }
</style>"""
_CELLS = re.compile(r"(?<!\\)\|")


class Claim(NamedTuple):
    """A claim; `number` begins with its course's, `exactly` says more where the course is imprecise.

    Attributes:
        address: the state of the app that shows it, a page and what stands behind its `?`.
        found: words or numbers that stand there, between backticks.
    """

    number: str
    said: str
    address: str
    found: str
    exactly: str


def rows_of(text: str) -> list[list[str]]:
    """Return the cells of all rows of Markdown tables whose first cell is a claim's number."""
    lines = [line for line in text.splitlines() if line.startswith("| K")]
    return [[cell.strip().replace("\\|", "|") for cell in _CELLS.split(line)[1:-1]] for line in lines]


@cache
def english() -> dict[str, Claim]:
    """Return all claims by their numbers, in the courses' order."""
    claims = (
        Claim(number, said, where.strip("`"), found, exactly)
        for number, said, where, found, exactly in rows_of(_TABLE.read_text(encoding="utf-8"))
    )
    return {claim.number: claim for claim in claims}


def all_claims() -> list[Claim]:
    """Return all claims in the reader's language; in English where they are not translated."""
    if state.LANGUAGE.get() == "en":
        return list(english().values())
    translated = {number: (said, exactly) for number, said, exactly in rows_of(lesson("course/claims"))}
    return [
        claim._replace(said=said, exactly=exactly)
        for claim in english().values()
        for said, exactly in [translated.get(claim.number, (claim.said, claim.exactly))]
    ]


def draw() -> None:
    """Draw what each course claims, once one is chosen: from the home page a claim is three clicks away."""
    with st.container(border=True, gap="small", key="claims_part"):
        st.html(_STYLE)
        st.segmented_control(
            _("What the courses claim, one by one"),
            state.COURSES,
            format_func=lambda course: _("Course {number}").format(number=int(course[1:]) + 1),
            **state.field("claims_of", state.CLAIMS_OF.get(), state.CLAIMS_OF.set),
        )
        chosen = state.CLAIMS_OF.get()
        if chosen is None:
            return
        with st.container(gap="xsmall", key="claims"):
            for claim in all_claims():
                if claim.number.startswith(chosen):
                    draw_claim(claim)


def draw_claim(claim: Claim) -> None:
    """Draw a link that sets up what shows a claim, and what is more exact."""
    page = page_at(claim.address)
    st.page_link(page.path, label=claim.said, icon=page.icon, query_params=state.link(claim.address))
    if claim.exactly:
        st.caption(_("More precisely: {remark}").format(remark=claim.exactly))
