"""The front door: the list of pages, the page configuration and the warm-up of the workers."""

from cnn_core.look import warm_up
from pages.ui import compute, state
from pages.ui.frame import PAGES, configure, navigation

configure()
state.FRONT_DOOR.set(True)
compute.start(warm_up)
navigation(PAGES).run()
