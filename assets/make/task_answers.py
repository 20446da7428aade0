"""Record what the page on tasks shows first: `first_answers.npz` and `photographs.json` in cnn_core/data/tasks.

python assets/make/task_answers.py

The first is what the networks for shapes answer to the picture with which the page opens; the second what MobileNetV2
answers to each sample photograph, and where the evidence for it lies.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cnn_core.models import photograph_answers, shape_networks
from cnn_core.models.info import describe
from cnn_core.pictures.prepare import Fit, Preparation, prepare
from cnn_core.pictures.read import read_image
from cnn_core.pictures.samples import SAMPLES, Subject, sample_bytes
from cnn_core.pictures.shapes import shapes_picture
from pages.ui import state
from pages.ui.entered import Chosen


def main() -> None:
    shape_networks.write_record(shapes_picture(state.SHAPES_SEED.default).pixels)
    info = describe(photograph_answers.MODEL)
    preparation = Preparation(*info.input_size, info.colour, Fit(state.FIT.default))
    answers = {}
    for sample in SAMPLES:
        if sample.subject is Subject.PHOTOGRAPH:
            picture = Chosen.of(sample_bytes(sample.key), sample.title)
            pixels = prepare(read_image(picture.data).pixels, preparation).pixels
            answers[picture.digest] = photograph_answers.look(pixels)
            print(sample.key, answers[picture.digest].names[0], answers[picture.digest].box(pixels.shape[:2]))
    photograph_answers.write_record(state.FIT.default, answers)


if __name__ == "__main__":
    main()
