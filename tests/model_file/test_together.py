"""A description and weights in two files, which Keras is not needed to read."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
import pytest
from model_files import (
    CONV,
    DENSE,
    MATRIX,
    SMALL,
    SMALL_H5,
    SMALL_NETWORK,
    SMALL_WEIGHTS,
    Config,
    chain,
    entry,
    h5_file,
    hdf5,
    image,
    keras_file,
)

from cnn_core.errors import ModelFileError
from cnn_core.layers import Activation
from cnn_core.model_file import is_model, read_model_file, reader, sandbox
from cnn_core.model_file.together import put_together

pytestmark = pytest.mark.process

SMALL_2 = {"class_name": "Sequential", "config": SMALL["config"], "keras_version": "2.13.1", "backend": "tensorflow"}
"""As Keras 2 writes it: without modules, with its version."""


def text(config: Any) -> bytes:
    return json.dumps(config).encode()


def by_class(weights: dict[str, Any] = SMALL_WEIGHTS) -> bytes:
    """Return weights alone as Keras 3 writes them, with what else is in such a file."""

    def fill(file: h5py.File) -> None:
        for path, values in weights.items():
            file[path] = values
        file.create_group("vars")
        file["optimizer/vars/0"] = np.float32(3)
        file["layers/dropout/seed_generator/vars/0"] = np.zeros(2, np.uint32)

    return hdf5(fill)


def by_name(weights: dict[str, dict[str, Any]] = SMALL_H5) -> bytes:
    """Return weights alone as Keras 2 writes them into an .h5 file."""

    def fill(file: h5py.File) -> None:
        file.attrs["layer_names"] = [name.encode() for name in (*weights, "flatten", "flip")]
        file.attrs["keras_version"] = "2.13.1"
        file.create_group("flatten").attrs["weight_names"] = []
        file.create_group("flip").attrs["weight_names"] = [b"StateVar:0"]
        file["flip/StateVar:0"] = np.zeros(3, np.int64)
        for layer, arrays in weights.items():
            group = file.create_group(layer)
            group.attrs["weight_names"] = [name.encode() for name in arrays]
            for name, values in arrays.items():
                group[name] = values

    return hdf5(fill)


OF_213 = {path.replace("layers", "_layer_checkpoint_dependencies"): values for path, values in SMALL_WEIGHTS.items()}
OF_WINDOWS = {path.replace("dependencies/", "dependencies\\"): values for path, values in OF_213.items()}


@pytest.mark.parametrize(
    "files",
    [
        (text(SMALL), by_class()),
        (by_class(), text(SMALL)),
        (b"\xef\xbb\xbf \n" + text(SMALL), by_class()),
        (text(json.dumps(SMALL)), by_class()),
        (text(SMALL_2), by_class(OF_213)),
        (text(SMALL_2), by_class(OF_WINDOWS)),
        (text(SMALL_2), by_name()),
        (by_name(), text(SMALL)),
        (keras_file(), text(chain()), by_class(), text(SMALL)),
    ],
    ids=["3", "3, turned", "a mark", "JSON in JSON", "2.13", "Windows", "2", "2 and 3", "the last ones count"],
)
def test_a_description_and_weights_are_one_model(files: tuple[bytes, ...]) -> None:
    file = read_model_file(put_together(files))
    assert file.network == SMALL_NETWORK
    assert file.has_weights
    for found, written in zip((*file.weights["conv"], *file.weights["dense"]), SMALL_WEIGHTS.values(), strict=True):
        assert np.array_equal(found, written)


def test_a_description_alone_has_no_weights() -> None:
    for config in (SMALL, SMALL_2):
        file = read_model_file(text(config))
        assert (file.network, file.weights, file.has_weights) == (SMALL_NETWORK, {}, False)
    assert read_model_file(text(json.dumps(SMALL))).network == SMALL_NETWORK


def test_files_that_are_no_halves_stay_alone() -> None:
    whole = keras_file()
    assert put_together([whole]) is whole
    assert put_together([text(SMALL), by_class(), whole]) is whole
    assert put_together([by_class(), b"what?"]) == b"what?"
    assert put_together([text(SMALL), text(SMALL_2)]) == text(SMALL_2)


def test_the_same_files_are_the_same_model() -> None:
    """It goes by the SHA-256 of its bytes."""
    assert put_together([text(SMALL), by_class()]) == put_together([by_class(), text(SMALL)])


def test_the_archive_has_the_names_that_the_reader_looks_for() -> None:
    with zipfile.ZipFile(io.BytesIO(put_together([text(SMALL), by_class()]))) as archive:
        assert set(archive.namelist()) == {reader.METADATA, reader.DESCRIPTION, reader.WEIGHTS}
        assert json.loads(archive.read(reader.METADATA)) == {reader.BESIDE: True}


def test_what_is_the_description_of_a_model() -> None:
    assert is_model(text(SMALL))
    assert is_model(text({"class_name": 3}))
    assert is_model(keras_file())
    assert not any(map(is_model, (text({"format": "convscope-network"}), b"{", b"[]", b"", b"PK", b"{}")))


def test_a_description_says_which_version_wrote_it() -> None:
    """hard_sigmoid was a different function in Keras 2."""
    layers = [image(), entry("Activation", "end", activation="hard_sigmoid")]
    assert read_model_file(text(chain(*layers))).network["end"].layer == Activation("hard_sigmoid")
    with pytest.raises(ModelFileError, match="a different function in Keras 2"):
        read_model_file(text(SMALL_2 | {"config": {"name": "net", "layers": layers}}))


# Refused --------------------------------------------------------------------------------------------------------------


def refusal(*files: bytes) -> str:
    with pytest.raises(ModelFileError) as caught:
        read_model_file(put_together(files))
    sentence = str(caught.value)
    assert sentence.isprintable()
    assert len(sentence) < 1_000
    return sentence


def filled(fill: Callable[[h5py.File], None]) -> bytes:
    """Return the small weights and what `fill` adds."""

    def whole(file: h5py.File) -> None:
        for path, values in SMALL_WEIGHTS.items():
            file[path] = values
        fill(file)

    return hdf5(whole)


def _circle(file: h5py.File) -> None:
    file["layers/circle"] = file["/"]


def _link(file: h5py.File) -> None:
    file["layers/evil"] = h5py.ExternalLink("/etc/passwd", "/")


def _many(file: h5py.File) -> None:
    for number in range(reader.MOST_NAMES):
        file.create_group(f"layers/conv2d_{number + 1}")


def _named(**more: Any) -> Callable[[h5py.File], None]:
    def fill(file: h5py.File) -> None:
        for name, value in more.items():
            file.attrs[name] = value

    return fill


SHORT = chain(image(), CONV, entry("Flatten", "flatten"))
FURTHER = {"layers/sequential/layers/dense/vars/0": MATRIX}

REFUSED: dict[str, tuple[Callable[[], tuple[bytes, ...]], str]] = {
    "weights alone": (lambda: (by_class(),), "holds only weights.*together with.*model.to_json()"),
    "weights alone of Keras 2": (lambda: (by_name(),), "holds only weights.*together with.*model.to_json()"),
    "weights alone of 2.13": (lambda: (by_class(OF_213),), "holds only weights"),
    "a whole model and a description": (lambda: (text(SMALL), h5_file(weights=SMALL_H5)), "two models.*Remove one"),
    "other HDF5": (lambda: (text(SMALL), hdf5(lambda file: None)), 'weights at "/layers" are missing'),
    "a layer more in the weights": (
        lambda: (text(SHORT), by_class()),
        'none of its layers needs those at "layers/dense/vars"',
    ),
    "a layer more by name": (lambda: (text(SHORT), by_name()), 'none of its layers needs those at "dense"'),
    "a nested layer more": (
        lambda: (text(SMALL), by_class({**SMALL_WEIGHTS, **FURTHER})),
        'needs those at "layers/sequential/layers/dense/vars"',
    ),
    "no layer with weights": (lambda: (text(chain(image())), by_class()), "none of its layers needs those"),
    "a layer more in the description": (
        lambda: (text(chain(image(), CONV, entry("Flatten", "f"), DENSE, entry("Dense", "end", units=2))), by_class()),
        '"/layers/dense_1" are missing',
    ),
    "another order of the layers": (
        lambda: (text(SMALL), by_class({**SMALL_WEIGHTS, "layers/dense/vars/0": MATRIX.T})),
        "do not have their layer's shape",
    ),
    "groups that hold each other": (lambda: (text(SMALL), filled(_circle)), "damaged|none of its layers needs those"),
    "groups without end": (lambda: (text(SMALL), filled(_many)), "damaged"),
    "a link for a layer": (
        lambda: (text(SMALL), filled(_link)),
        "something elsewhere",
    ),
    "a link for the layers": (
        lambda: (text(SMALL), hdf5(lambda file: file.__setitem__("layers", h5py.SoftLink("/nowhere")))),
        "something elsewhere",
    ),
    "layer names of numbers": (
        lambda: (text(SMALL), filled(_named(layer_names=np.zeros(3)))),
        '"layer_names" is not text',
    ),
    "a layer name from nowhere": (lambda: (text(SMALL), filled(_named(layer_names=[b"../x"]))), "are missing"),
    "thousands of layer names": (
        lambda: (text(SMALL), filled(_named(layer_names=np.full(30_000, b"x")))),
        "layer_names|damaged",
    ),
    "broken JSON": (lambda: (b'{"class_name": "Sequential", ', by_class()), "not JSON"),
    "no JSON after all": (lambda: (b"{", by_name()), "not JSON"),
    "JSON of something else": (lambda: (b'{"a": 1}', by_class()), '"class_name" is missing'),
    "deep JSON": (lambda: (b'{"config":' * 100_000,), "nested too deeply"),
    "deep JSON in JSON": (lambda: (text('{"a":' * 100_000),), "nested too deeply"),
    "text in text": (lambda: (text(json.dumps("x")),), '"class_name" is missing|neither a Keras'),
    "a million layers": (
        lambda: (text(chain(image(), *[DENSE] * 20_000)),),
        "too many layers",
    ),
    "a giant": (lambda: (text(chain(image(10**6, 10**6, 3), CONV)),), "too many layers or values"),
    "giant weights": (lambda: (text(chain(image(10**5), entry("Dense", "d", units=10**5))),), "parameters; at most"),
    "long JSON": (lambda: (b"{" + b" " * 6_000_000 + b"}",), '"JSON" is too large'),
    "long JSON beside weights": (lambda: (b"{" + b" " * 6_000_000 + b"}", by_class()), '"config.json" is too large'),
}


@pytest.mark.parametrize(("files", "words"), REFUSED.values(), ids=REFUSED)
def test_refused_files(files: Callable[[], tuple[bytes, ...]], words: str) -> None:
    sentence = refusal(*files())
    assert re.search(words, sentence), sentence


def test_weights_that_claim_to_be_made_here_are_no_more_trusted() -> None:
    data = keras_file(SMALL, lambda file: _circle(file), {"assets/x": b""})
    claiming = data.replace(b'{"keras_version": "3.15.1"}', b'{"weights_beside": true}   ')
    assert len(claiming) == len(data)
    with pytest.raises(ModelFileError):
        read_model_file(claiming)


def test_too_large_files_are_not_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "LARGEST_FILE", 1_000)
    big = by_class()
    assert put_together([text(SMALL), big]) is big


def config_of(*values: Any) -> Config:
    return {"class_name": "Sequential", "config": values}


@pytest.mark.parametrize("config", [config_of(), config_of(3), {"class_name": 3}, {"class_name": "Sequential"}])
def test_descriptions_of_wrong_types(config: Any) -> None:
    assert "is missing or of the wrong kind" in refusal(text(config)) or "input size" in refusal(text(config))
