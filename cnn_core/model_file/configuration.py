"""What Keras writes of a model, JSON, as a tree of entries. Nothing in it is looked up by name, and nothing is called.

Read are the form of Keras 3 and that of Keras 2, which lists connections as `[layer, call, output, {arguments}]`.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, TypeVar

from cnn_core.errors import CnnError, LayerError, ModelFileError
from cnn_core.layers import KINDS, MOST_INPUTS, Group
from cnn_core.model_file.arithmetic import ARRAYS, Numbers, row
from cnn_core.model_file.operations import taken_apart
from cnn_core.model_file.shown import shown
from cnn_core.model_file.unread import unread, why_unread
from cnn_core.network.files import MOST_LAYERS

CHAIN: Final = "Sequential"
NESTED: Final = (CHAIN, "Functional", "Model")
"""The classes of models. `Model` is what early versions of Keras 2 call a functional one."""

DEEPEST: Final = 20
"""Models within models."""

_HOMES: Final = {"keras", "tf_keras", "cnn_core"}
_OWN_PREFIX: Final = "convscope>"
"""Of the two classes that we gave to Keras ourselves."""

Found = TypeVar("Found")


AUGMENTATION: Final = frozenset(kind for kind, layer in KINDS.items() if layer.group is Group.AUGMENTATION)
"""Kinds that do nothing unless a model is trained."""


class Reference(NamedTuple):
    """Output number `output` of the `call`-th use of the layer called `name`."""

    name: str
    call: int
    output: int


Argument = Reference | Numbers
"""What a layer is applied to: an output of another one, or constants."""


@dataclass(frozen=True, eq=False)
class Entry:
    """A layer as the file describes it: its class, and what it is applied to, each time."""

    kind: str
    name: str
    settings: dict[str, Any]
    calls: tuple[tuple[Argument, ...], ...] = ()
    model: "Model | None" = None

    @property
    def trainable(self) -> bool:
        return self.settings.get("trainable") is not False

    def refuse(self, cause: LayerError) -> ModelFileError:
        """Return the error that names this layer."""
        return ModelFileError(
            'Layer "{layer}" ({kind}): {cause}', layer=shown(self.name), kind=shown(self.kind), cause=cause
        )


@dataclass(frozen=True, eq=False)
class Model:
    """A model as the file describes it. A chain (Sequential) names neither inputs nor outputs.

    `version` is that of the Keras which described it, as far as can be told: Keras 2 writes its own, Keras 3 modules.
    """

    name: str
    is_chain: bool
    trainable: bool
    entries: tuple[Entry, ...]
    inputs: tuple[Reference, ...] = ()
    outputs: tuple[Reference, ...] = ()
    input_shape: Any = None
    version: str = ""


def read_configuration(text: bytes) -> Model:
    """Return the model that `text` describes; raises ModelFileError, which names the place or the layer."""
    with _well_formed():
        document = parsed(text)
        _refuse_foreign(document)
        kind = class_of(document)
        if kind not in NESTED:
            raise ModelFileError(
                "The connections of this model are in its program, not in the file. Received: {kind}. "
                "Save a Sequential or a functional model.",
                kind=shown(kind),
            )
        return replace(_Reader().model(document, kind, DEEPEST), version=_version(document))


def _version(document: dict[str, Any]) -> str:
    return shown(document.get("keras_version", "3" if "module" in document else ""))


def is_old(version: str) -> bool:
    """Say whether Keras 2 wrote something; the earliest versions did not say so."""
    return not version.startswith("3")


def parsed(text: bytes) -> Any:
    """Return a description as Python knows JSON, also where the text was saved as JSON again; raises ModelFileError."""
    with _well_formed():
        document = json.loads(text.decode("utf-8-sig"))
        return json.loads(document) if isinstance(document, str) else document


@contextmanager
def _well_formed() -> Iterator[None]:
    """Turn what Python raises for no text, no JSON, deep nesting or numbers of thousands of digits into our error."""
    try:
        yield
    except (RecursionError, ValueError) as error:
        if isinstance(error, CnnError):
            raise
        raise ModelFileError(
            "The file's description of its model is not JSON, or nested too deeply. Save the model again with "
            "model.save()."
        ) from error


def _refuse_foreign(document: Any) -> None:
    """Refuse what other programs write as JSON beside their weights."""
    if isinstance(document, dict) and "modelTopology" in document:
        raise ModelFileError(
            "This is a TensorFlow.js model, whose weights are in other files. Export the model for Keras (Teachable "
            "Machine: Export Model, TensorFlow, Keras), or save it with model.save()."
        )


class _Reader:
    """Reads models within models, and counts what it has read."""

    def __init__(self) -> None:
        self._count = 0

    def model(self, document: dict[str, Any], kind: str, levels: int) -> Model:
        """Return the model with up to `levels` models within models."""
        if not levels:
            raise ModelFileError("Models are nested more than {most} deep. Use the inner one alone.", most=DEEPEST)
        config: Any = _member(document, "config", dict, list)
        # Keras wrote a Sequential's layers alone until 2.2.
        config = {"layers": config} if isinstance(config, list) else config
        layers = _member(config, "layers", list)
        self._allow(len(layers))
        entries = tuple(self._entry(layer, levels - 1) for layer in layers)
        _refuse_twice([entry.name for entry in entries])
        name, trainable = str(config.get("name", "")), config.get("trainable") is not False
        if kind == CHAIN:
            return Model(name, True, trainable, entries, input_shape=config.get("build_input_shape"))
        inputs, outputs = (
            tuple(_references(_member(config, key, list, dict))) for key in ("input_layers", "output_layers")
        )
        return Model(name, False, trainable, entries, inputs, outputs)

    def _entry(self, document: Any, levels: int) -> Entry:
        kind, settings = class_of(document), _member(document, "config", dict, list)
        named = settings if isinstance(settings, dict) and "name" in settings else document
        name = _member(named, "name", str)
        nodes = _member(document, "inbound_nodes", list) if "inbound_nodes" in document else []
        self._allow(len(nodes))
        if isinstance(settings, dict):
            settings, nodes = taken_apart(kind, settings, nodes)
        entry = Entry(kind, name, settings if isinstance(settings, dict) else {})
        try:
            calls = tuple(_arguments_of(_untrained(node) if kind in AUGMENTATION else node) for node in nodes)
        except LayerError as error:
            # What no version reads is said of the class, not of what it is applied to.
            raise entry.refuse(unread(kind) if why_unread(kind) else error) from error
        model = self.model(document, kind, levels) if kind in NESTED else None
        if _normalizes_batches(kind, model) and any(
            isinstance(node, list) and _asks_for_training(node) for node in nodes
        ):
            raise entry.refuse(
                LayerError(
                    "It is called with training=True, so it normalizes over the pictures of a batch, but here there "
                    "is only one picture. Call it without training=True and save the model again."
                )
            )
        return Entry(kind, name, entry.settings, calls, model)

    def _allow(self, more: int) -> None:
        self._count += more
        # A layer and its one call count twice.
        if self._count > 2 * MOST_LAYERS:
            raise ModelFileError(
                "The model has too many layers. At most {most} are read. Use a smaller model.", most=f"{MOST_LAYERS:,}"
            )


def _refuse_twice(names: list[str]) -> None:
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ModelFileError('The name "{name}" is used twice. Rename one of the two layers.', name=shown(twice))


def _member(value: Any, key: str, *types: type[Found]) -> Found:
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, types):
        raise ModelFileError(
            'The file\'s description of its model is incomplete: "{key}" is missing or of the wrong kind. Received: '
            "{value}.",
            key=key,
            value=shown(found),
        )
    return found


def class_of(document: Any) -> str:
    """Return a class of Keras by its name; that of anybody else with its module before it."""
    kind = _member(document, "class_name", str).removeprefix(_OWN_PREFIX)
    module = document.get("module")
    if module is None or (isinstance(module, str) and module.partition(".")[0] in _HOMES):
        return kind
    return f"{module}.{kind}"


# Connections ----------------------------------------------------------------------------------------------------------


def _reference(value: Any) -> Reference | None:
    """Return what `[layer, call, output, …]` refers to; None for anything else."""
    if not isinstance(value, list) or len(value) < 3 or not isinstance(value[0], str):
        return None
    name, call, output = value[:3]
    return Reference(name, call, output) if type(call) is type(output) is int else None


def _references(value: Any) -> Iterator[Reference]:
    """Yield a model's inputs or outputs, which may stand alone, in a list or in a dictionary."""
    found = _reference(value)
    if found:
        yield found
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from _references(value[key])


