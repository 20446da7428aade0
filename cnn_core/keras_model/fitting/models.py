"""The Keras models and optimizers of a fit, made as the script of `training/script.py` makes them."""

import random
from collections.abc import Mapping
from typing import Any

import keras

from cnn_core.keras_model.activations import operations
from cnn_core.keras_model.build import build_model
from cnn_core.keras_model.opening import load_own_model
from cnn_core.training.fitting import FitPlan, StagePlan
from cnn_core.training.optimizer import OptimizerName, OptimizerSettings, ScheduleName
from cnn_core.training.records import Stage
from cnn_core.training.transfer import base_file, base_network


class Models:
    """The model of a plan, with fresh weights that depend on its seed alone, on a trained base where it has one.

    Keras's global seed is set: a fit has its process to itself.

    Attributes:
        whole: from the pictures to the classes.
        head: what stands on the base, from its features to the classes; it shares its layers with `whole`. None where
            no features are kept.
    """

    def __init__(self, plan: FitPlan) -> None:
        given = _base_weights(plan.transfer.base) if plan.transfer else {}
        keras.utils.set_random_seed(plan.seed)
        self._plan = plan
        self.whole = build_model(plan.whole, seed=None, given=given)
        self._layers = operations(self.whole)
        self.head = self._on_features() if plan.keeps_features else None
        # Fixed kernels are drawn first like all others, so that they change no other layer's.
        fixed = {kernel.layer: [kernel.weights(plan.network)] for kernel in plan.kernels}
        for name, weights in (given | fixed).items():
            self._layers[name].set_weights(weights)

    def _base_end(self) -> int:
        """Return the place of the base's last layer in the network."""
        assert self._plan.transfer is not None
        end = base_network(self._plan.transfer.base).layers[-1].name
        return [named.name for named in self._plan.whole.layers].index(end)

    def _on_features(self) -> keras.Model:
        layers = [self._layers[named.name] for named in self._plan.whole.layers[self._base_end() :]]
        features = keras.Input(layers[0].output.shape[1:])
        outputs = features
        for layer in layers[1:]:
            outputs = layer(outputs)
        return keras.Model(features, outputs)

    def base(self) -> keras.Model:
        """Return the part from the pictures to the features."""
        return keras.Model(self.whole.inputs, self._layers[self._plan.whole.layers[self._base_end()].name].output)

    def compiled(self, stage: StagePlan, batches: int) -> keras.Model:
        """Return the model that a stage trains, ready for it; `batches` are those of an epoch."""
        trained = {named.name for named in self._plan.whole.layers if named.trainable}
        if stage.stage is Stage.FINE_TUNING:
            trained |= self._plan.changing
        for name, layer in self._layers.items():
            layer.trainable = name in trained
        model = self.head if self.head is not None and stage.stage is Stage.HEAD else self.whole
        model.compile(
            optimizer=keras_optimizer(stage.optimizer, batches, stage.epochs),
            loss=self._plan.head.loss.value,
            metrics=["accuracy"],
        )
        model.optimizer.build(model.trainable_variables)
        return model

    def state(self) -> list[Any]:
        """Return the variables that training changes, in order: weights, and the states of what is drawn."""
        return self._state_of(self._layers)

    def state_of(self, twin: keras.Model) -> list[Any]:
        """Return the same variables of a twin."""
        return self._state_of(operations(twin))

    def _state_of(self, layers: Mapping[str, Any]) -> list[Any]:
        changing = self._plan.changing
        return [variable for name, layer in layers.items() if name in changing for variable in layer.variables]

    def twin(self) -> keras.Model:
        """Return another model like `whole`; nothing is drawn for it that others would have drawn."""
        drawn = random.getstate()
        try:
            return build_model(self._plan.whole)
        finally:
            random.setstate(drawn)


def _base_weights(base: str) -> dict[str, list[Any]]:
    """Return the trained weights of a base, by layer."""
    model = load_own_model(base_file(base))
    return {named.name: model.get_layer(named.name).get_weights() for named in base_network(base).layers[1:]}


def keras_optimizer(settings: OptimizerSettings, batches: int, epochs: int) -> keras.optimizers.Optimizer:
    """Return the optimizer for so many epochs of so many batches."""
    rate = _rate(settings, batches, epochs)
    decay = settings.weight_decay or None
    if settings.name is OptimizerName.ADAM:
        return keras.optimizers.Adam(rate, weight_decay=decay)
    kind = keras.optimizers.SGD if settings.name is OptimizerName.SGD else keras.optimizers.RMSprop
    return kind(rate, momentum=settings.momentum, weight_decay=decay)


def _rate(settings: OptimizerSettings, batches: int, epochs: int) -> Any:
    schedules = keras.optimizers.schedules
    if settings.schedule is ScheduleName.COSINE:
        return schedules.CosineDecay(settings.learning_rate, batches * epochs)
    if settings.schedule is ScheduleName.EXPONENTIAL:
        return schedules.ExponentialDecay(settings.learning_rate, batches, settings.decay_rate)
    return settings.learning_rate
