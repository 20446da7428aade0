"""Train the small networks of the page on tasks on generated shapes, and write `cnn_core/data/tasks`.

    nice -n 15 python assets/make/models/train_shapes.py [NETWORK …]

One class and one box, a detector, and a segmentation with and without skip connections: all of them, or those that are
named; each is trained the same whichever others are. The pictures are those of
`cnn_core/pictures/shapes.py`: seeds below `TRAINED` to train on, from `MEASURED_FROM` on to measure. About ten minutes
of two cores.
"""

import datetime
import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from cnn_core.arrays import Pictures
from cnn_core.keras_model import build_model
from cnn_core.keras_model.opening import load_own_model
from cnn_core.models.shape_networks import (
    FOLDER,
    LEAST_SCORE,
    SIDES_UNIT,
    Detected,
    ShapeNetwork,
    boxed_instances,
    classes_of,
    connected_instances,
    detected,
)
from cnn_core.network.presets import tasks
from cnn_core.numerics.boxes import intersection_over_union
from cnn_core.numerics.precision import hits, precision_recall
from cnn_core.numerics.regions import ClassOverlap, Instance, class_overlap, mask_overlaps
from cnn_core.pictures.shapes import KINDS, SIDE, ShapesPicture, shapes_picture
from cnn_core.training.recorded import used_versions

SEED = 17
TRAINED = 6_000
MEASURED_FROM, MEASURED = 2_000_000, 1_000
BATCH_SIZE = 32
LEARNING_RATE = 3e-3
EPOCHS = {
    ShapeNetwork.DETECTOR: 12,
    ShapeNetwork.LOCATOR: 30,
    ShapeNetwork.UNET: 12,
    ShapeNetwork.ENCODER_DECODER: 12,
}
CORE = 0.5
"""The share of a box, from its middle, whose places of the detector answer for it."""
LEAST_LISTED = 0.05
"""The score from which a box stands in the list of which average precision is taken."""


def pictures_of(seeds: range) -> tuple[list[ShapesPicture], Pictures]:
    """Return the generated pictures of some seeds, and their pixels (N, 64, 64, 3)."""
    made = [shapes_picture(seed) for seed in seeds]
    return made, np.stack([picture.pixels for picture in made])


# What each network is to answer ---------------------------------------------------------------------------------------


def located_targets(pictures: list[ShapesPicture]) -> dict[str, Any]:
    """Return the kind (N,) and the box (N, 4), in shares of the side, of the largest shape."""
    kinds = np.array([picture.largest.kind for picture in pictures])
    boxes = np.array([picture.largest.box for picture in pictures], np.float32) / SIDE
    return {"kind": kinds, "box": boxes}


def detector_targets(picture: ShapesPicture) -> tuple[Any, Any]:
    """Return the kinds (16, 16, 3), and the ways to the sides (16, 16, 4) with whether there is a thing at all behind.

    A place answers for the shape in the middle of whose box it lies; of several for the smallest.
    """
    places = SIDE // tasks.STRIDE
    middles = np.arange(places) * tasks.STRIDE + tasks.STRIDE / 2
    kinds = np.zeros((places, places, len(KINDS)), np.float32)
    sides = np.zeros((places, places, 5), np.float32)
    for shape in sorted(picture.shapes, key=lambda shape: -area(shape.box)):
        top, left, bottom, right = shape.box
        rows = np.abs(middles - (top + bottom) / 2) <= max(CORE * (bottom - top) / 2, tasks.STRIDE / 2)
        columns = np.abs(middles - (left + right) / 2) <= max(CORE * (right - left) / 2, tasks.STRIDE / 2)
        mine = np.ix_(rows, columns)
        down, across = np.meshgrid(middles[rows], middles[columns], indexing="ij")
        ways = np.stack([down - top, across - left, bottom - down, right - across], axis=-1) / SIDES_UNIT
        kinds[mine] = np.eye(len(KINDS))[shape.kind]
        sides[mine] = np.concatenate([ways, np.ones((*ways.shape[:2], 1))], axis=-1)
    return kinds, sides