def _untrained(node: Any) -> Any:
    """Return a node without its wish to be called for training.

    Keras 3 records it for every augmentation in a functional model, and overrides it when the model predicts.
    """
    kwargs = node.get("kwargs") if isinstance(node, dict) else None
    if not isinstance(kwargs, dict):
        return node
    return node | {"kwargs": {key: value for key, value in kwargs.items() if key != "training"}}


def _without_training(value: Any) -> Any:
    """Return arguments of Keras 2 without `training`: what acts in training only does nothing here."""
    return {key: item for key, item in value.items() if key != "training"} if isinstance(value, dict) else value


def _asks_for_training(node: Any, depth: int = 4) -> bool:
    """Say whether calls of Keras 2 are for training, also when the model predicts."""
    if isinstance(node, list) and depth:
        return any(_asks_for_training(item, depth - 1) for item in node)
    return isinstance(node, dict) and node.get("training") is True


def _normalizes_batches(kind: str, model: "Model | None") -> bool:
    """Say whether a layer computes otherwise in training, beside what it does by chance."""
    if model is not None:
        return any(_normalizes_batches(entry.kind, entry.model) for entry in model.entries)
    return kind in ("BatchNormalization", "BatchNormalizationV1", "SyncBatchNormalization")


def _arguments_of(node: Any) -> tuple[Argument, ...]:
    """Return what a layer is applied to; raises LayerError for what is neither an output nor a constant."""
    arguments = tuple(_arguments(_untrained(node)))
    if len(arguments) > MOST_INPUTS:
        raise LayerError(
            "It has too many inputs. Received: {count}; at most {most} are read.",
            count=len(arguments),
            most=MOST_INPUTS,
        )
    return arguments


def _arguments(value: Any) -> Iterator[Argument]:
    found = _reference(value)
    if found:
        yield found
        yield from _arguments([_without_training(more) for more in value[3:]])
    # No mask, not training.
    elif value is None or value is False:
        return
    elif isinstance(value, list):
        for item in value:
            yield from _arguments(item)
    elif isinstance(value, dict):
        yield from _tensor(value) if "class_name" in value else _arguments([value[key] for key in sorted(value)])
    elif isinstance(value, int | float) and value is not True:
        yield row(value)
    else:
        raise _unknown(value)


def _tensor(value: dict[str, Any]) -> Iterator[Argument]:
    """Yield an output or constants in the form of Keras 3."""
    config = value.get("config")
    config = config if isinstance(config, dict) else {}
    found = _reference(config.get("keras_history"))
    if value["class_name"] == "__keras_tensor__" and found:
        yield found
    elif value["class_name"] in ARRAYS:
        yield row(value)
    else:
        raise _unknown(value["class_name"])


def _unknown(argument: object) -> LayerError:
    return LayerError(
        "It is applied to something that is neither another layer's output nor a number, or it is called for "
        "training. Received: {value}.",
        value=shown(argument),
    )
