"""What is known of a model without running it."""

import pickle
import tempfile
from pathlib import Path

import pytest

from cnn_core.errors import CnnError, ModelFileError
from cnn_core.layers import Dense, Input
from cnn_core.models.info import describe
from cnn_core.models.kept_files import keep_file
from cnn_core.network.network import Network
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.scaling import Scaling


def test_bundled_models_are_described_without_tensorflow() -> None:
    info = describe("mnist")
    assert (info.input_size, info.colour, info.scaling) == ((28, 28), Colour.GREY, Scaling.UNIT)
    assert info.classes == tuple("0123456789")


def test_what_is_known_travels_between_processes() -> None:
    info = describe("mobilenet_v2")
    assert pickle.loads(pickle.dumps(info)) == info
    # It is asked for at every run of a page.
    assert info.network is info.network


@pytest.mark.parametrize(
    "key",
    [
        "nothing",
        "application:Nothing:random",
        "application:VGG16:own",
        "application:__class__:random",
        "file:../../etc/passwd:",
        f"file:{'0' * 64}:",
        "file::",
    ],
)
def test_what_is_not_there_is_one_sentence(key: str) -> None:
    with pytest.raises(CnnError) as caught:
        describe(key)
    assert str(caught.value).endswith(".")


@pytest.mark.keras
def test_a_model_that_takes_no_picture_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_core import build_model

    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    build_model(Network.of(Input((7,)), Dense(3))).save(tmp_path / "own.keras")
    with pytest.raises(ModelFileError, match="does not take a picture: its input is 7"):
        describe(f"file:{keep_file((tmp_path / 'own.keras').read_bytes())}:")
