"""Record what the bundled models make of their default sample, and write cnn_core/data/answers.

python assets/make/first_answers.py

A page shows these at once, while TensorFlow is still starting. Recorded are all thumbnails, figures and scores, and the
maps of the layer that opens first, of what it takes, and of as many others as fit, the smallest first.
"""

import sys
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cnn_core.arrays import Output
from cnn_core.models.bundled import BUNDLED
from cnn_core.models.info import ModelInfo, describe
from cnn_core.models.recorded import ANSWERS, Subject, npy_bytes, record_path, write_record
from cnn_core.models.run import all_maps, run
from cnn_core.network.summary import summarize
from cnn_core.pictures.prepare import Fit, Preparation, prepare
from cnn_core.pictures.read import read_image
from cnn_core.pictures.samples import default_sample, sample_bytes
from pages.ui import state
from pages.ui.ask.layer import first_layer
from pages.ui.entered import Chosen

MOST_BYTES = 1_500_000
"""Of the maps of a model beside those that open first, as they are stored."""


def wanted(info: ModelInfo, maps: dict[str, Output]) -> dict[str, Output]:
    """Return the outputs that are recorded: the input is what enters, so nobody needs a record of it."""
    rows = {row.name: row for row in summarize(info.network).rows}
    first = first_layer(tuple(rows.values()))
    names = {first, *rows[first].sources}
    sizes = {name: len(zlib.compress(npy_bytes(values), 9)) for name, values in maps.items() if rows[name].sources}
    room = MOST_BYTES
    for name in sorted(sizes.keys() - names, key=lambda name: (sizes[name], name)):
        room -= sizes[name]
        if room < 0:
            break
        names.add(name)
    return {name: values for name, values in maps.items() if name in names & sizes.keys()}


def record(model: str) -> None:
    """Record what one model makes of the picture with which a page opens it."""
    info = describe(model)
    picture = Chosen.of(sample_bytes(default_sample(info.colour)), "")
    of = Subject(model, picture.digest, state.FIT.default, state.INVERT.default)
    preparation = Preparation(*info.input_size, info.colour, Fit(of.fit), of.invert)
    pixels = prepare(read_image(picture.data).pixels, preparation).pixels
    path = record_path(model)
    write_record(path, of, run(model, pixels), wanted(info, all_maps(model, pixels)))
    print(path.name, f"{path.stat().st_size:,} bytes")


def main() -> None:
    ANSWERS.mkdir(exist_ok=True)
    for bundled in BUNDLED:
        record(bundled.key)


if __name__ == "__main__":
    main()
