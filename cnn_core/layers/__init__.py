"""The layer kinds, in Keras's words and with Keras's defaults; each stands in one file of `kinds` with all its rules.

A layer knows its own settings. What it does to a shape, what it costs, what it sees and how its formulas read are
functions that dispatch on the kind: `shapes`, `cost`, `receptive_field` and `formulas` hold the function, what holds
for all kinds and the arithmetic; what holds for one kind is registered beside its class. Sizes and strides are
(vertical, horizontal); one number stands for both.
"""

from cnn_core.layers.activations import SLOPES as SLOPES
from cnn_core.layers.activations import ActivationName as ActivationName
from cnn_core.layers.kind import KINDS as KINDS
from cnn_core.layers.kind import MOST_INPUTS as MOST_INPUTS
from cnn_core.layers.kind import Group as Group
from cnn_core.layers.kind import Layer as Layer

# A kind is named in its own file only: what a family offers stands in its `__all__`.
from cnn_core.layers.kinds.activation import *
from cnn_core.layers.kinds.convolution import *
from cnn_core.layers.kinds.dense import *
from cnn_core.layers.kinds.input import *
from cnn_core.layers.kinds.merge import *
from cnn_core.layers.kinds.normalization import *
from cnn_core.layers.kinds.pooling import *
from cnn_core.layers.kinds.reducing import *
from cnn_core.layers.kinds.reshaping import *
from cnn_core.layers.kinds.resizing import *
from cnn_core.layers.kinds.training_only import *
