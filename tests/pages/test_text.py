"""Catalogues load, translations keep their fields, what is missing is English, and every sentence is in reach."""

import ast
import gettext
import string
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from folders import ROOT
from running import run_page

from cnn_core.errors import LayerError, NetworkError
from pages.ui import state, text
from pages.ui.address import Choice
from pages.ui.languages import offered

CATALOGUES = ROOT / "assets" / "catalogues"
OTHERS = [language for language in state.LANGUAGES if language != "en"]
SOURCES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]

each_language = pytest.mark.parametrize("language", OTHERS)


def read(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / "convscope.po").open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def fields(template: str) -> set[tuple[str, str]]:
    """Return the named fields of a message with their formats."""
    return {(name, spec or "") for _, name, spec, _ in string.Formatter().parse(template) if name is not None}


# Catalogues ---------------------------------------------------------------------------------------------------------


@each_language
def test_catalogue_loads_and_translates(language: str) -> None:
    translated = [message for message in read(language) if message.id and message.string and not message.fuzzy]
    assert translated
    for message in translated:
        assert found_by_gettext(text.catalogue(language), message) == message.string


def found_by_gettext(catalogue: gettext.NullTranslations, message: Message) -> str | tuple[str, ...]:
    """Return what the app would show for a message: by its context, and for every plural form the number has."""
    if message.context:
        return catalogue.pgettext(message.context, str(message.id))
    if isinstance(message.id, str):
        return catalogue.gettext(message.id)
    one, many = message.id
    return tuple(dict.fromkeys(catalogue.ngettext(one, many, count) for count in (1, 2, 5, 11, 100)))


@each_language
def test_translations_have_the_fields_of_their_source(language: str) -> None:
    wrong = {
        message.id: message.string
        for message in read(language)
        if isinstance(message.id, str)
        and message.id
        and message.string
        and fields(message.id) != fields(str(message.string))
    }
    assert wrong == {}


@each_language
def test_every_folder_of_a_language_is_offered(language: str) -> None:
    for folder in (CATALOGUES, ROOT / "assets" / "lessons"):
        assert {path.name for path in folder.iterdir() if path.is_dir()} <= set(state.LANGUAGES)
    assert (CATALOGUES / language).is_dir()


def test_a_folder_is_a_language(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """French, of which two sentences are translated: it is offered, and all else is English."""
    catalogue = Catalog(locale="fr")
    catalogue.add("Home", "Accueil")
    catalogue.add(("the last row", "the last {count} rows"), ("la dernière ligne", "les {count} dernières lignes"))
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "convscope.po").open("wb") as file:
        write_po(file, catalogue)
    languages = offered(tmp_path)
    assert languages == {"en": "English", "fr": "français"}
    assert set(offered()) == {"en"} | {path.name for path in CATALOGUES.iterdir() if path.is_dir()}
    monkeypatch.setattr(text, "_CATALOGUES", tmp_path)
    monkeypatch.setattr(state, "LANGUAGES", languages)
    monkeypatch.setattr(state, "LANGUAGE", replace(state.LANGUAGE, kind=Choice(tuple(languages))))
    _forget()
    at = run_page("app.py", lang="fr")
    assert at.selectbox(key="lang_widget").options == ["English", "français"]
    assert (text.catalogue("fr").gettext("Home"), text.catalogue("fr").gettext("Course")) == ("Accueil", "Course")
    assert text.catalogue("fr").ngettext("the last row", "the last {count} rows", 2) == "les {count} dernières lignes"
    _forget()


