"""The bundled pictures and models: credited, complete, and doing what `bundled.py` and `samples.py` say of them."""

import hashlib
import io
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_core.data import DATA
from cnn_core.errors import CnnError
from cnn_core.models.bundled import BUNDLED, MODELS, bundled_model, class_names, model_path
from cnn_core.network.presets import preset
from cnn_core.pictures.prepare import Preparation, prepare
from cnn_core.pictures.read import read_image
from cnn_core.pictures.samples import IMAGES, SAMPLES, Sample, Subject, sample_bytes

ASSETS = Path(__file__).resolve().parents[1] / "assets"
PARAMETERS = {"cifar10": 9_420, "mnist": 1_101_526, "mobilenet_v2": 3_538_984}
CLASSES_SHA256 = "0b0f9fee7c952f257418d62aa701f023a9da13b443a14f5c4291e5724d92967c"
MAX_IMAGE_BYTES = 300_000

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.key)
each_model = pytest.mark.parametrize("key", [model.key for model in BUNDLED])


def record(key: str) -> dict[str, Any]:
    """Return what was written when the model was made."""
    described: dict[str, dict[str, Any]] = json.loads((MODELS / f"{key}.json").read_text(encoding="utf-8"))
    return described["record"]


def open_sample(key: str) -> Image.Image:
    return Image.open(io.BytesIO(sample_bytes(key)))


