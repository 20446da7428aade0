"""A picture through the bundled models: what is kept and shown is what Keras computes, and the JSON is not stale."""

import io
import json
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_core.arrays import Maps
from cnn_core.drawing.mosaic import Range, RangeScope, channel_statistics, mosaic_png, value_range
from cnn_core.drawing.thumbnails import bars_png, column_png, stripes_png
from cnn_core.errors import CnnError
from cnn_core.explain.path import PathStep
from cnn_core.layers.weights import weight_shapes
from cnn_core.models import run as module
from cnn_core.models.bundled import BUNDLED, bundled_model, bundled_network, class_names, model_path
from cnn_core.models.info import describe
from cnn_core.models.kept_files import keep_file
from cnn_core.models.loading import Loaded
from cnn_core.models.memory import KEPT_BYTES
from cnn_core.models.run import (
    COLUMN_SIDE,
    FULL_FROM,
    THUMBNAIL_SIDE,
    THUMBNAILS,
    Answers,
    contributions,
    influences,
    layer_maps,
    layer_weights,
    run,
    strongest_path,
    warm_up,
)
from cnn_core.network.summary import Row, summarize
from cnn_core.network.whole import scale_groups
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.prepare import Preparation, prepare
from cnn_core.pictures.read import read_image
from cnn_core.pictures.samples import sample_bytes
from cnn_core.pictures.scaling import Scaling

pytestmark = pytest.mark.keras

each_model = pytest.mark.parametrize("key", [model.key for model in BUNDLED])
SAMPLE = {"cifar10": "chelsea", "mnist": "digit_7", "mobilenet_v2": "chelsea"}


@cache
def pixels_for(key: str) -> Maps:
    bundled = bundled_model(key)
    image = read_image(sample_bytes(SAMPLE[key]))
    return prepare(image.pixels, Preparation(*bundled.input_size, Colour(bundled.colour))).pixels


@cache
def looked(key: str) -> Answers:
    return run(key, pixels_for(key))


@cache
def rows(key: str) -> tuple[Row, ...]:
    return summarize(bundled_network(key)).rows


@cache
def keras_model(key: str) -> Any:
    import keras

    return keras.models.load_model(model_path(key), compile=False)


@each_model
def test_the_network_beside_the_model_is_the_models(key: str) -> None:
    from cnn_core.keras_model import network_from_keras

    assert bundled_network(key).layers == network_from_keras(keras_model(key)).layers
    assert summarize(bundled_network(key)).parameters == keras_model(key).count_params()


@each_model
def test_every_layer_is_there_with_its_shape(key: str) -> None:
    assert list(looked(key).layers) == [row.name for row in rows(key)]
    for row in rows(key):
        assert layer_maps(key, pixels_for(key), row.name).shape == row.output_shape


@each_model
def test_scores_are_keras_own(key: str) -> None:
    expected = keras_model(key).predict(pixels_for(key)[np.newaxis], verbose=0)[0]
    np.testing.assert_allclose(looked(key).scores, expected, atol=1e-5)
    assert looked(key).scores.shape == (len(class_names(key)),)


@pytest.mark.parametrize(("key", "name"), [("mnist", "7"), ("mobilenet_v2", "Egyptian cat")])
def test_best_class(key: str, name: str) -> None:
    assert class_names(key)[looked(key).scores.argmax()] == name


@each_model
def test_strongest_maps_differ_most_from_place_to_place(key: str) -> None:
    for row in rows(key):
        maps = layer_maps(key, pixels_for(key), row.name)
        strongest = list(looked(key).layers[row.name].strongest)
        strengths = maps if maps.ndim == 1 else channel_statistics(maps).spread
        assert len(set(strongest)) == len(strongest) == min(THUMBNAILS, row.output_shape[-1])
        if row.sources:  # of an input they are its colours
            others = np.delete(strengths, strongest)
            assert list(strengths[strongest]) == pytest.approx(sorted(strengths[strongest], reverse=True), abs=1e-6)
            assert others.size == 0 or strengths[strongest].min() >= others.max() - 1e-6


