"""How much memory a fit takes, so that one that does not fit is refused before it begins; an estimate."""

from dataclasses import replace
from typing import Final

from cnn_core.network.memory import MEASURED, Optimizer, inference_bytes, training_memory
from cnn_core.network.summary import summarize
from cnn_core.training.fitting import FitPlan
from cnn_core.training.optimizer import OptimizerName

AT_REST: Final = 850
"""Megabytes of a process with TensorFlow."""
_MEGABYTE: Final = 2**20


def needed_megabytes(plan: FitPlan) -> int:
    """Return the most that a fit's process takes, without its pictures, which have a bound of their own."""
    layers = (replace(named, trainable=named.name in plan.changing) for named in plan.whole.layers)
    summary = summarize(replace(plan.whole, layers=tuple(layers)))
    step = training_memory(summary, plan.batch_size, _optimizer(plan)).total
    # Nothing goes back through a frozen base, but a batch passes.
    most = max(step, inference_bytes(summary, plan.batch_size))
    return AT_REST + round(MEASURED[1] * most / _MEGABYTE)


def _optimizer(plan: FitPlan) -> Optimizer:
    is_sgd = plan.optimizer.name is OptimizerName.SGD
    return Optimizer.MOMENTUM if is_sgd and plan.optimizer.momentum else Optimizer(plan.optimizer.name)
