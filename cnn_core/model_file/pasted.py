"""A network out of any text that people have of it: what kind of text it is shows in the text itself."""

import re
from textwrap import dedent
from typing import Final, NamedTuple

from cnn_core.layers import Input
from cnn_core.model_file import is_model, read_architecture
from cnn_core.model_file.script import describe_script
from cnn_core.network.line import START, read_line
from cnn_core.network.network import Network
from cnn_core.network.summary_text import is_summary, read_summary
from cnn_core.sentences import N_, Note

__all__ = ["Pasted", "read_text"]

_CODE: Final = re.compile(
    r"^\s*(import|from)\s|\bSequential\s*\(|\.add\s*\(|\b(layers|keras|tf)\.\w|^\s*\w+\s*=\s*\w[\w.]*\(.*\)\s*(\(|$)",
    re.MULTILINE,
)


class Pasted(NamedTuple):
    """The network of a text, as what it was read, and what was assumed."""

    network: Network
    notes: tuple[Note, ...]


def read_text(text: str, start: Input = START) -> Pasted:
    """Return the network in our JSON, Keras's JSON, a table of `model.summary()`, Keras code, or a line.

    Args:
        start: what a line begins with that names no input.

    Raises:
        CnnError: what is wrong with it, as the kind of text that it is.

    >>> pasted = read_text("model = Sequential([Input((8, 8, 1)), Flatten(), Dense(2)])")
    >>> [named.kind for named in pasted.network.layers], str(pasted.notes[0])
    (['Input', 'Flatten', 'Dense'], 'Read as Keras code; none of it was run.')
    """
    text = dedent(text.removeprefix("\ufeff").strip("\r\n")).strip()
    if text.startswith(("{", "[")):
        if is_model(text.encode()):
            return Pasted(
                read_architecture(text.encode()), (Note(N_("Read as the JSON that Keras writes for a model.")),)
            )
        return Pasted(Network.from_json(text), (Note(N_("Read as this page's JSON.")),))
    if is_summary(text):
        network, notes = read_summary(text)
        return Pasted(network, (Note(N_("Read as a table of model.summary().")), *notes))
    if _CODE.search(text):
        code = Note(N_("Read as Keras code; none of it was run."))
        return Pasted(read_architecture(describe_script(text)), (code,))
    return Pasted(read_line(text, start), (Note(N_("Read as a line.")),))