@each_model
def test_thumbnails_show_the_strongest_maps_and_a_few_large_values_leave_none_pale(key: str) -> None:
    for row in rows(key)[1:]:
        seen = looked(key).layers[row.name]
        maps = layer_maps(key, pixels_for(key), row.name)
        if maps.ndim == 1:
            reach = value_range(maps, RangeScope.PER_LAYER)
            expected = bars_png(maps, reach, THUMBNAILS * (THUMBNAIL_SIDE + 2), THUMBNAIL_SIDE)
        else:
            magnitudes = np.abs(maps[:, :, list(seen.strongest)])
            full = float(np.percentile(magnitudes, FULL_FROM) or magnitudes.max())
            scope = RangeScope.FIXED if full else RangeScope.PER_LAYER
            expected = mosaic_png(maps, seen.strongest, scope, fixed=full, columns=THUMBNAILS, cell=THUMBNAIL_SIDE).png
        assert seen.thumbnail == expected
        assert max(Image.open(io.BytesIO(seen.thumbnail)).size) <= THUMBNAILS * (THUMBNAIL_SIDE + 2) + 2


@pytest.mark.parametrize(("key", "channels"), [("cifar10", 3), ("mnist", 1)])
def test_the_inputs_channels_have_their_own_colours(key: str, channels: int) -> None:
    thumbnail = looked(key).layers[rows(key)[0].name].thumbnail
    drawn = np.asarray(Image.open(io.BytesIO(thumbnail)).convert("RGB"), np.int16)
    step = drawn.shape[1] // channels
    brightest = [drawn[:, i * step : i * step + step - 2].reshape(-1, 3).max(axis=0) for i in range(channels)]
    if channels == 1:
        assert len(set(brightest[0].tolist())) == 1
    else:
        assert [int(colour.argmax()) for colour in brightest] == [0, 1, 2]


def test_all_maps_of_a_small_network_are_drawn_in_the_ranges_of_their_groups() -> None:
    layers, groups = looked("cifar10").layers, scale_groups(rows("cifar10"))
    assert all(answer.column for answer in layers.values())
    for group in groups[1:]:
        maps = [layer_maps("cifar10", pixels_for("cifar10"), name) for name in group]
        magnitudes = np.concatenate([np.abs(values).ravel() for values in maps])
        reach = Range(float(np.percentile(magnitudes, FULL_FROM)), any((values < 0).any() for values in maps))
        for name, values in zip(group, maps, strict=True):
            column = layers[name].column
            assert column is not None
            assert column.reach == reach
            expected = column_png(values, reach, COLUMN_SIDE) if values.ndim == 3 else stripes_png(values, reach)
            assert column.picture == expected


@pytest.mark.parametrize("key", ["mnist", "mobilenet_v2"])
def test_larger_networks_send_no_columns(key: str) -> None:
    assert not any(answer.column for answer in looked(key).layers.values())


@pytest.mark.parametrize(("key", "layer"), [("mobilenet_v2", "block_2_add"), ("mnist", "dense")])
def test_what_maps_are_made_of_comes_with_a_look_at_them(key: str, layer: str) -> None:
    found = influences(key, pixels_for(key), layer)
    alone = contributions(key, pixels_for(key), layer)
    np.testing.assert_array_equal(found.contributions.amounts, alone.amounts)
    for number, source in enumerate(alone.sources):
        used = np.unique(alone.channels[alone.numbers == number]).tolist()
        sheet = found.sheets[source]
        assert list(sheet.channels) == used
        size = Image.open(io.BytesIO(sheet.png)).size
        assert size == (sheet.columns * sheet.cell_width, sheet.rows * sheet.cell_height)


