"""A network of keras.applications is opened as a design: asked of a worker, waited for, and refused in a sentence."""

from concurrent.futures import Future

import pytest
from designing import network, opened, press, totals
from running import no_exception
from stand_ins import Here

from cnn_core.errors import ModelFileError
from cnn_core.models.answer_kind import AnswerKind
from cnn_core.models.info import ModelInfo, describe
from cnn_core.network.presets import preset
from cnn_core.pictures.colour import Colour
from cnn_core.pictures.scaling import Scaling

KEY = "application:MobileNetV2:random"
PARAMETERS = "3,538,984"
"""Of MobileNetV2 with 1,000 classes, by keras.io/api/applications (3.5M) and Keras's summary."""


def described() -> ModelInfo:
    """Return what a worker says of the model, which has the layers of our preset."""
    made = preset("mobilenet_v2").make()
    return ModelInfo(KEY, made, (224, 224), Colour.RGB, Scaling.UNIT, made.output_names(), AnswerKind.SOFTMAX, None)


def test_it_is_built_by_a_worker_while_the_page_says_so(here: Here, impatient: None) -> None:
    answer: Future[ModelInfo] = Future()
    here.ends.append(answer)
    at = opened()
    at = no_exception(at.selectbox(key="design_application_field").set_value("MobileNetV2").run())
    assert here.asked == [(describe, KEY)]
    # The design stays as it is, and can be edited, while the answer is on its way.
    assert network(at) == preset("mnist").make()
    assert any(button.key == "stop_waiting" for button in at.button)
    answer.set_result(described())
    at = no_exception(at.run())
    assert totals(at)[0] == PARAMETERS
    assert at.selectbox(key="preset_field").value == "own"
    assert network(press(at, "undo")) == preset("mnist").make()


@pytest.mark.parametrize("text", ["MobileNetV2", " keras.applications.MobileNetV2() "])
def test_its_name_may_be_pasted(text: str, here: Here) -> None:
    answer: Future[ModelInfo] = Future()
    answer.set_result(described())
    here.ends.append(answer)
    at = opened()
    at.text_area(key="design_pasted").set_value(text)
    at = press(at, "open_text")
    assert here.asked == [(describe, KEY)]
    assert totals(at)[0] == PARAMETERS


def test_what_a_worker_refuses_is_said_and_changes_nothing(here: Here) -> None:
    here.ends.append(ModelFileError("It takes {size}.", size="9 GB"))
    at = opened()
    at = no_exception(at.selectbox(key="design_application_field").set_value("MobileNetV2").run())
    assert [error.value for error in at.error] == ["It takes 9 GB\\."]
    assert network(at) == preset("mnist").make()
