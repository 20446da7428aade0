"""Streamlit's own words: they are those that it has, and reach the browser in the reader's language."""

import json
import re
from pathlib import Path

import pytest
import streamlit

from pages.ui.scripts import STREAMLITS_BEGINNINGS, STREAMLITS_WORDS, speak
from pages.ui.text import catalogue

BUNDLE = "".join(
    file.read_text(encoding="utf-8")
    for file in sorted((Path(streamlit.__file__).parent / "static" / "static" / "js").glob("*.js"))
)


@pytest.mark.parametrize("word", STREAMLITS_WORDS)
def test_streamlit_says_these_words(word: str) -> None:
    assert re.search(rf"[`'\"> ]{re.escape(word)}[`'\"]", BUNDLE)


@pytest.mark.parametrize("sentence", STREAMLITS_BEGINNINGS)
def test_streamlit_begins_a_sentence_so(sentence: str) -> None:
    first, last = re.split(r"\{\w+\}", sentence)
    assert re.search(re.escape(first or "}") + ".{0,10}" + re.escape(last if not first else "$"), BUNDLE)


def test_the_browser_gets_them_in_korean_and_none_in_english() -> None:
    korean = catalogue("ko")
    words, beginnings = (
        json.loads(found) for found in re.findall(r"(?:Map\(|beginnings = )(\[.*?\]\])", speak(korean.gettext))
    )
    assert dict(words)["Choose an option"] == korean.gettext("Choose an option")
    assert [to for _, to in beginnings] == ["파일당 $1", "적용하려면 $1 키를 누르세요"]
    assert (
        re.sub("^" + beginnings[0][0], beginnings[0][1].replace("$1", r"\1"), "20MB per file • PNG")
        == "파일당 20MB • PNG"
    )
    assert "new Map([]), beginnings = []" in speak(str)