@pytest.fixture
def korean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A reader of Korean, and a catalogue and a lesson of three sentences."""
    catalogue = Catalog(locale="ko")
    catalogue.add("Open: {page}", "열기: {page}")
    catalogue.add('Layer "{layer}": {cause}', '층 "{layer}": {cause}')
    catalogue.add("Received: {size}.", "받은 값: {size}.")
    catalogue.add("Not sure", "확실하지 않음", flags=["fuzzy"])
    folder = tmp_path / "catalogues" / "ko" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "convscope.po").open("wb") as file:
        write_po(file, catalogue)
    for language, lessons in {"en": ("both", "english"), "ko": ("both",)}.items():
        (tmp_path / "lessons" / language).mkdir(parents=True)
        for lesson in lessons:
            (tmp_path / "lessons" / language / f"{lesson}.md").write_text(
                f"{lesson} – {language} – ×", encoding="utf-8"
            )
    monkeypatch.setattr(text, "_ASSETS", tmp_path)
    monkeypatch.setattr(text, "_CATALOGUES", tmp_path / "catalogues")
    _forget()
    state.LANGUAGE.set("ko")
    yield
    state.LANGUAGE.set("en")
    _forget()


def _forget() -> None:
    text.catalogue.cache_clear()
    text._lesson.cache_clear()


@pytest.mark.usefixtures("korean")
def test_a_translated_message() -> None:
    assert text._("Open: {page}").format(page="Home") == "열기: Home"


@pytest.mark.usefixtures("korean")
@pytest.mark.parametrize("message", ["Never translated", "Not sure"])
def test_what_is_not_translated_is_english(message: str) -> None:
    assert text._(message) == message


@pytest.mark.usefixtures("korean")
def test_english_stands_in_the_code() -> None:
    state.LANGUAGE.set("en")
    assert text._("Open: {page}") == "Open: {page}"


@pytest.mark.usefixtures("korean")
def test_an_error_is_translated_with_what_caused_it() -> None:
    cause = LayerError("Received: {size}.", size="3×3")
    error = NetworkError('Layer "{layer}": {cause}', layer="conv2d", cause=cause)
    assert text.sentence(error) == '층 "conv2d": 받은 값: 3×3.'
    assert text.sentences([cause, LayerError("Never translated")]) == "받은 값: 3×3. Never translated"


@pytest.mark.usefixtures("korean")
def test_a_lesson_without_translation_is_english() -> None:
    assert text.lesson("both") == "both – ko – ×"
    assert text.lesson("english") == "english – en – ×"


# Sentences in the code ----------------------------------------------------------------------------------------------

SHOWN = """
    title header subheader markdown caption text write info warning error success toast spinner status progress metric
    button download_button link_button feedback selectbox multiselect radio segmented_control pills checkbox toggle
    slider select_slider number_input text_input text_area file_uploader camera_input expander popover dialog tabs
"""
"""Functions of Streamlit whose first argument people read."""

KEYWORDS = {"alt", "body", "caption", "help", "label", "placeholder", "text", "title"}
"""Arguments that people read, of whatever function."""


def said(node: ast.expr) -> Iterator[str]:
    """Return the literal pieces of a string that is put together here, outside of any call."""
    match node:
        case ast.Constant(value=str(value)):
            yield value
        case ast.JoinedStr(values=parts):
            for part in parts:
                yield from said(part)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from said(left)
            yield from said(right)
        case ast.IfExp(body=body, orelse=orelse):
            yield from said(body)
            yield from said(orelse)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            for part in parts:
                yield from said(part)


def read_by_people(call: ast.Call) -> Iterator[ast.expr]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else None
    is_of_the_log = name is not None and ast.unparse(call.func) == f"_LOG.{name}"
    if name in SHOWN.split() and call.args and not is_of_the_log:
        yield call.args[0]
    for keyword in call.keywords:
        if keyword.arg in KEYWORDS:
            yield keyword.value


def untranslated(source: str) -> list[str]:
    """Return the words of a script that people see and no catalogue can change."""
    return [
        piece
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        for shown in read_by_people(call)
        for piece in said(shown)
        if any(char.isalpha() for char in piece)
    ]


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_visible_sentence_can_be_translated(file: Path) -> None:
    assert not untranslated(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('st.title("Hello")', ["Hello"]),
        ('column.button(f"{n} layers", key="x")', [" layers"]),
        ('st.caption("Hello " + name)', ["Hello "]),
        ('st.image(x, caption="Hello")', ["Hello"]),
        ('st.error("Hello")', ["Hello"]),
        ('_LOG.error("for who keeps the server")', []),
        ('st.tabs(["One", _("Two")])', ["One"]),
        ('st.title(_("Hello"))', []),
        ('st.title(_("Hello {name}").format(name=name))', []),
        ('st.markdown("**" + _("Hello") + "**")', []),
        ('st.selectbox(_("Layer"), ["a", "b"], key="layer")', []),
    ],
)
def test_the_search_finds_them(source: str, found: list[str]) -> None:
    assert untranslated(source) == found