def area(box: tuple[int, int, int, int]) -> int:
    top, left, bottom, right = box
    return (bottom - top) * (right - left)


def targets(network: ShapeNetwork, pictures: list[ShapesPicture]) -> Any:
    if network is ShapeNetwork.LOCATOR:
        return located_targets(pictures)
    if network is ShapeNetwork.DETECTOR:
        kinds, sides = zip(*map(detector_targets, pictures), strict=True)
        return {"kinds": np.stack(kinds), "sides": np.stack(sides)}
    return np.stack([picture.classes for picture in pictures])


# Losses ---------------------------------------------------------------------------------------------------------------


def lost_kinds(true: Any, said: Any) -> Any:
    """Binary cross-entropy, made small for what is easy, over the number of places that answer for a thing.

    The focal loss of Lin et al., arXiv:1708.02002, as FCOS takes it.
    """
    said = ops.clip(said, 1e-6, 1 - 1e-6)
    hit, missed = -ops.log(said) * (1 - said) ** 2, -ops.log(1 - said) * said**2
    return ops.sum(true * hit + (1 - true) * missed) / ops.maximum(ops.sum(true), 1)


def lost_sides(true: Any, said: Any) -> Any:
    """1 − IoU of the box that is said at each place that answers for a thing, on average."""
    wanted, there = true[..., :4], true[..., 4]
    least = ops.minimum(wanted, said)
    shared = (least[..., 0] + least[..., 2]) * (least[..., 1] + least[..., 3])
    covered = size(wanted) + size(said) - shared
    return ops.sum(there * (1 - (shared + 0.1) / (covered + 0.1))) / ops.maximum(ops.sum(there), 1)


def lost_box(true: Any, said: Any) -> Any:
    """1 − IoU, and how far the sides are away, which leads a box that shares nothing yet with the true one."""
    begins, ends = ops.maximum(true[:, :2], said[:, :2]), ops.minimum(true[:, 2:], said[:, 2:])
    shared = ops.prod(ops.maximum(ends - begins, 0), axis=1)
    areas = [ops.prod(ops.maximum(box[:, 2:] - box[:, :2], 0), axis=1) for box in (true, said)]
    covered = areas[0] + areas[1] - shared
    return ops.mean(1 - shared / (covered + 1e-6)) + 5 * ops.mean(ops.abs(true - said))


def size(ways: Any) -> Any:
    return (ways[..., 0] + ways[..., 2]) * (ways[..., 1] + ways[..., 3])


def losses(network: ShapeNetwork) -> Any:
    if network is ShapeNetwork.LOCATOR:
        return {"kind": "sparse_categorical_crossentropy", "box": lost_box}
    if network is ShapeNetwork.DETECTOR:
        return {"kinds": lost_kinds, "sides": lost_sides}
    return "sparse_categorical_crossentropy"


def trained(network: ShapeNetwork, pictures: list[ShapesPicture], pixels: Pictures) -> keras.Model:
    """Return a network that was trained, without what its training needed."""
    model = build_model(network.network, SEED)
    keras.utils.set_random_seed(SEED)
    if network is ShapeNetwork.LOCATOR:
        take_features(model, load_own_model(ShapeNetwork.DETECTOR.path))
        front, head = parted(model)
        features = front.predict(np.concatenate([pixels, pixels[:, :, ::-1]]), batch_size=100, verbose=0)
        fit(head, network, features, with_mirrored(targets(network, pictures)))
    else:
        fit(model, network, pixels, targets(network, pictures))
    bare = build_model(network.network, SEED)
    bare.set_weights(model.get_weights())
    return bare


