"""One network to be trained on a set of pictures, as plain data named as Keras names it; as JSON.

Nothing here needs Keras: `keras_model/fitting.py` trains, `processes/fitting.py` does so in a process of its own, and
`script.py` writes the same training as a script.
"""

import dataclasses
import json
import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from cnn_core.errors import CnnError
from cnn_core.layers import Input, Layer
from cnn_core.layers.kind import Group
from cnn_core.layers.shapes import show
from cnn_core.network.network import NamedLayer, Network, free_name
from cnn_core.sentences import N_
from cnn_core.training.bounds import check_whole
from cnn_core.training.fixed import FixedKernel
from cnn_core.training.heads import Head, head_of
from cnn_core.training.optimizer import OptimizerSettings
from cnn_core.training.records import Stage
from cnn_core.training.sets.data import Data
from cnn_core.training.transfer import Transfer, refuse_misfit, tuned_layers

_BOUNDS: Final = {"batch_size": (1, 4_096), "epochs": (1, 1_000), "seed": (0, 2**31 - 1)}
MOST_PATIENCE: Final = 1_000
MOST_SHIFTS: Final = 8


@dataclass(frozen=True)
class StagePlan:
    """A part of a fit in which the same layers are trained by one optimizer, for so many epochs at most."""

    stage: Stage
    epochs: int
    optimizer: OptimizerSettings


