"""A fit, done by Keras: one network trained, watched, stopped and gone on with; what is trained is a `FitPlan`."""

from cnn_core.keras_model.fitting.run import fit

__all__ = ["fit"]
