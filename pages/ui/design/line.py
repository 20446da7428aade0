"""The network as one line of text over the table: it always says the present network, and a line typed replaces it."""

import html
from typing import Any

import streamlit as st

from cnn_core.errors import NetworkLineError
from cnn_core.layers import KINDS
from cnn_core.network.line.short import SHORT_FORMS, Short
from pages.ui import state
from pages.ui.design import current, editor, panels
from pages.ui.messages import show_error
from pages.ui.text import _, lesson

_AROUND = 60
"""Characters of a wrong line that are shown on each side of its error."""

EXAMPLES = (
    "Conv-Pool-Conv-Pool-FC-SM",
    "28x28x1-C32-C64v-P2-F-D100-D10sm",
    "32x32x3-C16 -> C16-C16lin | -> +-R-GA-D10sm",
    "64x64x3-C8 -> a: C64k1 | b: C64k5 -> a&b-P2-F-D10sm",
    "32x32x3-3*(C32nblin-B-R-P2)-GA-DO0.5-D10sm",
    "227x227x3-C96k11s4v-P3s2-C256k5-P3s2-C384-C384-C256-P3s2-F-D4096-D4096-D1000sm",
)


def shows() -> Any:
    return current.text(), state.DESIGN_LINE_NAMES.get(), state.DESIGN_LINE.get()


def draw() -> None:
    """Draw the field and how it is written; below it what is wrong with the line that was typed last."""
    wrong = state.DESIGN_LINE.get()
    shown = current.line_of(current.text(), state.DESIGN_LINE_NAMES.get()) if wrong is None else wrong[0]
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="design_line_row"):
        st.text_input(
            _("The network as a line"),
            label_visibility="collapsed",
            placeholder=EXAMPLES[1],
            icon=":material/edit:",
            **panels.field("line", shown, panels.then(editor.read)),
        )
        notation = st.popover(
            _("Notation"), icon=":material/help:", type="tertiary", on_change="rerun", key="design_notation"
        )
    if notation.open:
        with notation:
            _notation()
    if wrong is not None:
        _draw_error(*wrong)


def _draw_error(line: str, error: NetworkLineError) -> None:
    """Say what was expected, and mark the character in the line."""
    show_error(error)
    at = min(error.position - 1, len(line))
    first, last = max(at - _AROUND, 0), at + 1 + _AROUND
    before = ("…" if first else "") + line[first:at]
    after = line[at + 1 : last] + ("…" if last < len(line) else "")
    # The caret hangs on its character, so that letters of any width stand right over it.
    here = html.escape(line[at : at + 1] or " ")
    st.html(f'<pre class="cs-wrong">{html.escape(before)}<mark>{here}</mark>{html.escape(after)}</pre>')


def _notation() -> None:
    """Draw how a line is written, with examples to open."""
    st.toggle(
        _("Write the layers' names"),
        help=_("Without them the line is shorter. Layers that remain keep their names anyway."),
        **state.field("line_names", state.DESIGN_LINE_NAMES.get(), state.DESIGN_LINE_NAMES.set),
    )
    st.caption(_("Open an example; Undo brings back the present network."))
    with st.container(gap=None):
        for number, example in enumerate(EXAMPLES):
            key = f"design_example_{number}"
            st.button(f"`{example}`", on_click=panels.then_drop(editor.read), args=(example,), type="tertiary", key=key)
    st.markdown(lesson("line"))
    st.markdown(_short_forms())


def _short_forms() -> str:
    """Return the table of short forms."""
    heads = (_("Form"), _("Layer"), _("Number that follows"), _("Letters with a number"), _("Words"))
    rows = [" | ".join(heads), " | ".join("---" for _head in heads), *map(_short_form, SHORT_FORMS.values())]
    return "\n".join(f"| {row} |" for row in rows)


def _short_form(form: Short) -> str:
    rules = KINDS[form.kind].settings()
    letters = ", ".join(f"`{letter}` {name}" for letter, name in form.letters.items())
    words = ", ".join(f"`{word}` {name}={value}" for word, (name, value) in form.words.items())
    activation = _("an activation: `relu`, `lin`, `sm` …") if "activation" in rules and form.code != "R" else ""
    return " | ".join((f"`{form.code}`", form.kind, form.main, letters, ", ".join(filter(None, (words, activation)))))
