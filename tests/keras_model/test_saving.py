"""An untrained file: Keras opens it, and so do we."""

from pathlib import Path

import pytest

from cnn_core.errors import NetworkError
from cnn_core.model_file import read_model_file
from cnn_core.network.presets import preset
from cnn_core.network.summary import summarize


@pytest.mark.keras
@pytest.mark.parametrize("key", ["mnist", "resnet_20"])
def test_keras_and_we_open_what_is_saved(key: str, tmp_path: Path) -> None:
    import keras

    from cnn_core.keras_model.saving import untrained_file

    network = preset(key).make()
    data = untrained_file(network)
    (tmp_path / "own.keras").write_bytes(data)
    assert keras.models.load_model(tmp_path / "own.keras").count_params() == summarize(network).parameters
    # Keras saves layers in a sequence of its own.
    read = {named.name: named.layer for named in read_model_file(data).network.layers}
    assert read == {named.name: named.layer for named in network.layers}


@pytest.mark.keras
def test_a_file_that_would_be_too_large_is_refused() -> None:
    from cnn_core.keras_model.saving import untrained_file

    with pytest.raises(NetworkError, match="138,357,544"):
        untrained_file(preset("vgg16").make())
