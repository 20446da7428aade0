"""A network out of a table of `model.summary()`: what Keras prints of a network gives its shapes and parameters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_core.errors import CnnError, NetworkFileError
from cnn_core.network.line import read_line, write_line
from cnn_core.network.presets import PRESETS, Preset
from cnn_core.network.summary import summarize
from cnn_core.network.summary_text import is_summary, read_summary

# Printed by Keras 3.15.1. Names and kinds are cut off where they are too long for their column.
BOXED = """
Model: "network"
┏━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┓
┃ Layer (type)        ┃ Output Shape      ┃    Param # ┃ Connected to      ┃
┡━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━┩
│ input (InputLayer)  │ (None, 64, 64, 3) │          0 │ -                 │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ conv2d (Conv2D)     │ (None, 32, 32, 8) │        608 │ input[0][0]       │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ conv2d_1 (Conv2D)   │ (None, 32, 32,    │        144 │ conv2d[0][0]      │
│                     │ 16)               │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ conv2d_2 (Conv2D)   │ (None, 32, 32,    │      1,168 │ conv2d[0][0]      │
│                     │ 16)               │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ concatenate         │ (None, 32, 32,    │          0 │ conv2d_1[0][0],   │
│ (Concatenate)       │ 32)               │            │ conv2d_2[0][0]    │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ depthwise_conv2d    │ (None, 32, 32,    │        288 │ concatenate[0][0] │
│ (DepthwiseConv2D)   │ 32)               │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ batch_normalization │ (None, 32, 32,    │        128 │ depthwise_conv2d… │
│ (BatchNormalizatio… │ 32)               │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ separable_conv2d    │ (None, 32, 32,    │        684 │ batch_normalizat… │
│ (SeparableConv2D)   │ 12)               │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ conv2d_transpose    │ (None, 64, 64, 4) │        196 │ separable_conv2d… │
│ (Conv2DTranspose)   │                   │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ average_pooling2d   │ (None, 62, 62, 4) │          0 │ conv2d_transpose… │
│ (AveragePooling2D)  │                   │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ up_sampling2d       │ (None, 124, 124,  │          0 │ average_pooling2… │
│ (UpSampling2D)      │ 4)                │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ zero_padding2d      │ (None, 126, 126,  │          0 │ up_sampling2d[0]… │
│ (ZeroPadding2D)     │ 4)                │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ global_average_poo… │ (None, 1, 1, 4)   │          0 │ zero_padding2d[0… │
│ (GlobalAveragePool… │                   │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ conv2d_3 (Conv2D)   │ (None, 1, 1, 3)   │         15 │ global_average_p… │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ flatten (Flatten)   │ (None, 3)         │          0 │ conv2d_3[0][0]    │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ dropout (Dropout)   │ (None, 3)         │          0 │ flatten[0][0]     │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ dense (Dense)       │ (None, 5)         │         20 │ dropout[0][0]     │
└─────────────────────┴───────────────────┴────────────┴───────────────────┘
 Total params: 3,251 (12.70 KB)
 Trainable params: 3,187 (12.45 KB)
 Non-trainable params: 64 (256.00 B)
"""

# As Keras 2.11 prints tables: columns without lines, kinds wrapped within a word.
COLUMNS = """
Model: "model"
__________________________________________________________________________________________________
 Layer (type)                   Output Shape         Param #     Connected to
==================================================================================================
 input_1 (InputLayer)           [(None, 32, 32, 3)]  0           []

 conv2d (Conv2D)                (None, 32, 32, 16)   448         ['input_1[0][0]']

 batch_normalization (BatchNorm  (None, 32, 32, 16)  64          ['conv2d[0][0]']
 alization)

 conv2d_1 (Conv2D)              (None, 32, 32, 16)   2320        ['batch_normalization[0][0]']

 add (Add)                      (None, 32, 32, 16)   0           ['conv2d_1[0][0]',
                                                                  'conv2d[0][0]']

 global_average_pooling2d (Glob  (None, 16)          0           ['add[0][0]']
 alAveragePooling2D)

 dense (Dense)                  (None, 10)           170         ['global_average_pooling2d[0][0]']

==================================================================================================
Total params: 3,002
Trainable params: 2,970
Non-trainable params: 32
__________________________________________________________________________________________________
"""

# A Sequential of Keras 2 without an Input.
NO_INPUT = """
Model: "sequential"
_________________________________________________________________
Layer (type)                 Output Shape              Param #
=================================================================
conv2d (Conv2D)              (None, 148, 148, 32)      896
_________________________________________________________________
max_pooling2d (MaxPooling2D) (None, 74, 74, 32)        0
_________________________________________________________________
flatten (Flatten)            (None, 175232)            0
_________________________________________________________________
dense (Dense)                (None, 1)                 175233
=================================================================
Total params: 176,129
"""


def line_of(table: str) -> str:
    return write_line(read_summary(table).network, names=False)


def test_boxes_with_branches_and_cut_names() -> None:
    assert line_of(BOXED) == (
        "64x64x3-C8k5s2lin -> C16k1lin | C16lin -> &-DW3nblin-B-S12lin-T4k2lin-A3s1-U2-Z1-GAkeep-C3k1lin-F-DO0.5-D5lin"
    )
    assert summarize(read_summary(BOXED).network).parameters == 3_251


def test_columns_with_wrapped_cells() -> None:
    network = read_summary(COLUMNS).network
    assert [named.name for named in network.layers][:3] == ["input_1", "conv2d", "batch_normalization"]
    assert network["add"].inputs == ("conv2d_1", "conv2d")
    assert summarize(network).parameters == 3_002
    assert summarize(network).non_trainable == 32


def test_an_input_that_is_not_told() -> None:
    network, notes = read_summary(NO_INPUT)
    assert write_line(network) == "150x150x3-C32vlin-P2-F-D1lin"
    said = " ".join(map(str, notes))
    assert "150×150×3 is the usual size" in said
    assert "does not show activations" in said
    assert "Pooling layers are the smallest" in said


def test_what_stands_around_the_table_is_passed_over() -> None:
    assert line_of(">>> model.summary()\n" + BOXED.replace("\n", "\r\n") + "\n>>> ") == line_of(BOXED)


@pytest.mark.keras
@pytest.mark.parametrize("known", PRESETS, ids=lambda known: known.key)
def test_what_keras_prints_of_a_preset_gives_its_figures(known: Preset) -> None:
    from cnn_core.keras_model.build import build_model

    lines: list[str] = []
    model = build_model(known.make())
    model.summary(print_fn=lambda text, *_more, **_options: lines.append(text))
    read = summarize(read_summary("\n".join(lines)).network)
    shapes = [tuple(layer.output.shape[1:]) for layer in model.layers]
    assert [row.output_shape for row in read.rows] == shapes
    assert [row.parameters for row in read.rows] == [layer.count_params() for layer in model.layers]
    assert read.parameters == model.count_params()


# What is refused ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (BOXED.replace("(Flatten)  ", "(Sparkling)"), "Line 45: There is no layer Sparkling here"),
        (
            BOXED.replace("        608", "        609"),
            "Line 8: No Conv2D is found that gives the shape 32×32×8 and 609",
        ),
        (BOXED.replace("(None, 5)", "(None, ?)"), "whose sizes are known"),
        (COLUMNS.replace("'conv2d_1[0][0]'", "'ghost[0][0]'   "), 'connected to "ghost"'),
        (COLUMNS.replace("170 ", "many"), "a number of parameters. Received: many"),
        (NO_INPUT.replace("(Conv2D) ", "(Add)    "), "what enters the network"),
        (BOXED[: BOXED.index("│ input")], "no layers below its header"),
        ("Conv-Pool", "not a table of model.summary()"),
    ],
)
def test_refusals_name_the_line(table: str, said: str) -> None:
    with pytest.raises(NetworkFileError) as caught:
        read_summary(table)
    assert said in str(caught.value)


def test_a_table_is_known_by_its_head() -> None:
    assert is_summary(BOXED)
    assert is_summary(COLUMNS)
    assert not is_summary("Layer (type)\nOutput Shape\nParam #")


@given(st.integers(0, len(BOXED)), st.integers(0, len(BOXED)), st.text(max_size=3))
def test_a_damaged_table_ends_in_a_network_or_a_sentence(start: int, end: int, text: str) -> None:
    for table in (BOXED, COLUMNS, NO_INPUT):
        try:
            summarize(read_summary(table[:start] + text + table[end:]).network)
        except CnnError:
            continue


@pytest.mark.parametrize("line", ["28x28x1-C8k1x7lin-F-D3lin", "32x32x8-C16g4lin-C16d2vlin-C8k5s3vlin-GM"])
def test_other_kernels(line: str) -> None:
    """Rows, groups, dilation and strides, written as a table with our own figures."""
    network = read_line(line)
    rows = [
        f" {row.name} ({'InputLayer' if row.kind == 'Input' else row.kind})".ljust(60)
        + f"(None, {', '.join(map(str, row.output_shape))})".ljust(30)
        + str(row.parameters)
        for row in summarize(network).rows
    ]
    head = " Layer (type)".ljust(60) + "Output Shape".ljust(30) + "Param #"
    assert line_of("\n".join([head, *rows])) == write_line(network, names=False)
