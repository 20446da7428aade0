"""What a trained network makes of pictures that are moved by a few pixels."""

import keras
import numpy as np

from cnn_core.keras_model.fitting.pictures import predicted
from cnn_core.training.answers import probabilities
from cnn_core.training.data import Labelled, shifted
from cnn_core.training.heads import Loss


def shifted_accuracy(model: keras.Model, test: Labelled, loss: Loss, batch_size: int, shift: int) -> float:
    """Return the share that is right when the pictures are moved by `shift` pixels, the mean over four directions."""
    places = [(shift, 0), (-shift, 0), (0, shift), (0, -shift)] if shift else [(0, 0)]
    shares = []
    for place in places:
        outputs = predicted(model, shifted(test.pictures, *place), batch_size, lambda _done: None)
        shares.append(np.mean(probabilities(outputs, loss).argmax(axis=1) == test.labels))
    return float(np.mean(shares))
