"""The way of pictures into a network: each step's code is run by TensorFlow and Keras and gives what is shown."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from training_pictures import picture, two_classes, zipped

from cnn_core.errors import CnnError
from cnn_core.pictures.prepare import Fit
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.gathering import gather
from cnn_core.training.sets.own import own
from cnn_core.training.sets.parts import read_parts
from cnn_core.training.sets.pipeline import Pipeline, pipeline
from cnn_core.training.sets.sources import Shapes, Source, Textures
from cnn_core.training.sets.split import Split


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVSCOPE_RUNS", str(tmp_path / "runs"))


def own_pictures() -> Source:
    files = two_classes(20) | {"cats/wide.png": picture(50, (9, 31)), "dogs/tall.png": picture(51, (40, 8))}
    return gather(zipped(files)).source


def shapes(way: Pipeline) -> dict[str, tuple[int, ...]]:
    return {str(stage.title): stage.shape for stage in way.stages}


def test_the_courses_batch() -> None:
    """A batch of 32 pictures of 180×180 in colours: (32, 180, 180, 3), and (32,) labels; then from 0 to 1."""
    way = pipeline(Data(own_pictures(), Split(0.1, 0.1)))
    assert shapes(way) == {
        "File": (),
        "Decoded": (12, 10, 3),
        "As float": (12, 10, 3),
        "Resized": (180, 180, 3),
        "Batch": (32, 180, 180, 3),
        "Rescaled": (32, 180, 180, 3),
    }
    assert way.labels.shape == (32,)
    assert [stage.dtype for stage in way.stages] == ["PNG", "uint8", "float32", "float32", "float32", "float32"]
    rescaled = way.stages[-1].values
    assert rescaled is not None
    assert 0 <= rescaled.min() < rescaled.max() <= 1
    assert [stage.size for stage in way.stages[1:5]] == [360, 1_440, 388_800, 12_441_600]


def test_pictures_that_never_were_files_begin_as_arrays() -> None:
    way = pipeline(Data(Textures(per_class=10, size=40), size=(28, 28)), batch_size=4)
    assert list(shapes(way)) == ["Array", "As float", "Resized", "Batch", "Rescaled"]
    assert shapes(way)["Batch"] == (4, 28, 28, 3)


def test_batches_follow_one_another_as_the_training_pictures_do() -> None:
    data = Data(Shapes(per_class=8, size=16), Split(1, 1), (16, 16))
    parts, batches = read_parts(data), [pipeline(data, 5, number) for number in range(3)]
    np.testing.assert_array_equal(np.concatenate([each.pictures for each in batches]), parts.train.pictures)
    np.testing.assert_array_equal(np.concatenate([each.labels for each in batches]), parts.train.labels)
    assert [len(each.labels) for each in batches] == [5, 5, 2]
    with pytest.raises(CnnError, match=r"batch must be a whole number from 0 to 2. Received: 3"):
        pipeline(data, 5, 3)


@pytest.mark.keras
@pytest.mark.parametrize("fit", Fit)
@pytest.mark.parametrize("channels", [1, 3])
def test_the_code_of_each_step_makes_what_is_shown(tmp_path: Path, fit: Fit, channels: int) -> None:
    import keras
    import tensorflow as tf

    data = Data(own_pictures(), Split(0, 0), (20, 24), channels, fit)
    way = pipeline(data, batch_size=8)
    source = own(data.source)  # type: ignore[arg-type]
    place = source.names[int(way.labels[0])].index(way.name)
    names: dict[str, Any] = {"tf": tf, "keras": keras, "path": str(source.files[int(way.labels[0])][place])}
    for stage in way.stages[:4]:
        exec(stage.code, names)
        if stage.values is not None:
            # Grey is rounded in the PNG library's own way.
            np.testing.assert_allclose(np.asarray(names["image"]), stage.values, atol=1e-3 if channels == 3 else 1.01)
    names["dataset"] = tf.data.Dataset.from_tensors(names["image"]).repeat(8)
    exec(way.stages[4].code, names)
    (names["batch"],) = names["dataset"]
    assert names["batch"].shape == way.stages[4].shape
    exec(way.stages[5].code, names)
    rescaled = way.stages[5].values
    assert rescaled is not None
    np.testing.assert_allclose(np.asarray(names["x"][0]), rescaled, atol=1e-4 if channels == 3 else 0.01)
    names["folder"] = str(source.folder)
    exec(f"dataset = {way.code}", names)
    batch, labels = next(iter(names["dataset"]))
    assert (batch.shape, labels.shape) == (way.stages[4].shape, way.labels.shape)
