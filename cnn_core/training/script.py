"""The script that does a fit outside of the app, with Keras, TensorFlow and NumPy alone: same seed, same history."""

import io
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Final

import numpy as np

from cnn_core.errors import CnnError
from cnn_core.layers import Dense, Rescaling
from cnn_core.network.code.keras_code import keras_code
from cnn_core.network.keras_names import keras_name
from cnn_core.network.network import Network
from cnn_core.sentences import N_
from cnn_core.training.fitting import FitPlan, StagePlan
from cnn_core.training.optimizer import OptimizerName, OptimizerSettings, ScheduleName
from cnn_core.training.records import Stage
from cnn_core.training.sets.data import Data
from cnn_core.training.sets.parts import read_parts
from cnn_core.training.sets.split import Part
from cnn_core.training.transfer import Transfer, base_file, base_network

PICTURES_FILE: Final = "pictures.npz"
"""What the script reads: `train_pictures`, (N, height, width, channels) in bytes, `train_labels`, (N,), and so on for
`validation` and `test`."""


MOST_PICTURE_BYTES: Final = 256 * 2**20


def pictures_file(data: Data) -> bytes:
    """Return `PICTURES_FILE`; raises CnnError where the pictures are too many for one file or no longer there."""
    parts = read_parts(data)
    size = sum(parts.part(part).pictures.nbytes for part in Part)
    if size > MOST_PICTURE_BYTES:
        raise CnnError(
            N_("The pictures are too many for one file. Received: {size} MB; at most {most} MB. Use fewer of them."),
            size=f"{size / 2**20:,.0f}",
            most=f"{MOST_PICTURE_BYTES / 2**20:,.0f}",
        )
    arrays: dict[str, Any] = {f"{part}_pictures": parts.part(part).pictures for part in Part}
    arrays |= {f"{part}_labels": parts.part(part).labels for part in Part}
    out = io.BytesIO()
    np.savez(out, allow_pickle=False, **arrays)
    return out.getvalue()


def files_beside(plan: FitPlan) -> dict[str, Callable[[], bytes]]:
    """Return what the script of a plan reads beside it, by the files' names; `pictures_file` may refuse."""
    files: dict[str, Callable[[], bytes]] = {PICTURES_FILE: partial(pictures_file, plan.data)}
    if plan.transfer is not None:
        base = base_file(plan.transfer.base)
        files[base.name] = base.read_bytes
    return files


def script(plan: FitPlan) -> str:
    """Return a Python script that trains as the plan says and leaves `model.keras` and `history.json`.

    It reads `files_beside` it.
    """
    settings = f"SEED = {plan.seed}\nBATCH_SIZE = {plan.batch_size}\n"
    model = _transfer_model(plan, plan.transfer) if plan.transfer else _model(plan)
    stages = [_stage(plan, stage, number) for number, stage in enumerate(plan.stages)]
    parts = [_HEAD, settings, _PICTURES, model, *_kernels(plan), _before(plan), *stages, _end(plan), *_moved(plan)]
    return "\n".join(parts)


_HEAD: Final = f'''"""Train a network on the pictures in {PICTURES_FILE}, test it and save it as model.keras."""

import json

import keras
import numpy as np
import tensorflow as tf
from keras import layers
'''

_PICTURES: Final = f'''
pictures = np.load("{PICTURES_FILE}")
x_train, y_train = pictures["train_pictures"], pictures["train_labels"]
x_validation, y_validation = pictures["validation_pictures"], pictures["validation_labels"]
x_test, y_test = pictures["test_pictures"], pictures["test_labels"]


def shuffled(x, y):
    """Return batches in an order that is another one in each epoch."""
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), seed=SEED)
    return dataset.batch(BATCH_SIZE).map(as_floats).prefetch(1)


def in_order(x, y):
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(BATCH_SIZE).map(as_floats)


def as_floats(x, y):
    return tf.cast(x, tf.float32), y

'''


# The model ------------------------------------------------------------------------------------------------------------


def _model(plan: FitPlan) -> str:
    return f"keras.utils.set_random_seed(SEED)\n{_layers_of(plan.whole)}"


def _layers_of(network: Network) -> str:
    """Return the code of a network without its imports, which stand at the top."""
    return keras_code(network).removeprefix("import keras\nfrom keras import layers\n").lstrip("\n")