def as_input(sample_key: str, model_key: str) -> np.ndarray:
    """Return the sample's middle square as the model takes it: (1, height, width, channels) in [0, 1]."""
    model, image = bundled_model(model_key), open_sample(sample_key)
    left, top = ((length - min(image.size)) // 2 for length in image.size)
    middle = (left, top, left + min(image.size), top + min(image.size))
    image = image.convert("RGB" if model.colour == "rgb" else "L")
    small = image.resize(model.input_size[::-1], Image.Resampling.BILINEAR, box=middle)
    return np.asarray(small, np.float32).reshape(1, *model.input_size, -1) / 255


@cache
def loaded(key: str) -> Any:
    import keras

    return keras.models.load_model(model_path(key))


def answer(model_key: str, sample_key: str) -> str:
    """Return the name of the class that the model finds most probable."""
    probabilities = loaded(model_key).predict(as_input(sample_key, model_key), verbose=0)[0]
    return class_names(model_key)[int(probabilities.argmax())]


def asset_files() -> list[str]:
    """Return the files below models, images and tasks, and the scripts that made them."""
    folders = (MODELS, IMAGES, DATA / "tasks")
    homes = [*((DATA, folder) for folder in folders), (ASSETS, ASSETS / "make")]
    files = [path.relative_to(home) for home, folder in homes for path in folder.rglob("*") if path.is_file()]
    return sorted(path.as_posix() for path in files if not any(part.startswith((".", "__")) for part in path.parts))


@pytest.mark.parametrize("file", asset_files())
def test_every_file_is_credited(file: str) -> None:
    assert f"| `{file}` |" in (ASSETS / "CREDITS.md").read_text(encoding="utf-8")


def test_there_are_samples_enough_and_none_is_forgotten() -> None:
    assert len(SAMPLES) >= 10
    assert len({sample.key for sample in SAMPLES}) == len(SAMPLES)
    assert {sample.file for sample in SAMPLES} == {path.name for path in IMAGES.iterdir() if path.is_file()}


@each_sample
def test_a_sample_opens_and_says_what_to_look_for(sample: Sample) -> None:
    with open_sample(sample.key) as image:
        image.load()
        assert max(image.size) <= 640
    assert len(sample_bytes(sample.key)) < MAX_IMAGE_BYTES
    assert sample.title
    assert "\n" not in sample.look_for
    assert 20 < len(sample.look_for) <= 120


def test_the_drawn_pictures_are_what_their_lines_say() -> None:
    point, board = (np.asarray(open_sample(key)).astype(int) for key in ("point", "checkerboard"))
    assert point.max() == point.sum() == 255
    assert np.flatnonzero(np.diff(board[0])).tolist() == list(range(15, 127, 16))
    edge = np.asarray(open_sample("edge")).astype(int)
    assert np.diff(edge[0]).max() <= 3
    assert np.diff(edge[-1]).max() == 255


@pytest.mark.parametrize("look_up", [sample_bytes, bundled_model, model_path, class_names])
def test_an_unknown_key_is_refused_in_a_sentence(look_up: Any) -> None:
    with pytest.raises(CnnError, match=r"Received: key=unicorn; known are \w+"):
        look_up("unicorn")


def test_the_class_names_are_imagenets() -> None:
    names = class_names("mobilenet_v2")
    assert len(names) == len(set(names)) == 1000
    assert hashlib.sha256("\n".join(names).encode()).hexdigest() == CLASSES_SHA256
    assert class_names("mnist") == tuple("0123456789")


def test_every_class_of_imagenet_has_a_korean_name() -> None:
    english, korean = class_names("mobilenet_v2"), class_names("mobilenet_v2", "ko")
    assert len(korean) == len(english)
    # Letters stand only where Korean writes them too: "CD 플레이어", "거실 TV 장식장", "포드 모델 T".
    odd = [name for name in korean if not re.fullmatch(r"[가-힣]+( [가-힣]+)*", name)]
    assert sorted(odd) == ["2인용 자전거", "CD 플레이어", "거실 TV 장식장", "포드 모델 T"]
    twice = [name for name, count in Counter(korean).items() if count > 1]
    assert twice == []
    # Whoever shifts the list by one is found out at both ends and in the middle.
    named = dict(zip(english, korean, strict=True))
    known = {"goldfish": "금붕어", "Egyptian cat": "이집트고양이", "espresso": "에스프레소", "toilet tissue": "화장지"}
    assert {name: named[name] for name in known} == known


def test_names_without_a_translation_are_english() -> None:
    assert class_names("mobilenet_v2", "tlh") == class_names("mobilenet_v2")
    assert class_names("mnist", "ko") == class_names("mnist")


def test_the_class_names_are_cifar_10s_in_the_order_of_its_labels() -> None:
    """Krizhevsky, 2009, and `batches.meta` of the data set."""
    names = "airplane automobile bird cat deer dog frog horse ship truck"
    assert class_names("cifar10") == tuple(names.split())


def test_the_digits_record_is_complete_and_good_enough() -> None:
    made = record("mnist")
    assert made["test_accuracy"] >= 0.99
    assert made["test_accuracy_shifted"] >= 0.98
    fields = {"seed", "epochs", "batch_size", "optimizer", "augmentation", "versions", "date", "test_loss", "data"}
    assert fields <= made.keys()
    assert f"{made['test_accuracy']:.2%}" in bundled_model("mnist").about


def test_the_small_photographs_record_is_complete() -> None:
    made = record("cifar10")
    assert made["test_accuracy"] >= 0.70
    assert abs(made["test_accuracy"] - made["held_out_accuracy"]) < 0.02
    assert np.mean(made["test_accuracy_by_class"]) == pytest.approx(made["test_accuracy"])
    fields = {"seed", "epochs", "batch_size", "optimizer", "augmentation", "weights", "versions", "date", "data"}
    assert fields <= made.keys()
    assert f"{made['test_accuracy']:.2%}" in bundled_model("cifar10").about
    shown = {"chelsea.png": "cat", "kingfisher.jpg": "bird", "moose.jpg": "deer", "boats.jpg": "ship"}
    assert {file: made["top_1"][file]["class"] for file in shown} == shown


def test_the_photographs_record_is_complete_and_its_check_was_close() -> None:
    made = record("mobilenet_v2")
    assert made["sha256"].startswith("b0353104")
    assert made["agreement"]["max_probability_difference"] < 1e-5
    assert made["top_1"]["chelsea.png"]["class"] == "Egyptian cat"
    assert f"{made['published_top_1']:.1%}" in bundled_model("mobilenet_v2").about
    assert {"weights", "published_in", "versions", "date"} <= made.keys()


@pytest.mark.keras
@each_model
def test_a_model_has_the_figures_we_state(key: str) -> None:
    model, bundled = loaded(key), bundled_model(key)
    assert model.count_params() == PARAMETERS[key] == record(key)["parameters"]
    assert model.input_shape == (None, *bundled.input_size, {"rgb": 3, "grey": 1}[bundled.colour])
    assert model.output_shape == (None, len(class_names(key)))
    assert not model.compiled


@pytest.mark.keras
@pytest.mark.parametrize("digit", ["3", "7", "8"])
def test_the_digits_model_reads_the_sample_digits(digit: str) -> None:
    assert answer("mnist", f"digit_{digit}") == digit


@pytest.mark.keras
def test_the_preset_with_the_small_networks_weights_answers_as_recorded() -> None:
    """So record, weights and what Design a network shows of it belong together."""
    from cnn_core.keras_model import build_model

    model = build_model(preset("cifar10").make())
    model.set_weights(loaded("cifar10").get_weights())
    recorded = record("cifar10")["top_1"]
    photographs = [sample for sample in SAMPLES if sample.subject is Subject.PHOTOGRAPH]
    assert list(recorded) == [sample.file for sample in photographs]
    for sample in photographs:
        pixels = prepare(read_image(sample_bytes(sample.key)).pixels, Preparation(32, 32)).pixels
        scores = model.predict(pixels[np.newaxis], verbose=0)[0]
        assert class_names("cifar10")[int(scores.argmax())] == recorded[sample.file]["class"]
        assert scores.max() == pytest.approx(recorded[sample.file]["probability"], abs=1e-3)


@pytest.mark.keras
@pytest.mark.parametrize(("sample", "name"), [("chelsea", "Egyptian cat"), ("coffee", "espresso")])
def test_mobilenet_names_the_photographs(sample: str, name: str) -> None:
    assert answer("mobilenet_v2", sample) == name


@pytest.mark.keras
def test_mobilenet_is_named_like_the_one_in_keras() -> None:
    import keras

    names = {layer.name for layer in loaded("mobilenet_v2").layers}
    # Keras numbers its input layer and its pooling by how many it has made before.
    keras.backend.clear_session()
    published = {layer.name for layer in keras.applications.MobileNetV2(weights=None).layers[1:]}
    assert published <= names
    assert names - published == {"input", "normalization", "Conv1_pad"}