def test_opening_a_layer_computes_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_core import keras_model as door

    looked("mnist")
    pixels = pixels_for("mnist")
    run("mnist", pixels)
    monkeypatch.setattr(door, "feature_maps", None)
    assert layer_maps("mnist", pixels.copy(), "conv2d").shape == (28, 28, 32)
    with pytest.raises(TypeError):
        layer_maps("mnist", 1 - pixels, "conv2d")


@each_model
def test_a_glance_is_what_a_run_gives_and_is_kept_nowhere(key: str) -> None:
    model = bundled_model(key)
    pixels = np.random.default_rng(5).random((*model.input_size, 1 if model.colour == "grey" else 3), np.float32)
    kept = set(module._KEPT)
    layers = [row.name for row in summarize(bundled_network(key)).rows]
    seen = module.glance(key, pixels, layers[1:3], layers[-1])
    assert set(module._KEPT) == kept
    whole = run(key, pixels)
    assert set(seen.answers.layers) == {*layers[1:3], layers[-1]}
    for name, answer in seen.answers.layers.items():
        assert answer.strongest == whole.layers[name].strongest
        assert answer.thumbnail == whole.layers[name].thumbnail
    np.testing.assert_allclose(seen.answers.scores, whole.scores, atol=1e-6)
    np.testing.assert_allclose(seen.maps, layer_maps(key, pixels, layers[-1]), atol=1e-6)
    with pytest.raises(CnnError, match="There is no layer"):
        module.glance(key, pixels, [], "nowhere")


def test_what_is_kept_stays_bounded() -> None:
    noise = np.random.default_rng(5)
    for _ in range(30):
        run("mobilenet_v2", noise.random((224, 224, 3), np.float32))
        held = {id(array): array.nbytes for maps in module._KEPT.values() for array in maps.values()}
        assert 0 < sum(held.values()) <= KEPT_BYTES
    # So many pictures do not fit: some were let go, and a few are kept.
    assert 2 <= len(module._KEPT) < 30


def test_warm_up_leaves_the_models_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    warm_up()
    monkeypatch.setattr(keras.models, "load_model", None)
    for model in BUNDLED:
        run(model.key, 1 - pixels_for(model.key))


@each_model
def test_what_is_added_to_a_map_is_its_mean_before_the_activation(key: str) -> None:
    """Where a layer has an activation, what enters it is computed by Keras's layer without it."""
    for row in rows(key)[1:]:
        found = contributions(key, pixels_for(key), row.name)
        before = before_activation(key, row)
        means = before.reshape(-1, before.shape[-1]).mean(axis=0, dtype=np.float64)
        totals = [found.to(channel).total for channel in range(0, len(means), 7)]
        assert totals == pytest.approx(means[::7], rel=1e-4, abs=1e-5 * max(1, float(np.abs(before).max())))
        assert set(found.sources) <= {other.name for other in rows(key)}


def before_activation(key: str, row: Row) -> np.ndarray:
    """Return what Keras has before a layer's activation; what enters a layer that is nothing else."""
    if row.kind == "Activation":
        return layer_maps(key, pixels_for(key), row.sources[0])
    if getattr(row.layer, "activation", "linear") == "linear":
        return layer_maps(key, pixels_for(key), row.name)
    import keras

    theirs = keras_model(key).get_layer(row.name)
    plain = theirs.from_config({**theirs.get_config(), "activation": "linear"})
    inputs = layer_maps(key, pixels_for(key), row.sources[0])[np.newaxis]
    plain.build(inputs.shape)
    plain.set_weights(theirs.get_weights())
    before: np.ndarray = keras.ops.convert_to_numpy(plain(inputs))[0]
    return before


def test_maps_behind_flatten_are_told_by_the_layer_that_made_them() -> None:
    found = contributions("mnist", pixels_for("mnist"), "dense")
    assert found.sources == ("max_pooling2d",)
    assert found.channels.max() < 64


