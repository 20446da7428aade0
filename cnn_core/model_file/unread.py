"""Classes of Keras that are no layers here: why not, and what to do instead."""

from typing import Final

from cnn_core.errors import LayerError
from cnn_core.model_file.shown import shown
from cnn_core.sentences import N_

_CODE: Final = N_(
    "It contains code, which is never run here. Replace it with Keras layers, such as Rescaling, Resizing or "
    "Activation, and save the model again."
)
_SLICE: Final = N_(
    "It takes a part of its input or reverses its order, like x[..., ::-1] in preprocess_input of VGG and ResNet. "
    "Save the model without preprocess_input; how pixels enter is chosen next to the model: BGR minus ImageNet mean "
    "(Caffe)."
)
_SEQUENCE: Final = N_("It is made for text, sound and other sequences; only networks for pictures open here.")
_VOLUME: Final = N_(
    "It is made for volumes and videos, with three dimensions; only networks for flat pictures open here."
)
_ATTENTION: Final = N_(
    "It is attention, in which every place looks at every other; no layer here does that. Networks of convolutions, "
    "pooling and Dense layers open."
)
_FOREIGN: Final = N_(
    "Received: {kind}. This class is not one of Keras's own: what it does is written in a program, which the file "
    "does not contain and which would not be run here. Build the model from Keras's own layers."
)
_UNKNOWN: Final = N_(
    "{kind} has no counterpart here. Build the model from the layers that the page “Design a network” offers, and "
    "save it again."
)

_OF_SEQUENCES: Final = (
    *("LSTM", "GRU", "SimpleRNN", "RNN", "CuDNNLSTM", "CuDNNGRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"),
    *("Bidirectional", "TimeDistributed", "RepeatVector", "Masking", "Embedding", "ReversibleEmbedding"),
    *("TextVectorization", "StringLookup", "IntegerLookup", "Hashing", "HashedCrossing", "CategoryEncoding"),
    *("Discretization", "MelSpectrogram", "STFTSpectrogram"),
)
_BY_NAME: Final = {
    **dict.fromkeys(("Lambda", "__lambda__"), _CODE),
    **dict.fromkeys(("GetItem", "Flip", "SlicingOpLambda"), _SLICE),
    **dict.fromkeys(_OF_SEQUENCES, _SEQUENCE),
    **dict.fromkeys(("MultiHeadAttention", "Attention", "AdditiveAttention", "GroupQueryAttention"), _ATTENTION),
}
_BY_DIRECTIONS: Final = {"1D": _SEQUENCE, "1DTranspose": _SEQUENCE, "3D": _VOLUME, "3DTranspose": _VOLUME}
"""By how names end: Conv1D, GlobalMaxPooling3D."""


def why_unread(kind: str) -> str | None:
    """Return the sentence on a class that no version of this program reads, None where there is none of its own."""
    by_end = (sentence for end, sentence in _BY_DIRECTIONS.items() if kind.endswith(end))
    return _BY_NAME.get(kind) or next(by_end, None)


def unread(kind: str) -> LayerError:
    """Return the error for a class that is no layer here."""
    is_foreign = ">" in kind or ("." in kind and not kind.startswith("TFOpLambda"))
    sentence = why_unread(kind) or (_FOREIGN if is_foreign else _UNKNOWN)
    return LayerError(sentence, kind=shown(kind))
