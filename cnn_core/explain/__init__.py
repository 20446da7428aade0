"""Why a value is what it is: any value of any layer, opened down to the sum that made it."""

# Each of these registers how values of its kinds are opened, or what maps add to maps.
from cnn_core.explain import activation as activation
from cnn_core.explain import added_by_kernels as added_by_kernels
from cnn_core.explain import merge as merge
from cnn_core.explain import moved as moved
from cnn_core.explain import normalization as normalization
from cnn_core.explain import reducing as reducing
from cnn_core.explain import resizing as resizing
from cnn_core.explain import weighted as weighted
from cnn_core.explain import window as window
