"""Transfer learning as plain data: the features of a network that was trained on much more, under a head of our own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from cnn_core.data import DATA
from cnn_core.errors import CnnError
from cnn_core.layers import BatchNormalization, Dropout, GlobalAveragePooling2D, Input, Rescaling
from cnn_core.network.network import NamedLayer, Network, free_name
from cnn_core.sentences import N_
from cnn_core.training.bounds import check_whole
from cnn_core.training.heads import head_layer
from cnn_core.training.optimizer import check_rate

BASES: Final = ("mobilenet_v2",)
"""Bundled models that end in a global pooling and a Dense; the part up to the pooling is the base."""
SMALLEST_SIDE: Final = 32
"""Of a picture: the base halves height and width five times."""


@dataclass(frozen=True)
class FineTuning:
    """What comes once the head is trained: the base's last layers are trained too, at a low rate.

    Args:
        layers: how many of the base's last layers; BatchNormalization among them stays as it is, for a few pictures
            would spoil its statistics.
        learning_rate: above 0 and at most 1; the course takes 1e-5.
    """

    layers: int = 20
    epochs: int = 10
    learning_rate: float = 1e-5

    def __post_init__(self) -> None:
        check_whole("layers", self.layers, 1, len(base_network(BASES[0]).layers))
        check_whole("epochs", self.epochs, 1, 1_000)
        check_rate("learning_rate", self.learning_rate)


@dataclass(frozen=True)
class Transfer:
    """How a trained base is used.

    Args:
        base: one of `BASES`.
        dropout: between the base and the new Dense, from 0 to below 1; 0 is none.
        keep_features: whether what the base makes of the pictures is computed once and kept, so that an epoch takes
            milliseconds; the pictures are then the same in every epoch, so nothing can be augmented.
        fine_tuning: what comes afterwards; None: the base stays as it is.
    """

    base: str = BASES[0]
    dropout: float = 0.5
    keep_features: bool = True
    fine_tuning: FineTuning | None = None

    def __post_init__(self) -> None:
        if self.base not in BASES:
            raise CnnError(
                N_("There is no base of this name. Received: {base}; known are {known}."),
                base=self.base,
                known=", ".join(BASES),
            )
        if not 0 <= self.dropout < 1:
            raise CnnError(N_("The dropout must be from 0 to below 1. Received: {value}."), value=self.dropout)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Transfer":
        """Return what `dataclasses.asdict` made of one; raises CnnError, TypeError or LookupError."""
        tuning = document["fine_tuning"]
        return cls(**{**document, "fine_tuning": None if tuning is None else FineTuning(**tuning)})


@cache
def base_network(base: str) -> Network:
    """Return the layers of a base, from its Input, which takes pixels in [0, 1], to its global pooling."""
    layers = Network.from_json(_file(base, ".network.json").read_text(encoding="utf-8")).layers
    end = next(place for place, named in enumerate(layers) if isinstance(named.layer, GlobalAveragePooling2D))
    return Network(layers[: end + 1], base)


def base_file(base: str) -> Path:
    """Return where a base's Keras file lies, with the layers behind the pooling too."""
    return _file(base, ".keras")


def _file(base: str, suffix: str) -> Path:
    return DATA / "models" / f"{base}{suffix}"


def transfer_network(transfer: Transfer, size: tuple[int, int], classes: int) -> Network:
    """Return a base, frozen, for coloured pictures of this size, (height, width), in bytes, with a new head on it."""
    if min(size) < SMALLEST_SIDE:
        raise CnnError(
            N_(
                "The base halves the pictures five times, so they must be at least {least} pixels high and wide. "
                "Received: {height}×{width}."
            ),
            least=SMALLEST_SIDE,
            height=size[0],
            width=size[1],
        )
    base = base_network(transfer.base)
    frozen = (replace(named, trainable=False) for named in base.layers[1:])
    layers = [NamedLayer(base.layers[0].name, Input((*size, 3))), NamedLayer("rescaling", Rescaling(1 / 255)), *frozen]
    head = [*([Dropout(transfer.dropout)] if transfer.dropout else []), head_layer(classes)]
    for layer in head:
        layers.append(NamedLayer(free_name(layer.kind, {named.name for named in layers}), layer))
    return Network(tuple(layers), f"{transfer.base}_transfer")


def tuned_layers(base: str, count: int) -> frozenset[str]:
    """Return the names of those among a base's last `count` layers that fine-tuning changes."""
    last = base_network(base).layers[-count:]
    return frozenset(named.name for named in last if not isinstance(named.layer, BatchNormalization))


def refuse_misfit(transfer: Transfer, network: Network, is_augmented: bool) -> None:
    """Raise CnnError where a network is not this base with a head, or features are to be kept that change."""
    names = [named.name for named in base_network(transfer.base).layers]
    if not set(names) <= {named.name for named in network.layers}:
        raise CnnError(
            N_('The network does not have all layers of the base "{base}". Build it from the base and a head.'),
            base=transfer.base,
        )
    if is_augmented and transfer.keep_features:
        raise CnnError(
            N_(
                "Features can be computed once only if the pictures do not change. Remove the augmentation, or send "
                "the pictures through the base in every epoch."
            )
        )
