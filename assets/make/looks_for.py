"""Record what channels of the bundled models look for, and write cnn_core/data/looks_for.

python assets/make/looks_for.py [MODEL …]

Of a small network all channels are recorded, of a large one a few of some layers: those that are strongest on its
default sample, which a page opens first, and the classes of the samples. It takes ten minutes on two processors.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cnn_core.arrays import Pixels
from cnn_core.models.bundled import BUNDLED
from cnn_core.models.info import ModelInfo, describe
from cnn_core.models.loading import load
from cnn_core.models.looks_for import Ascent, Sought, ascend
from cnn_core.models.recorded_ascents import ASCENTS, Reached, ascents_path, stored_pixels, write_ascents
from cnn_core.models.run import run
from cnn_core.models.survey import RankedBy, Survey, ranked, survey_of
from cnn_core.network.summary import summarize
from cnn_core.pictures.prepare import Preparation, prepare
from cnn_core.pictures.read import read_image
from cnn_core.pictures.samples import SAMPLES, default_sample, sample_bytes, suits

SEED = 0
MOST_LAYERS = 20
"""Of a small network, whose every layer of maps is recorded, as far as it has not more channels than these:"""
MOST_CHANNELS = 64
LAYERS = {
    "mobilenet_v2": (
        *("Conv1", "block_1_expand_relu", "block_3_expand_relu"),
        *("block_6_expand_relu", "block_13_expand_relu", "out_relu"),
    )
}
STRONGEST = 2
"""So many channels of each of these."""
QUALITY = 80
"""Of WebP, for pictures of more than `SMALL` pixels on a side; others are stored without loss."""
SMALL = 64


def pixels_of(sample: str, info: ModelInfo) -> Pixels:
    """Return a sample as the model takes it, cropped to fit."""
    return prepare(read_image(sample_bytes(sample)).pixels, Preparation(*info.input_size, info.colour)).pixels


def wanted(info: ModelInfo) -> Iterator[Sought]:
    """Yield what is recorded of a model."""
    rows, output = summarize(info.network).rows, info.outputs[0]
    if len(rows) <= MOST_LAYERS:
        shown = [row for row in rows if row.sources and (len(row.output_shape) == 3 or row.name == output)]
        for row in shown:
            for channel in range(row.output_shape[-1] if row.output_shape[-1] <= MOST_CHANNELS else 0):
                yield Sought(info.key, row.name, channel, SEED)
        return
    answers = run(info.key, pixels_of(default_sample(info.colour), info))
    for layer in LAYERS[info.key]:
        for channel in answers.layers[layer].strongest[:STRONGEST]:
            yield Sought(info.key, layer, channel, SEED)
    samples = [sample.key for sample in SAMPLES if suits(sample, info.colour) and sample.subject == "photograph"]
    classes = dict.fromkeys(int(run(info.key, pixels_of(key, info)).scores.argmax()) for key in samples)
    for unit in [*classes][:4]:
        yield Sought(info.key, output, unit, SEED)


def made(sought: Sought) -> Ascent:
    """Return the picture that a page would make."""
    ascent = ascend(sought)
    while not ascent.is_done:
        ascent = ascend(sought, ascent)
    return ascent


def stored(pixels: Pixels) -> bytes:
    """Return a picture (H, W, 1 or 3) in [0, 1] as WebP."""
    values = np.rint(pixels * 255).astype(np.uint8)
    out = io.BytesIO()
    is_small = max(values.shape[:2]) <= SMALL
    Image.fromarray(values if values.shape[2] == 3 else values[..., 0]).save(
        out, "WEBP", lossless=is_small, quality=100 if is_small else QUALITY, method=6
    )
    return out.getvalue()


def reached_by(webp: bytes, info: ModelInfo, ascent: Ascent, surveys: list[Survey]) -> Reached:
    """Measure a picture as it is stored, and the samples."""
    from cnn_core.keras_model.ascent import channel_slope
    from cnn_core.pictures.scaling import scaled

    sought, loaded = ascent.sought, load(info.key)
    values = scaled(stored_pixels(webp, info.colour), loaded.scaling)
    value, slope = channel_slope(loaded.model, values, sought.layer, sought.channel)
    best = ranked(surveys, sought.layer, sought.channel, RankedBy.MEAN)[0]
    return Reached(value, slope.score, ascent.climb.unusual, SAMPLES[best.picture].key, best.mean)


def record(model: str) -> None:
    """Record what the channels of one model look for."""
    info = describe(model)
    surveys = [survey_of(model, pixels_of(sample.key, info)) for sample in SAMPLES]
    entries = []
    for sought in wanted(info):
        ascent = made(sought)
        webp = stored(ascent.pixels)
        what = reached_by(webp, info, ascent, surveys)
        entries.append((sought, webp, what))
        print(
            f"{sought.layer} {sought.channel}: {ascent.value:.4g}, stored {what.value:.4g} in {len(webp):,} bytes; "
            f"{what.sample} {what.sample_value:.4g}",
            flush=True,
        )
    write_ascents(model, entries)
    print(ascents_path(model).name, f"{ascents_path(model).stat().st_size:,} bytes")


def main() -> None:
    ASCENTS.mkdir(exist_ok=True)
    for model in sys.argv[1:] or [bundled.key for bundled in BUNDLED]:
        record(model)


if __name__ == "__main__":
    main()
