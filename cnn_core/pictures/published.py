"""What the classes of published pictures are called, in the order of their numbers."""

from typing import Final

from cnn_core.sentences import N_

CIFAR10: Final = (
    N_("airplane"),
    N_("automobile"),
    N_("bird"),
    N_("cat"),
    N_("deer"),
    N_("dog"),
    N_("frog"),
    N_("horse"),
    N_("ship"),
    N_("truck"),
)
"""Source: Krizhevsky, "Learning multiple layers of features from tiny images", 2009."""
