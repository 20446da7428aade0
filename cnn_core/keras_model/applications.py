"""The networks of keras.applications by name."""

import keras


def build_application(name: str, weights: str | None, seed: int) -> keras.Model:
    """Return `keras.applications.<name>`; random weights are those of the seed, others are downloaded by Keras.

    Raises:
        Exception: whatever a failed download raises.
    """
    # Seeded, so that random weights are the same in every worker.
    keras.utils.set_random_seed(seed)
    return getattr(keras.applications, name)(weights=weights)
