"""The same convolution against TensorFlow, whose code is compiled for it and takes all cores."""

from bench.convolution import ROUNDS, TIMES, ours, picture_and_kernel
from bench.measure import Goal, Result, in_turns, typical_seconds

GOAL = Goal("convolution of a 512×512×3 picture, 7×7 kernel", "tf.nn.conv2d", within=5, below_ms=100)


def measure() -> Result:
    """Take both in turns, on the same arrays; TensorFlow's stays a tensor."""
    import tensorflow as tf

    picture, kernel = picture_and_kernel()
    batch, weights = tf.constant(picture[None]), tf.constant(kernel)
    pairs = in_turns(
        lambda: typical_seconds(ours(picture, kernel), TIMES),
        lambda: typical_seconds(lambda: tf.nn.conv2d(batch, weights, 1, "SAME").numpy(), TIMES),
        ROUNDS,
    )
    return pairs.result(GOAL, "TensorFlow in eager mode, its result as an array", (pairs.spread(GOAL),))
