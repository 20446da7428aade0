"""The front door: the list of pages, the page configuration, the warm-up of the workers, and what a server tells."""

from pages.ui import compute, log, memory, metrics, model_files, state
from pages.ui.course import strip
from pages.ui.frame import configure, navigation, record_of

log.start()
metrics.start()
state.begin_run()
configure()
state.FRONT_DOOR.set(True)
page = navigation()
strip.draw(record_of(page))
page.run()
# Behind the first page: TensorFlow would take its processors, and what is recorded needs none.
compute.start()
model_files.show(state.MODEL.get())
memory.keep_tidy()