_BASE: Final = """# Lies beside this script; it takes pixels in [0, 1].
loaded = keras.models.load_model("{base}.keras", compile=False)
loaded = keras.Model(loaded.inputs[0], loaded.get_layer("{end}").output)
base = keras.models.clone_model(loaded, input_tensors=keras.Input({shape}))  # for pictures of this size
base.set_weights(loaded.get_weights())
base.trainable = False

keras.utils.set_random_seed(SEED)
{scaled}features = base(scaled, training=False)
{head}
model = keras.Model(inputs, outputs)
"""

_FEATURES: Final = """
# What the frozen base makes of a picture is the same in every epoch, so it is computed once.
extractor = keras.Model(inputs, features)
f_train = extractor.predict(in_order(x_train, y_train), verbose=0)
f_validation = extractor.predict(in_order(x_validation, y_validation), verbose=0)
head_input = keras.Input(features.shape[1:])
head = keras.Model(head_input, {head})
"""


def _transfer_model(plan: FitPlan, transfer: Transfer) -> str:
    base = base_network(transfer.base)
    code = _BASE.format(
        base=transfer.base, end=base.layers[-1].name, shape=plan.data.shape, scaled=_scaled(plan), head=_head(plan)
    )
    return code + (_FEATURES.format(head=_chained(plan, "head_input")) if transfer.keep_features else "")


def _scaled(plan: FitPlan) -> str:
    """Return the code from the pictures to what the base takes."""
    layers = plan.whole.layers
    end = next(place for place, named in enumerate(layers) if isinstance(named.layer, Rescaling))
    lines = _layers_of(replace(plan.whole, layers=layers[: end + 1])).splitlines()[:-1]
    return "\n".join([*lines[:-1], lines[-1].replace("outputs =", "scaled =", 1), ""])


def _head(plan: FitPlan) -> str:
    transfer, last = plan.transfer, plan.network.layers[-1].layer
    assert transfer is not None
    assert isinstance(last, Dense)
    lines = [f"dropout = layers.Dropout({transfer.dropout})"] if transfer.dropout else []
    lines.append(f'dense = layers.Dense({last.units}, activation="{last.activation}")')
    return "\n".join([*lines, f"outputs = {_chained(plan, 'features')}"])


def _chained(plan: FitPlan, features: str) -> str:
    return f"dense(dropout({features}))" if plan.transfer and plan.transfer.dropout else f"dense({features})"


_KERNEL: Final = """\
# {layer} keeps the kernel that it is given, the same in every channel.
kernel = np.array({rows})
blur = model.get_layer("{name}")
blur.set_weights([np.broadcast_to(kernel[:, :, np.newaxis, np.newaxis], blur.kernel.shape)])
"""


def _kernels(plan: FitPlan) -> list[str]:
    """Return the code that gives kernels which are not learned; Keras draws them before, as it draws all others."""
    return [
        _KERNEL.format(layer=kernel.layer, name=keras_name(kernel.layer), rows=[list(row) for row in kernel.rows])
        for kernel in plan.kernels
    ]


# The training ---------------------------------------------------------------------------------------------------------

_CLASS_WEIGHTS: Final = """
# Each class counts as much as any other.
counts = np.bincount(y_train)
class_weight = {label: len(y_train) / (len(counts) * count) for label, count in enumerate(counts.tolist())}
"""

_CHECKPOINT: Final = (
    'best = keras.callbacks.ModelCheckpoint("best.weights.h5", save_best_only=True, save_weights_only=True)\n'
)

_KEEP_BEST: Final = '''

class KeepBest(keras.callbacks.Callback):
    """Keeps the weights of the whole model after the epoch with the lowest val_loss, whichever part is trained."""

    lowest, weights = float("inf"), None

    def on_epoch_end(self, epoch, logs=None):
        if logs["val_loss"] < self.lowest:
            self.lowest, self.weights = logs["val_loss"], model.get_weights()


best = KeepBest()
'''

_TUNING: Final = """
# Fine-tuning: the last layers of the base too, but for BatchNormalization, at a low rate.
base.trainable = True
for layer in base.layers:
    layer.trainable = layer in base.layers[-{count}:] and not isinstance(layer, layers.BatchNormalization)
"""


def _is_head_alone(plan: FitPlan, stage: StagePlan) -> bool:
    return plan.keeps_features and stage.stage is Stage.HEAD


def _before(plan: FitPlan) -> str:
    """Return what all stages share."""
    # One file of weights is of one model; two stages may train two.
    is_of_two = plan.keeps_features and len(plan.stages) > 1
    best = (_KEEP_BEST if is_of_two else _CHECKPOINT) if plan.keep_best else ""
    weights = _CLASS_WEIGHTS if plan.class_weights else ""
    return f'{weights}{best}history = {{"loss": [], "accuracy": [], "val_loss": [], "val_accuracy": []}}\n'


