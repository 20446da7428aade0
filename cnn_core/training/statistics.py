"""What figures measured several times can say: standard errors and differences."""

import math


def standard_error(share: float, count: int) -> float:
    """Return the standard error of a share of `count` independent trials: √(p (1 − p) / n).

    >>> round(standard_error(0.8, 1_000), 4)
    0.0126
    """
    return math.sqrt(share * (1 - share) / count)
