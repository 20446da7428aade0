"""What a network's designer might want to know: what is probably meant otherwise, why, and a change that mends it.

Each rule stands beside its reason in `learning.py` and `sizes.py`. A rule sees the network and its figures as far as it
fits together, and its change gives another network. Nothing here is taste, which only a training could settle.
"""

from cnn_core.network.advice.design import Advice, Design, Fix
from cnn_core.network.advice.learning import RULES as LEARNING
from cnn_core.network.advice.sizes import RULES as SIZES
from cnn_core.network.network import Network
from cnn_core.network.summary import Summary, summarize_so_far

__all__ = ["Advice", "Fix", "advise"]


def advise(network: Network, summary: Summary | None = None) -> tuple[Advice, ...]:
    """Return all advice on a network, layer by layer from the input on.

    Args:
        summary: the network's, where it is known already.

    >>> from cnn_core.layers import Dense, Flatten, Input
    >>> [advice] = advise(Network.of(Input((8, 8, 1)), Flatten(), Dense(1, activation="softmax")))
    >>> advice.rule, advice.layer
    ('softmax_of_one', 'dense')
    >>> advice.fix.change(Network.of(Input((8, 8, 1)), Flatten(), Dense(1, activation="softmax")))["dense"].layer
    Dense(units=1, use_bias=True, activation=<ActivationName.SIGMOID: 'sigmoid'>)
    """
    design = Design(network, summary or summarize_so_far(network))
    places = {named.name: position for position, named in enumerate(network.layers)}
    said = [advice for rule in (*SIZES, *LEARNING) for advice in rule(design)]
    return tuple(sorted(said, key=lambda advice: places[advice.layer]))
