"""The page "Feature maps" without a browser: opened, operated and read."""

import base64
import io
import json
from typing import Any

from PIL import Image
from running import no_exception, run_page
from streamlit.testing.v1 import AppTest

PAGE = "pages/1_Feature_maps.py"


def opened(**query: str) -> AppTest:
    """Open the page, with MobileNetV2, whose many layers and maps ask most of it, where no other model is named."""
    return run_page(PAGE, **{"lang": "en", "model": "mobilenet_v2", **query})


def through_the_front_door() -> AppTest:
    """Open the page as a visitor does who comes from the first one and has chosen MobileNetV2 before."""
    at = run_page("app.py", lang="en")
    at.session_state["model"] = "mobilenet_v2"
    return no_exception(at.switch_page(PAGE).run())


def choose(at: AppTest, kind: str, name: str, value: Any) -> AppTest:
    return no_exception(getattr(at, kind)(key=f"{name}_widget").set_value(value).run())


def choose_sample(at: AppTest, key: str) -> AppTest:
    return choose(at, "selectbox", "picture", key)


def press(at: AppTest, button: str) -> AppTest:
    return no_exception(at.button(key=button).click().run())


def data_of(at: AppTest, component: str) -> dict[str, Any]:
    """Return what the first component of a kind is told."""
    return all_data_of(at, component)[0]


def all_data_of(at: AppTest, component: str) -> list[dict[str, Any]]:
    """Return what each component of a kind is told."""
    protos = [element.proto for element in at.get("bidi_component")]
    return [json.loads(proto.json) for proto in protos if proto.component_name == f"convscope_{component}"]


def waited_for(at: AppTest) -> list[str]:
    """Return what the page says of each work that it waits for."""
    clocks = all_data_of(at, "clock")
    kinds = ("saying", "more", "step")
    return [" ".join(filter(None, map(clock.__getitem__, kinds))) for clock in clocks if clock["saying"]]


def said(at: AppTest) -> str:
    """Return everything that stands on the page as text."""
    kinds = (at.title, at.header, at.subheader, at.markdown, at.caption, at.error, at.info, at.warning)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def predictions(at: AppTest) -> list[str]:
    return [element.proto.text for element in at.get("progress")]


def frame(level: int, number: int = 1) -> dict[str, Any]:
    """Return a frame as the browser sends it: one grey level all over."""
    out = io.BytesIO()
    Image.new("RGB", (341, 256), (level, level, level)).save(out, "JPEG")
    return {"number": number, "picture": "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()}
