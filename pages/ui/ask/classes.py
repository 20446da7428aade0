"""Which of a model's outputs is meant, and what its classes are called."""

from collections.abc import Callable

import streamlit as st

from cnn_core.arrays import Output
from cnn_core.errors import CnnError
from cnn_core.models.answer_kind import AnswerKind
from cnn_core.models.class_lists import names_in, read_class_list
from cnn_core.models.info import ModelInfo
from cnn_core.models.keys import FILE, ModelKey
from cnn_core.sentences import Sentence
from pages.ui import state
from pages.ui.class_names import in_readers_language
from pages.ui.messages import show_error
from pages.ui.text import _, as_code, sentence
from pages.ui.waiting import run_again

_NAMES_FILE = "class_names_file"
_FIRST = ""
"""Stands for the first output of a model that is not open yet."""


# The output -----------------------------------------------------------------------------------------------------------


def of_chosen_output(info: ModelInfo) -> ModelInfo:
    """Return what is known of a model, speaking of the output that was chosen, by default the first."""
    chosen = state.OUTPUT.get()
    if chosen is not None and chosen not in info.outputs:  # of another model
        state.OUTPUT.set(None)
        return info
    return info if chosen is None else info.speaking_of(chosen)


def pick_output(info: ModelInfo, place: str) -> None:
    """Let the reader choose an output where there are several; `place` tells places of the page apart."""
    if len(info.outputs) == 1:
        return

    def take(output: str) -> None:
        state.OUTPUT.set(None if output == info.outputs[0] else output)
        state.TARGET.set(None)  # a class of another output is another class
        run_again()

    st.selectbox(
        _("One of {count} outputs").format(count=len(info.outputs)),
        info.outputs,
        help=_("The answer, its classes and the decision are those of this output."),
        **state.field(f"output_{place}", info.output, take),
    )


# The names ------------------------------------------------------------------------------------------------------------


def pick_names(info: ModelInfo) -> None:
    """Let the reader name the classes of the output that is spoken of; those that are known stay as they are."""
    if info.classes is not None or ModelKey.of(info.key).source != FILE:
        return
    of_output = _("Class names of {output}").format(output=as_code(info.output)) if len(info.outputs) > 1 else ""
    st.file_uploader(
        of_output or _("Class names: a text file"),
        type=["txt", "csv", "json"],
        key=_NAMES_FILE,
        on_change=_take_names,
        args=(info.output,),
    )
    _draw_note(state.CLASS_LIST_NOTE.get())
    st.text_area(
        _("Class names, one per line"),
        height=80,
        **state.field("class_list", _written(info), _take_text(info.output)),
    )


def _written(info: ModelInfo) -> str:
    """Return what the reader wrote of an output's classes."""
    lists = state.CLASS_LISTS.get()
    return lists.get(info.output, lists.get(_FIRST, "") if info.spoken_of == 0 else "")


def _take_text(output: str) -> Callable[[str], None]:
    return lambda text: state.CLASS_LISTS.set(state.CLASS_LISTS.get() | {output: text})


def _take_names(output: str) -> None:
    file = state.widget_value(_NAMES_FILE)
    if file is not None:
        take_names(file.getvalue(), output)


def take_names(data: bytes, output: str = _FIRST) -> None:
    """Put the names in a file into the text field, where they can be changed, or keep why they cannot be read.

    Without an `output` they are those of the first one of a model that comes with them.
    """
    try:
        read = read_class_list(data)
    except CnnError as error:
        state.CLASS_LIST_NOTE.set(error)
        return
    lists = {} if output == _FIRST else state.CLASS_LISTS.get()
    state.CLASS_LISTS.set(lists | {output: "\n".join(read.names)})
    state.CLASS_LIST_NOTE.set(read.note)


def _draw_note(note: Sentence | None) -> None:
    """Say how the file of names was read, or why not."""
    if isinstance(note, CnnError):
        show_error(note)
    elif note is not None:
        st.caption(sentence(note))


def class_names(info: ModelInfo, scores: Output) -> tuple[str, ...]:
    """Return a name for each class that the answer can be, as `names_of`: two for a single unit, none for maps."""
    return () if info.answer_kind is AnswerKind.MAPS else names_of(info, max(2, scores.size), scores.size == 1)


def names_of(info: ModelInfo, count: int, is_one_unit: bool = False) -> tuple[str, ...]:
    """Return a name for each of so many classes: known ones, else the reader's, else numbers.

    Names that the reader gave and that do not fit are said; one name fits a unit, whose number is that of class 1.
    """
    given = _given(info)
    if len(given) == count:
        return given
    numbered = tuple(_("Class {number}").format(number=number) for number in range(count))
    if is_one_unit and len(given) == 1:
        return numbered[0], given[0]
    if given:
        st.warning(
            _(
                "The number of class names does not fit: {given} for {count} classes. The classes are numbered instead."
            ).format(given=len(given), count=count)
        )
    return numbered


def unit_names(info: ModelInfo, count: int) -> tuple[str, ...]:
    """Return what each of so many units of the output is called; a single one is the second of its two classes.

    A unit that nobody named and whose number is no share may be any quantity: it is called as its output.
    """
    given = _given(info)
    if count == 1 and 1 <= len(given) <= 2:
        return given[-1:]
    if count == 1:
        return (_("Class {number}").format(number=1) if info.answer_kind is AnswerKind.SIGMOID else info.output,)
    return given if len(given) == count else tuple(_("Class {number}").format(number=number) for number in range(count))


def is_named(info: ModelInfo, count: int) -> bool:
    """Say whether somebody named the classes of an output with so many units."""
    return len(_given(info)) in ({1, 2} if count == 1 else {count})


def _given(info: ModelInfo) -> tuple[str, ...]:
    if info.classes is not None:
        return in_readers_language(info.classes)
    return names_in(_written(info)) if ModelKey.of(info.key).source == FILE else ()
