"""Write the layers of each bundled model as `<key>.network.json`, so that a page can show them without Keras.

python assets/make/models/networks.py
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from cnn_core.keras_model import network_from_keras
from cnn_core.models.bundled import BUNDLED, model_path, network_path


def main() -> None:
    import keras

    for bundled in BUNDLED:
        model = keras.models.load_model(model_path(bundled.key), compile=False)
        network_path(bundled.key).write_text(network_from_keras(model).to_json(), encoding="utf-8")


if __name__ == "__main__":
    main()
