"""A 7×7 kernel on a 512×512 picture in three colours: `windows.conv2d` against SciPy, padding included."""

from typing import Any

from bench.measure import Goal, Result, Work, in_turns, typical_seconds

GOAL = Goal(
    "convolution of a 512×512×3 picture, 7×7 kernel", "scipy.signal.correlate per channel", within=3, below_ms=100
)
SIDE, COLOURS, KERNEL = 512, 3, 7
ROUNDS = 9
TIMES = 5


def measure() -> Result:
    """Take both in turns; SciPy chooses its method itself."""
    from scipy import signal

    picture, kernel = picture_and_kernel()
    method = signal.choose_conv_method(picture[..., 0], kernel[..., 0, 0], mode="same")
    pairs = in_turns(
        lambda: typical_seconds(ours(picture, kernel), TIMES),
        lambda: typical_seconds(lambda: _theirs(picture, kernel), TIMES),
        ROUNDS,
    )
    return pairs.result(GOAL, f"SciPy's method is {method}", (pairs.spread(GOAL),))


def picture_and_kernel() -> tuple[Any, Any]:
    """Return a picture (512, 512, 3) and one filter (7, 7, 3, 1), float32."""
    import numpy as np

    numbers = np.random.default_rng(0)
    shapes = (SIDE, SIDE, COLOURS), (KERNEL, KERNEL, COLOURS, 1)
    picture, kernel = (numbers.normal(size=shape).astype(np.float32) for shape in shapes)
    return picture, kernel


def ours(picture: Any, kernel: Any) -> Work:
    """Return our convolution with padding `same`."""
    from cnn_core.layers.settings import PaddingMode
    from cnn_core.layers.windows import Window
    from cnn_core.numerics.convolve import conv2d

    window = Window(KERNEL, padding=PaddingMode.SAME)
    return lambda: conv2d(picture, kernel, (window, window))


def _theirs(picture: Any, kernel: Any) -> Any:
    from scipy import signal

    return sum(signal.correlate(picture[..., colour], kernel[..., colour, 0], mode="same") for colour in range(COLOURS))
