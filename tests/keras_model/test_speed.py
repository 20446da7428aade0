"""The measured speed of a machine: a fit that finds what times were made of, and says how far off it is."""

import numpy as np
import pytest

from cnn_core.network.presets import preset
from cnn_core.network.summary import summarize
from cnn_core.network.timing import Speed, Work, seconds, work_of

WORKS = [
    Work(10.0**a, 10.0**b, c) for a, b, c in ((6, 5, 3), (8, 5, 9), (7, 7, 40), (9, 8, 5), (6, 8, 20), (8, 6, 100))
]


@pytest.mark.keras
def test_times_that_are_made_of_parts_are_found() -> None:
    from cnn_core.keras_model.speed import LEAST_FACTOR, fitted

    made = Speed(3e-11, 4e-10, 2e-4, 1.0)
    found = fitted(WORKS, [seconds(work, made) for work in WORKS])
    np.testing.assert_allclose(found[:3], made[:3], rtol=1e-6)
    assert found.factor == LEAST_FACTOR


@pytest.mark.keras
def test_noise_gives_a_factor_and_nothing_below_zero() -> None:
    from cnn_core.keras_model.speed import fitted

    noise = np.array([0.3, 3, 1, 0.3, 3, 1])
    # Bytes cost nothing: a plain fit would find less than nothing for them.
    made = Speed(3e-11, 0, 2e-4, 1.0)
    found = fitted(WORKS, [seconds(work, made) * by for work, by in zip(WORKS, noise, strict=True)])
    assert min(found) >= 0
    assert found.factor > 3


@pytest.mark.keras
@pytest.mark.long
def test_a_machine_is_measured_and_the_courses_network_lies_near_its_estimate() -> None:
    from cnn_core.keras_model.build import build_model
    from cnn_core.keras_model.speed import BATCH, _seconds, _train, measure_machine

    machine = measure_machine()
    network = preset("cifar10").make()
    estimate = seconds(work_of(summarize(network), BATCH), machine.training)
    measured = _seconds(_train(build_model(network)))
    # Others may use the machine meanwhile: the order of magnitude must be right.
    assert 1 / 5 < measured / estimate < 5
