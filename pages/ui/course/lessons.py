"""The lessons: which tool each step opens, its right answer, and its words in the reader's language."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple
from urllib.parse import parse_qsl

from pages.ui import state
from pages.ui.course import answers
from pages.ui.course.places import place_of
from pages.ui.frame import PageRecord, page_at
from pages.ui.text import lesson

_PARTS = "\n---\n"
_OPTION = re.compile(r"^- (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """One thing to find out in the tool.

    Attributes:
        name: of the lesson and the step, `operation.sum`; it stands in addresses.
        address: the tool, set up: a page and what stands behind its `?`.
        right: returns the right number for what is set up now, or the place of the right option, from the core.
    """

    name: str
    address: str
    right: Callable[[], float]

    @property
    def page(self) -> PageRecord:
        return page_at(self.address)

    @property
    def query(self) -> dict[str, str]:
        """Return what stands behind the `?` of a link that sets the tool up and shows this step beside it."""
        return state.link(self.address) | {state.LESSON.name: self.name}

    @property
    def place(self) -> str:
        """Return the key of the element where it is to be seen, empty where the page begins with it."""
        return place_of(dict(parse_qsl(self.address.partition("?")[2])))

    @property
    def link(self) -> str:
        """Return what stands behind the server's address to open it from outside."""
        return f"{self.address}{'&' if '?' in self.address else '?'}{state.LESSON.name}={self.name}"


@dataclass(frozen=True)
class Lesson:
    """Some steps about one thing; `name` is that of its text in assets/lessons."""

    name: str
    steps: tuple[Step, ...]


class StepText(NamedTuple):
    """A step in one language, in Markdown; `options` are what may be answered where it is not a number."""

    title: str
    question: str
    options: tuple[str, ...]
    look: str
    exactly: str


class LessonText(NamedTuple):
    title: str
    about: str
    steps: tuple[StepText, ...]


def _lesson(name: str, *steps: tuple[str, str, Callable[[], float]]) -> Lesson:
    return Lesson(name, tuple(Step(f"{name}.{step}", address, right) for step, address, right in steps))


