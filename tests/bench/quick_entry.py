"""From a line of text to the table of its layers, with advice and link, against Keras building and summarizing it.

Keras runs the code that this project writes for the same network, as somebody would have typed it.
"""

import gc
from collections.abc import Iterator

from bench.edit import LINE
from bench.measure import Goal, Pairs, Result, seconds, typical_seconds
from cnn_core.network.advice import advise
from cnn_core.network.code.keras_code import keras_code
from cnn_core.network.line import read_line
from cnn_core.network.links import write_link
from cnn_core.network.summary import summarize

GOAL = Goal("a typed line to the table of its layers", "Keras building it, with model.summary()", faster=50)
LINES = (
    "Conv-Pool-Conv-Pool-FC-SM",
    "28x28x1-C32-C64v-P2-F-D100-D10sm",
    "32x32x3-C16 -> C16-C16lin | -> +-R-GA-D10sm",
    "227x227x3-C96k11s4v-P3s2-C256k5-P3s2-C384-C384-C256-P3s2-F-D4096-D4096-D1000sm",
    LINE,
)
TIMES = 25


def measure() -> Result:
    """Take each line both ways; the row is the line where we are least ahead."""
    import keras

    keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])  # what only a process's first model costs
    pairs = Pairs(*zip(*map(_one, LINES), strict=True))
    ratios = pairs.ratios(GOAL)
    note = f"{len(LINES)} lines; least ahead for {LINES[ratios.index(min(ratios))][:40]}"
    return pairs.result(GOAL, note, tuple(_details(pairs)), typical=min)


def _one(line: str) -> tuple[float, float]:
    """Return the seconds that we take for a line, and Keras for the code of the same network."""
    import keras

    code = compile(keras_code(read_line(line)), "network.py", "exec")
    names: dict[str, keras.Model] = {}

    def build() -> None:
        exec(code, names)
        names["model"].summary(print_fn=lambda *_lines, **_more: None)

    theirs = seconds(build)
    names.clear()
    keras.backend.clear_session()
    gc.collect()
    return typical_seconds(lambda: _typed(line), TIMES), theirs


def _typed(line: str) -> tuple[str, str]:
    """Do what the page does with a line that was typed."""
    network = read_line(line)
    summary = summarize(network)
    advise(network, summary)
    return write_link(network), summary.to_text()


def _details(pairs: Pairs) -> Iterator[str]:
    for line, ours, theirs, ratio in zip(LINES, pairs.ours, pairs.theirs, pairs.ratios(GOAL), strict=True):
        yield f"{line[:40]:<40} ours {ours * 1e3:7.2f} ms   Keras {theirs * 1e3:7.0f} ms   {ratio:6.0f}"