@each_model
def test_the_strongest_path_leads_from_a_class_to_a_pixel(key: str) -> None:
    pixels, found = pixels_for(key), looked(key)
    last = rows(key)[-1]
    path = strongest_path(key, pixels, last.name, (int(found.scores.argmax()),))
    order = [row.name for row in rows(key)]
    assert [step.layer for step in path] == sorted({step.layer for step in path}, key=order.index, reverse=True)
    for step in path:
        assert step.value == layer_maps(key, pixels, step.layer)[step.place]
        assert 0 < step.share <= 1
    assert (path[0].layer, path[-1].layer) == (order[-1], order[0])


def test_every_step_of_the_strongest_path_is_the_largest_product() -> None:
    """What each value adds, by NumPy from Keras's own maps and weights: of all products the largest in magnitude."""
    pixels = pixels_for("mnist")
    _, unit, pooled, second, first, pixel = strongest_path("mnist", pixels, "dense_1", (7,))
    hidden, units = (layer_maps("mnist", pixels, name) for name in ("dense", "flatten"))
    check_largest(unit, hidden * layer_weights("mnist", "dense_1")[0][:, 7])
    products = units * layer_weights("mnist", "dense")[0][:, unit.place[0]]
    check_largest(pooled, products.reshape(layer_maps("mnist", pixels, "max_pooling2d").shape))
    row, column, channel = pooled.place
    window = layer_maps("mnist", pixels, "conv2d_1")[2 * row : 2 * row + 2, 2 * column : 2 * column + 2, channel]
    assert (second.amount, second.share) == (window.max(), 1)
    row, column, channel = second.place
    window = layer_maps("mnist", pixels, "conv2d")[row : row + 3, column : column + 3]
    check_largest(first, window * layer_weights("mnist", "conv2d_1")[0][..., channel], (row, column, 0))
    row, column, channel = first.place
    window = np.pad(pixels, ((1, 1), (1, 1), (0, 0)))[row : row + 3, column : column + 3]
    check_largest(pixel, window * layer_weights("mnist", "conv2d")[0][..., channel], (row - 1, column - 1, 0))


def check_largest(step: PathStep, amounts: np.ndarray, corner: tuple[int, ...] | None = None) -> None:
    """Check that a step is the largest amount, which lies there, counted from the window's corner."""
    place = step.place if corner is None else tuple(np.subtract(step.place, corner).tolist())
    assert place == np.unravel_index(np.abs(amounts).argmax(), amounts.shape)
    assert step.amount == pytest.approx(float(amounts[place]), rel=1e-5)
    assert step.share == pytest.approx(float(abs(amounts[place]) / np.abs(amounts).sum()), rel=1e-4)


def test_the_strongest_path_through_a_model_within_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    from cnn_core.keras_model import feature_maps, network_from_keras, output_names

    block_in = keras.Input((6, 6, 2))
    inner = keras.layers.BatchNormalization(name="bn")(keras.layers.Conv2D(2, 3, padding="same", name="conv")(block_in))
    block = keras.Model(block_in, keras.layers.Add(name="add")([inner, block_in]), name="block")
    first = keras.Input((6, 6, 2), name="picture")
    maps = keras.layers.ReLU()(block(first))
    model = keras.Model(
        first, keras.layers.Dense(3, name="dense")(keras.layers.GlobalAveragePooling2D(name="mean")(maps))
    )
    loaded = Loaded(model, network_from_keras(model), output_names(model), Scaling.UNIT)
    monkeypatch.setattr(module, "load", lambda key: loaded)
    monkeypatch.setattr(module, "all_maps", lambda key, pixels: feature_maps(model, pixels))

    pixels = np.random.default_rng(3).random((6, 6, 2), np.float32)
    *path, pixel = strongest_path("nested", pixels, "dense", (1,))
    assert [step.layer for step in path][:3] == ["dense", "mean", "block.add"]
    assert {step.layer for step in path[3:]} <= {"block.conv"}
    assert pixel.layer == "picture"
    assert pixel.value == pixels[pixel.place]


