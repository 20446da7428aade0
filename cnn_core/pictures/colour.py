"""What the channels of a picture are, as a model takes it."""

from enum import StrEnum


class Colour(StrEnum):
    """RGB: three channels, red, green and blue. GREY: one."""

    RGB = "rgb"
    GREY = "grey"