def _stage(plan: FitPlan, stage: StagePlan, number: int) -> str:
    is_head = _is_head_alone(plan, stage)
    name, inputs = ("head", "f") if is_head else ("model", "x")
    callbacks = ["best"] if plan.keep_best else []
    if plan.early_stopping is not None:
        callbacks.append(f"keras.callbacks.EarlyStopping(patience={plan.early_stopping})")
    done = 'len(history["loss"])'
    epochs = [f"    initial_epoch={done},", f"    epochs={done} + {stage.epochs},"]
    lines = [
        f"{name}.compile(",
        f"    optimizer={_optimizer(stage)},",
        f'    loss="{plan.head.loss}",',
        '    metrics=["accuracy"],',
        ")",
        f"fitted = {name}.fit(",
        f"    shuffled({inputs}_train, y_train),",
        f"    validation_data=in_order({inputs}_validation, y_validation),",
        *(epochs if number else [f"    epochs={stage.epochs},"]),
        *(["    class_weight=class_weight,"] if plan.class_weights else []),
        f"    callbacks=[{', '.join(callbacks)}],",
        "    shuffle=False,  # the batches are shuffled already",
        "    verbose=2,",
        ")",
        "for figure, values in history.items():",
        "    values += fitted.history[figure]",
        "",
    ]
    tuning = plan.transfer.fine_tuning if plan.transfer else None
    is_tuning = stage.stage is Stage.FINE_TUNING and tuning is not None
    return (_TUNING.format(count=tuning.layers) if is_tuning and tuning else "") + "\n".join(lines)


def _optimizer(stage: StagePlan) -> str:
    settings = stage.optimizer
    kinds = {OptimizerName.RMSPROP: "RMSprop", OptimizerName.ADAM: "Adam", OptimizerName.SGD: "SGD"}
    arguments = [f"learning_rate={_rate(settings, stage.epochs)}"]
    arguments += [f"momentum={settings.momentum}"] if settings.momentum else []
    arguments += [f"weight_decay={settings.weight_decay}"] if settings.weight_decay else []
    return f"keras.optimizers.{kinds[settings.name]}({', '.join(arguments)})"


def _rate(settings: OptimizerSettings, epochs: int) -> str:
    batches = "-(-len(x_train) // BATCH_SIZE)"  # rounded up
    rate, schedules = repr(settings.learning_rate), "keras.optimizers.schedules"
    if settings.schedule is ScheduleName.COSINE:
        return f"{schedules}.CosineDecay({rate}, {epochs} * {batches})"
    if settings.schedule is ScheduleName.EXPONENTIAL:
        return f"{schedules}.ExponentialDecay({rate}, {batches}, {settings.decay_rate})"
    return rate


# The end --------------------------------------------------------------------------------------------------------------

_END: Final = """{best}if len(x_test):
    loss, accuracy = model.evaluate(in_order(x_test, y_test), verbose=0)
    print(f"test: loss {{loss:.4f}}, accuracy {{accuracy:.4f}}")
model.save("model.keras")
with open("history.json", "w", encoding="utf-8") as file:
    json.dump(history, file)
"""


_MOVED: Final = """

def moved(x, down, right):
    \"\"\"Return the pictures moved by some pixels; black comes in.\"\"\"
    edge, (height, width) = max(abs(down), abs(right)), x.shape[1:3]
    wide = np.pad(x, ((0, 0), (edge, edge), (edge, edge), (0, 0)))
    return wide[:, edge - down : edge - down + height, edge - right : edge - right + width]


for shift in {shifts}:
    places = [(shift, 0), (-shift, 0), (0, shift), (0, -shift)]
    shares = [model.evaluate(in_order(moved(x_test, *place), y_test), verbose=0)[1] for place in places]
    print(f"moved by {{shift}} pixels: accuracy {{np.mean(shares):.4f}}")
"""


def _moved(plan: FitPlan) -> list[str]:
    """Return the code of the test on moved pictures, where there is one."""
    return [_MOVED.format(shifts=list(plan.shifts))] if plan.shifts and plan.data.split.test else []


def _end(plan: FitPlan) -> str:
    best = ""
    if plan.keep_best and plan.keeps_features and len(plan.stages) > 1:
        best = "model.set_weights(best.weights)\n"
    elif plan.keep_best:
        best = f'{"head" if plan.keeps_features else "model"}.load_weights("best.weights.h5")\n'
    if plan.keeps_features:
        best += f'model.compile(loss="{plan.head.loss}", metrics=["accuracy"])\n'
    return _END.format(best=best)
