"""What stands below the tasks: encoder and decoder, from low resolution to high, the sample photographs classified."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from cnn_core.sentences import N_
from pages.ui import state
from pages.ui.messages import part
from pages.ui.tasks import coders, enlarging, photographs
from pages.ui.tasks.subject import Subject
from pages.ui.text import _

SHARED = (state.OPENED, *enlarging.CHOICES)


@dataclass(frozen=True)
class Further:
    """Something more to try, closed until it is wanted."""

    key: str
    title: str
    draw: Callable[[Subject], None]


PARTS = (
    Further("coders", N_("Encoder and decoder: small and large again"), coders.draw),
    Further("enlarging", N_("From low resolution to high: three ways to enlarge a picture"), enlarging.draw),
    Further("photographs", N_("The sample photographs, classified and localized"), photographs.draw),
)


def draw(subject: Subject) -> None:
    """Draw all of it, each part closed until it is opened."""
    for further in PARTS:
        place = st.expander(_(further.title), **state.OPENED.part(further.key))
        if place.open:
            with place, part():
                further.draw(subject)
