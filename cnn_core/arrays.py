"""Arrays with their shapes in their types, each named once.

Static checkers read a type here as the NumPy array in it. While the tests run, arguments and results are held against
shape and dtype too (`tests/conftest.py`); within a call an axis of one name has one length.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from jaxtyping import Bool, Float, Float32, Float64, Int, Int32, Int64, UInt8

_Real = npt.NDArray[np.floating[Any]]
_Single = npt.NDArray[np.float32]
_Double = npt.NDArray[np.float64]

# Pictures -------------------------------------------------------------------------------------------------------------

Pixels = Float32[_Single, "height width channels"]
"""A picture in [0, 1]: three channels, red, green and blue, or one."""

RgbPixels = Float32[_Single, "height width 3"]
GreyPixels = Float32[_Single, "height width 1"]
ResizedPixels = Float32[_Single, "new_height new_width channels"]
Pictures = Float32[_Single, "pictures height width channels"]
Bytes = UInt8[npt.NDArray[np.uint8], "..."]
PictureBytes = UInt8[npt.NDArray[np.uint8], "_ _ _"]
"""A picture in bytes, (height, width, 3 or 1); within a call they may differ in size."""

Labels = Int32[npt.NDArray[np.int32], "pictures"]

# What layers make -----------------------------------------------------------------------------------------------------

Output = Float32[_Single, "*place outputs"]
"""A layer's output: (height, width, channels), (units,), or with other axes before the last."""

Maps = Float32[_Single, "height width channels"]
"""A layer's feature maps."""

SideMaps = Float32[_Single, "height width 4"]
"""At each place the ways up, left, down and right to the sides of a box."""

Units = Float32[_Single, "units"]
"""A layer's output without height and width."""

SmallerMaps = Float32[_Single, "new_height new_width channels"]
Limits = Float32[_Single, "channels"]
"""A number for each map."""

Limit = Float32[_Single, ""]
"""One for all of them."""

Heat = Float32[_Single, "heat_rows heat_columns"]
"""How much each place of an input counts."""

Boxes = Int64[npt.NDArray[np.int64], "*boxes 4"]
"""Parts of a picture: top, left, bottom, right, ends excluded."""

Rectangles = Float64[_Double, "rectangles 4"]
"""Parts of a picture whose edges may lie between pixels: top, left, bottom, right."""

RectangleShares = Float32[_Single, "4"]
"""One such part, as shares of the picture's height and width."""

OtherRectangles = Float64[_Double, "others 4"]
Overlaps = Float64[_Double, "rectangles others"]
"""How far each of some parts of a picture is the same as each of others, 0 to 1."""

PlacedFlags = Bool[npt.NDArray[np.bool_], "rows columns"]
PlacedIndices = Int[npt.NDArray[np.signedinteger[Any]], "rows columns"]

Weights = Float32[_Single, "..."]
"""One array of a layer's weights, as Keras has it."""

Drops = Float32[_Single, "*boxes"]
"""How far a score falls while each box is covered."""

# What NumPy computes --------------------------------------------------------------------------------------------------

Values = Float[_Real, "..."]
"""Numbers of any shape, float32 or float64; what is computed of them keeps the type."""

Planes = Float[_Real, "_ _ channels"]
"""Maps in either type, of any size; within a call they have as many channels."""

Plane = Float[_Real, "rows columns"]
Filtered = Float[_Real, "_ _ filters"]
WindowValues = Float[_Real, "window_rows window_columns channels"]
"""What lies under a window."""

PerChannel = Float[_Real, "channels"]
Kernels = Float[_Real, "kernel_rows kernel_columns depth filters"]
"""Keras's order: (kernel height, kernel width, input channels, filters)."""

ColourKernels = Float32[_Single, "kernel_rows kernel_columns 3 filters"]
Kernel = Float64[_Double, "kernel_rows kernel_columns"]
"""One hand-made kernel."""

ExactPlane = Float64[_Double, "rows columns"]
Scores = Float[_Real, "places_down places_across"]
"""How well a template fits at each place where it lies within a plane."""

Numbers = Float64[_Double, "..."]
Vector = Float64[_Double, "numbers"]
Flags = Bool[npt.NDArray[np.bool_], "..."]
Indices = Int[npt.NDArray[np.signedinteger[Any]], "..."]
Table = Int[npt.NDArray[np.signedinteger[Any]], "_ axes"]
"""Places in an array, one in each row."""

# What is drawn --------------------------------------------------------------------------------------------------------

Levels = UInt8[npt.NDArray[np.uint8], "..."]
"""Places in a colour table, 0 to 255."""

Drawn = UInt8[npt.NDArray[np.uint8], "rows columns"]
Colour = UInt8[npt.NDArray[np.uint8], "3"]
Colours = UInt8[npt.NDArray[np.uint8], "levels 3"]
TilePixels = UInt8[npt.NDArray[np.uint8], "tiles _ _ 4"]
"""Small pictures of one size, red, green, blue and opacity."""