@each_model
def test_a_layer_that_is_not_there_is_refused(key: str) -> None:
    for asked in (layer_maps, contributions):
        with pytest.raises(CnnError, match="no_such_layer"):
            asked(key, pixels_for(key), "no_such_layer")
    with pytest.raises(CnnError, match="no_such_layer"):
        strongest_path(key, pixels_for(key), "no_such_layer", (0,))
    with pytest.raises(CnnError, match="no such place"):
        strongest_path(key, pixels_for(key), rows(key)[-1].name, (-1,))


@each_model
@pytest.mark.parametrize("shape", [(27, 28, 1), (28, 28, 4), (224, 223, 3), (0, 0, 3)])
def test_another_size_is_refused(key: str, shape: tuple[int, ...]) -> None:
    with pytest.raises(CnnError):
        run(key, np.zeros(shape, np.float32))


def test_the_same_bytes_in_another_shape_are_another_picture() -> None:
    pixels = pixels_for("mnist")
    run("mnist", pixels)
    for other in (pixels.reshape(14, 56, 1), pixels.reshape(56, 14, 1), pixels.reshape(7, 7, 16)):
        with pytest.raises(CnnError):
            run("mnist", other)


def test_an_unknown_model_is_refused() -> None:
    with pytest.raises(CnnError, match="resnet"):
        run("resnet", np.zeros((28, 28, 1), np.float32))


# Names that Keras does not allow --------------------------------------------------------------------------------------


def renamed(data: bytes, names: dict[str, str]) -> bytes:
    """Return a .keras file whose description calls some layers otherwise, as Keras itself would not write them."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for member in source.namelist():
            content = source.read(member)
            if member == "config.json":
                text = content.decode()
                for before, after in names.items():
                    text = text.replace(json.dumps(before), json.dumps(after))
                content = text.encode()
            target.writestr(member, content)
    return out.getvalue()


@pytest.mark.parametrize("name", ["합성곱_1", "two words", "a/b", "_private", "층 1 · 3×3", "dense_1", "a.x41-b", "😀"])
def test_weights_and_maps_of_a_layer_have_its_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            keras.layers.Conv2D(2, 3, name="first"),
            keras.layers.Flatten(),
            keras.layers.Dense(3, name="second"),
        ]
    )
    model.save(tmp_path / "own.keras")
    key = f"file:{keep_file(renamed((tmp_path / 'own.keras').read_bytes(), {'first': name, 'second': 'dense'}))}:"
    network = describe(key).network
    pixels = np.random.default_rng(0).random((6, 6, 1), np.float32)
    assert list(run(key, pixels).layers) == [named.name for named in network.layers]
    for step in network.steps():
        shapes = weight_shapes(step.named.layer, *step.input_shapes)
        assert [array.shape for array in layer_weights(key, step.named.name)] == list(shapes.values())
    first = network.layers[1].name
    np.testing.assert_array_equal(layer_weights(key, first)[0], model.get_layer("first").get_weights()[0])
    assert layer_maps(key, pixels, first).shape == (4, 4, 2)


def test_layers_of_a_model_within_the_model_have_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """ConvNeXt's first convolution is such a one: without its weights, why ended in a LayerError."""
    import keras

    from cnn_core.keras_model import network_from_keras, output_names

    stem = keras.Sequential([keras.layers.Conv2D(2, 3, name="conv"), keras.layers.LayerNormalization()], name="stem")
    model = keras.Sequential([keras.Input((6, 6, 1)), stem, keras.layers.Flatten(), keras.layers.Dense(2)])
    loaded = Loaded(model, network_from_keras(model), output_names(model), Scaling.UNIT)
    monkeypatch.setattr(module, "load", lambda key: loaded)
    assert "stem.conv" in [named.name for named in loaded.network.layers]
    for step in loaded.network.steps():
        shapes = weight_shapes(step.named.layer, *step.input_shapes)
        assert [array.shape for array in layer_weights("any", step.named.name)] == list(shapes.values())