def fit(model: keras.Model, network: ShapeNetwork, inputs: Any, wanted: Any) -> None:
    steps = EPOCHS[network] * -(-len(inputs) // BATCH_SIZE)
    rate = keras.optimizers.schedules.CosineDecay(
        LEARNING_RATE / 20, steps, warmup_target=LEARNING_RATE, warmup_steps=250
    )
    model.compile(keras.optimizers.Adam(rate), losses(network))
    model.fit(inputs, wanted, batch_size=BATCH_SIZE, epochs=EPOCHS[network], verbose=2)


def take_features(model: keras.Model, trained_model: keras.Model) -> None:
    """Give a network the frozen layers that it has from another one."""
    for layer in model.layers:
        if layer.weights and not layer.trainable:
            layer.set_weights(trained_model.get_layer(layer.name).get_weights())


def parted(model: keras.Model) -> tuple[keras.Model, keras.Model]:
    """Return the frozen layers as a model, whose answers are needed only once, and what stands behind them."""
    front = keras.Model(model.input, model.get_layer("features").output)
    start = joined = keras.Input(front.output.shape[1:])
    for name in ("smaller", "mixed", "small", "flatten", "joined"):
        joined = model.get_layer(name)(joined)
    return front, keras.Model(start, {name: model.get_layer(name)(joined) for name in ("kind", "box")})


def with_mirrored(wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what is to be answered to pictures and, behind them, to the same mirrored."""
    top, left, bottom, right = wanted["box"].T
    mirrored = np.stack([top, 1 - right, bottom, 1 - left], axis=1)
    return {"kind": np.tile(wanted["kind"], 2), "box": np.concatenate([wanted["box"], mirrored])}


# What they are worth --------------------------------------------------------------------------------------------------


def measured(
    network: ShapeNetwork, model: keras.Model, pictures: list[ShapesPicture], pixels: Pictures
) -> dict[str, Any]:
    answers = model.predict(pixels, batch_size=100, verbose=0)
    if network is ShapeNetwork.LOCATOR:
        return measured_location(pictures, *answers)
    if network is ShapeNetwork.DETECTOR:
        found = [detected(*maps).from_score(LEAST_LISTED).suppressed() for maps in zip(*answers, strict=True)]
        return measured_detection(pictures, found)
    return measured_segmentation(pictures, answers)


def measured_location(pictures: list[ShapesPicture], kinds: Any, boxes: Any) -> dict[str, Any]:
    truth = np.array([picture.largest.kind for picture in pictures])
    ious = np.array(
        [
            intersection_over_union(box[np.newaxis].astype(np.float64) * SIDE, as_boxes([picture.largest.box]))[0, 0]
            for box, picture in zip(boxes, pictures, strict=True)
        ]
    )
    right = kinds.argmax(axis=1) == truth
    return {
        "accuracy": rounded(right.mean()),
        "mean_iou": rounded(ious.mean()),
        "right_class_and_iou_from_half": rounded((right & (ious >= 0.5)).mean()),
    }


def as_boxes(boxes: list[tuple[int, int, int, int]]) -> Any:
    return np.array(boxes, np.float64).reshape(-1, 4)


def measured_detection(pictures: list[ShapesPicture], found: list[Detected]) -> dict[str, Any]:
    precisions = []
    for kind in range(len(KINDS)):
        right, scores, things = [], [], 0
        for picture, answer in zip(pictures, found, strict=True):
            own = answer.taken(answer.kinds == kind)
            truth = as_boxes([shape.box for shape in picture.shapes if shape.kind == kind])
            right.append(hits(intersection_over_union(own.boxes, truth)))
            scores.append(own.scores)
            things += len(truth)
        precisions.append(listed_precision(right, scores, things))
    return {"average_precision": precisions, "mean_average_precision": rounded(np.mean(precisions))}


def listed_precision(right: list[Any], scores: list[Any], things: int) -> float:
    """Return the average precision of the answers to all pictures in one list."""
    order = np.argsort(-np.concatenate(scores), kind="stable")
    return rounded(precision_recall(np.concatenate(right)[order], things).average_precision)


def measured_segmentation(pictures: list[ShapesPicture], shares: Any) -> dict[str, Any]:
    count = len(KINDS) + 1
    total = ClassOverlap(np.zeros(count, np.int64), np.zeros(count, np.int64))
    right = []
    for picture, answer in zip(pictures, shares, strict=True):
        total += class_overlap(classes_of(answer), picture.classes, count)
        right.append((classes_of(answer) == picture.classes).mean())
    return {
        "pixel_accuracy": rounded(np.mean(right)),
        "class_iou": [rounded(iou) for iou in total.ious],
        "mean_iou": rounded(total.mean_iou),
    }


def measured_instances(pictures: list[ShapesPicture], found: list[tuple[Instance, ...]]) -> float:
    """Return the mean over the kinds of the average precision with masks in the place of boxes."""
    precisions = []
    for kind in range(len(KINDS)):
        right, scores, things = [], [], 0
        for picture, instances in zip(pictures, found, strict=True):
            own = sorted((one for one in instances if one.label == kind + 1), key=lambda one: -one.score)
            truth = tuple(
                picture.instances == number
                for number, shape in enumerate(picture.shapes, start=1)
                if shape.kind == kind
            )
            right.append(hits(mask_overlaps(tuple(one.mask for one in own), truth)))
            scores.append(np.array([one.score for one in own]))
            things += len(truth)
        precisions.append(listed_precision(right, scores, things))
    return rounded(np.mean(precisions))


def rounded(share: Any) -> float:
    return round(float(share), 4)


def recipe() -> dict[str, Any]:
    """Return how the networks were trained, for the record."""
    return {
        "data": f"generated by cnn_core/pictures/shapes.py: seeds 0 to {TRAINED - 1} to train on, "
        f"{MEASURED_FROM} to {MEASURED_FROM + MEASURED - 1} to measure",
        "seed": SEED,
        "epochs": {str(network): epochs for network, epochs in EPOCHS.items()},
        "batch_size": BATCH_SIZE,
        "optimizer": f"Adam, learning rate rising to {LEARNING_RATE} in 250 steps, then falling to 0 along a cosine",
        "versions": used_versions(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def main(names: list[str]) -> None:
    tf.config.experimental.enable_op_determinism()
    FOLDER.mkdir(exist_ok=True)
    pictures, pixels = pictures_of(range(TRAINED))
    for network in map(ShapeNetwork, names or ShapeNetwork):
        trained(network, pictures, pixels).save(network.path)
        print(network, f"{network.path.stat().st_size:,} bytes", flush=True)
    measure()


def measure() -> None:
    """Measure all networks and write the record."""
    pictures, pixels = pictures_of(range(MEASURED_FROM, MEASURED_FROM + MEASURED))
    models = {network: load_own_model(network.path) for network in ShapeNetwork}
    record = {
        "recipe": recipe(),
        "networks": {
            str(network): {"parameters": model.count_params()} | measured(network, model, pictures, pixels)
            for network, model in models.items()
        },
        "instances": measured_both_instances(models, pictures, pixels),
    }
    text = json.dumps(record, indent=2)
    (FOLDER / "shapes.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def measured_both_instances(
    models: dict[ShapeNetwork, keras.Model], pictures: list[ShapesPicture], pixels: Pictures
) -> dict[str, float]:
    """Return the average precision of what hangs together, and of what lies in each box."""
    shares = models[ShapeNetwork.UNET].predict(pixels, verbose=0)
    maps = zip(*models[ShapeNetwork.DETECTOR].predict(pixels, verbose=0), strict=True)
    boxes = [detected(*one).from_score(LEAST_SCORE).suppressed() for one in maps]
    boxed = [boxed_instances(one, found) for one, found in zip(shares, boxes, strict=True)]
    return {
        "connected": measured_instances(pictures, [connected_instances(one) for one in shares]),
        "boxed": measured_instances(pictures, boxed),
    }


if __name__ == "__main__":
    main(sys.argv[1:])