LESSONS = (
    _lesson(
        "operation",
        ("sum", "Convolution?grid=digit&kernel=sobel_vertical_edges", answers.first_output),
        ("stride", "Convolution?stride_down=2&stride_across=2", answers.output_rows),
        ("remainder", "Convolution?stride_down=3&stride_across=3", answers.rows_unseen),
        ("padding", "Convolution?kernel=gaussian_5&padding=same", answers.padded_above),
        ("handmade", "Convolution?kernel=box_3&open=picture", answers.sum_of_kernel),
        ("template", "Convolution?open=template", answers.place_of_highest_sum),
    ),
    _lesson(
        "filters",
        ("kernels", "Convolution?open=channels&filters=2", answers.kernels_of_filters),
        ("bias", "Convolution?open=channels&filters=4", answers.parameters_of_filters),
        ("reach", "Convolution?open=stacked&stacked=2", answers.rows_seen_by_stack),
        ("mixing", "Convolution?open=mixing&deep=256&narrow=64", answers.parameters_of_mixing),
        ("enlarging", "Convolution?open=transposed&spread_kernel=3&spread_stride=2", answers.rows_enlarged),
        ("dense", "Convolution?open=dense", answers.weights_of_ten_units),
        ("moved", "Convolution?open=moved_digit&digit_right=4", answers.best_on_moved_digits),
        ("place", "Convolution?open=where_it_lies", answers.worst_at_sides),
    ),
    _lesson(
        "pooling",
        ("window", "Pooling_and_stride?reduced=grid&reduced_grid=noise&way=max", answers.first_maximum),
        ("learned", "Pooling_and_stride?reduced=grid&reduced_grid=noise&measured=costs", answers.weights_of_pooling),
        ("kept", "Pooling_and_stride?reduced=grid&rows=8&columns=8&measured=costs", answers.percent_kept),
        ("noise", "Pooling_and_stride?measured=noise", answers.less_noise),
        ("stride", "Pooling_and_stride?replaced=mnist", answers.cheapest_replacement),
    ),
    _lesson(
        "neuron",
        ("sum", "Neuron?neuron_view=neuron", answers.weighted_sum),
        ("border", "Neuron?neuron_view=neuron&w1=0.0&w2=0.0&w3=0.0&neuron_bias=0.0", answers.answer_at_the_border),
        ("slope", "Neuron?neuron_view=layers", answers.most_slope_left),
        ("hidden", "Neuron?neuron_view=plane&plane_points=circle", answers.parameters_of_hidden_layers),
    ),
    _lesson(
        "network",
        ("parameters", "Design_a_network?design=mnist", answers.parameters_of_second_convolution),
        ("heaviest", "Design_a_network?design=mnist&part=costs", answers.heaviest_layer),
        ("halving", "Design_a_network?design=cats_dogs&part=picture", answers.values_into_dense),
        ("pattern", "Design_a_network?design=pattern_two_dense", answers.largest_pattern),
        ("sees", "Design_a_network?design=cats_dogs&part=sees", answers.rows_seen_by_network),
    ),
    _lesson(
        "layers",
        ("maps", "Feature_maps?model=cifar10&layer=conv_1_1", answers.maps_of_open_layer),
        ("kernels", "Feature_maps?model=cifar10&layer=conv_1_1&channel=3&ask=kernels", answers.weights_of_first_filter),
        ("relu", "Feature_maps?model=cifar10&layer=relu_1_1&channel=3&ask=why", answers.smallest_after_relu),
        ("deeper", "Feature_maps?model=cifar10&layer=conv_2_2&channel=4&ask=excite", answers.rows_seen_by_open_layer),
        ("decision", "Feature_maps?model=cifar10&layer=conv_2_2&channel=4&ask=decision", answers.sum_of_shares),
    ),
    _lesson(
        "training",
        ("batches", "Design_a_network?design=cats_dogs&part=costs&epoch_pictures=2000", answers.batches_of_an_epoch),
        (
            "augmentation",
            "Train?train_part=augmentation&flip=horizontal&rotation=0.1&zoom=0.2",
            answers.degrees_of_rotation,
        ),
        ("dropout", "Design_a_network?design=cats_dogs_augmented", answers.parameters_of_dropout),
        (
            "transfer",
            "Train?train_on=textures&train_network=transfer&train_part=network",
            answers.parameters_of_new_head,
        ),
    ),
    _lesson(
        "tasks",
        ("box", "Tasks?task=localization", answers.numbers_of_localization),
        ("overlap", "Tasks?task=localization", answers.overlap_of_half_a_box),
        ("pixels", "Tasks?task=semantic", answers.numbers_of_segmentation),
        ("skips", "Tasks?task=semantic&open=coders", answers.better_segmenter),
    ),
)
"""In the order of the courses."""

STEPS = {step.name: step for one in LESSONS for step in one.steps}
_ORDER = tuple(STEPS)


def current() -> Step | None:
    """Return the step that stands beside the tool, None where there is none."""
    return STEPS.get(state.LESSON.get())


def lesson_of(step: Step) -> Lesson:
    return next(one for one in LESSONS if step in one.steps)


def beside(step: Step, by: int) -> Step | None:
    """Return the step so many places behind this one, in whatever lesson; None at either end."""
    place = _ORDER.index(step.name) + by
    return STEPS[_ORDER[place]] if 0 <= place < len(_ORDER) else None


def text_of(one: Lesson) -> LessonText:
    """Return a lesson in the reader's language, English where it is not translated."""
    return read_lesson(lesson(f"course/{one.name}"))


def text_of_step(step: Step) -> StepText:
    one = lesson_of(step)
    return text_of(one).steps[one.steps.index(step)]


@cache
def read_lesson(text: str) -> LessonText:
    """Return a lesson from its file: a title, what it is about, then each step: title, question, what to look at, and
    what is more exact, the last three parted by lines of `---`.

    >>> read_lesson('''# One
    ... About it.
    ...
    ... ## Step
    ... What?
    ...
    ... - this
    ... - that
    ... ---
    ... Look.
    ... ---
    ... Indeed.''').steps
    (StepText(title='Step', question='What?', options=('this', 'that'), look='Look.', exactly='Indeed.'),)
    """
    head, *steps = re.split(r"^## ", text, flags=re.MULTILINE)
    title, _, about = head.removeprefix("# ").partition("\n")
    return LessonText(title.strip(), about.strip(), tuple(map(_read_step, steps)))


def _read_step(text: str) -> StepText:
    title, _, body = text.partition("\n")
    question, look, exactly = body.split(_PARTS)
    asked = _OPTION.sub("", question).strip()
    return StepText(title.strip(), asked, tuple(_OPTION.findall(question)), look.strip(), exactly.strip())