@dataclass(frozen=True)
class FitPlan:
    """One network to be trained; the defaults are those of the course.

    Args:
        data: the pictures. They enter as floats from 0 to 255, as `keras.utils.image_dataset_from_directory` gives
            them.
        network: what is trained, without augmentation. It ends in one unit with sigmoid, or in a unit for each class
            with softmax, and scales bytes itself; `networks.fitted` makes one that does. With `transfer` it is what
            `transfer_network` made.
        augmentation: layers put behind the input for training; none where `transfer` keeps features.
        transfer: how the trained base is used whose layers the network begins with; None: it has none.
        batch_size: pictures in a step.
        epochs: how often all training pictures are seen; fine-tuning comes on top.
        early_stopping: it ends once `val_loss` has not been lower than ever before for so many epochs; None: never.
        keep_best: whether the weights of the epoch with the lowest `val_loss` are tested and saved, or the last.
        class_weights: whether rare classes count more in the loss, so that each class counts as much as any other.
        seed: of the weights, the order of the pictures, augmentation and dropout.
        kernels: those that are given and not learned.
        shifts: by how many pixels the test pictures are moved at the end, to see what that does to the answers.

    Raises:
        NetworkError: the layers do not fit together.
        CnnError: a number is out of bounds, or the network cannot be trained on these pictures.
    """

    data: Data
    network: Network
    augmentation: tuple[Layer, ...] = ()
    transfer: Transfer | None = None
    optimizer: OptimizerSettings = field(default_factory=OptimizerSettings)
    batch_size: int = 32
    epochs: int = 10
    early_stopping: int | None = None
    keep_best: bool = True
    class_weights: bool = False
    seed: int = 0
    kernels: tuple[FixedKernel, ...] = ()
    shifts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name, (least, most) in _BOUNDS.items():
            check_whole(name, getattr(self, name), least, most)
        if self.early_stopping is not None:
            check_whole("early_stopping", self.early_stopping, 1, MOST_PATIENCE)
        check_whole("shifts", len(self.shifts), 0, MOST_SHIFTS)
        for shift in self.shifts:
            check_whole("shifts", shift, 0, min(self.data.size) - 1)
        self._refuse_misfits()

    def _refuse_misfits(self) -> None:
        for layer in self.augmentation:
            if layer.group is not Group.AUGMENTATION:
                raise CnnError(
                    N_("Augmentation consists of layers that change pictures at random. Received: {kind}."),
                    kind=layer.kind,
                )
        taken = next(self.whole.steps()).output_shape
        if taken != self.data.shape:
            raise CnnError(
                N_("The pictures do not fit the network. Received: {given}; it takes {taken}. Change one of the two."),
                given=show(self.data.shape),
                taken=show(taken),
            )
        head_of(self.whole)
        if not self.data.split.validation:
            raise CnnError(N_("Training needs pictures to validate with. Received: validation=0. Keep some for it."))
        for kernel in self.kernels:
            kernel.refuse_misfit(self.network)
        if self.transfer is not None:
            refuse_misfit(self.transfer, self.network, bool(self.augmentation))

    @cached_property
    def whole(self) -> Network:
        """The network as it is trained, with the augmentation behind its input."""
        return behind_input(self.network, self.augmentation)

    @property
    def head(self) -> Head:
        """How the network ends, with the loss that follows from it and the reason why."""
        return head_of(self.network)

    @property
    def stages(self) -> tuple[StagePlan, ...]:
        """What is done one after the other."""
        first = StagePlan(Stage.HEAD if self.transfer else Stage.SCRATCH, self.epochs, self.optimizer)
        tuning = self.transfer.fine_tuning if self.transfer else None
        if tuning is None:
            return (first,)
        optimizer = dataclasses.replace(self.optimizer, learning_rate=tuning.learning_rate)
        return (first, StagePlan(Stage.FINE_TUNING, tuning.epochs, optimizer))

    @property
    def all_epochs(self) -> int:
        """How many epochs it has at most, fine-tuning included."""
        return sum(stage.epochs for stage in self.stages)

    @property
    def keeps_features(self) -> bool:
        """Whether the base sees each picture once only."""
        return self.transfer is not None and self.transfer.keep_features

    @property
    def changing(self) -> frozenset[str]:
        """The names of the layers that some stage trains."""
        tuning = self.transfer.fine_tuning if self.transfer else None
        tuned = tuned_layers(self.transfer.base, tuning.layers) if self.transfer and tuning else frozenset()
        return tuned | {named.name for named in self.whole.layers if named.trainable}

    def batches(self, pictures: int) -> int:
        """Return how many batches so many pictures are."""
        return math.ceil(pictures / self.batch_size)

    def to_json(self) -> str:
        """Return the plan as one line."""
        document = {
            "data": json.loads(self.data.to_json()),
            "network": self.network.to_json(),
            "augmentation": Network.of(Input((1, 1, 1)), *self.augmentation).to_json(),
            "transfer": dataclasses.asdict(self.transfer) if self.transfer else None,
            "optimizer": dataclasses.asdict(self.optimizer),
            "kernels": [dataclasses.asdict(kernel) for kernel in self.kernels],
        }
        return json.dumps(document | {name: getattr(self, name) for name in _PLAIN})

    @classmethod
    def from_json(cls, text: str) -> "FitPlan":
        """Return what `to_json` wrote; raises CnnError."""
        try:
            document = json.loads(text)
            transfer = document.pop("transfer")
            return cls(
                data=Data.from_json(json.dumps(document.pop("data"))),
                network=Network.from_json(document.pop("network")),
                augmentation=_read_augmentation(document.pop("augmentation")),
                transfer=None if transfer is None else Transfer.of(transfer),
                optimizer=OptimizerSettings.of(document.pop("optimizer")),
                kernels=tuple(map(FixedKernel.of, document.pop("kernels", ()))),
                shifts=tuple(document.pop("shifts", ())),
                **document,
            )
        except CnnError:
            raise
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise CnnError(N_("This does not describe a training: {problem}."), problem=error) from error


_PLAIN: Final = (*_BOUNDS, "early_stopping", "keep_best", "class_weights", "shifts")


def _read_augmentation(text: str) -> tuple[Layer, ...]:
    return tuple(named.layer for named in Network.from_json(text).layers[1:])


def behind_input(network: Network, layers: tuple[Layer, ...]) -> Network:
    """Return a network with layers put behind its Input, on every way that leads from there."""
    if not layers:
        return network
    names = [named.name for named in network.layers]
    start = names[0]
    put: list[NamedLayer] = []
    for layer in layers:
        put.append(NamedLayer(free_name(layer.kind, {*names, *(named.name for named in put)}), layer))
    below = (
        dataclasses.replace(named, inputs=tuple(put[-1].name if source == start else source for source in named.inputs))
        for named in network.layers[1:]
    )
    return dataclasses.replace(network, layers=(network.layers[0], *put, *below))
