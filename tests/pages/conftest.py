"""What tests of pages without a browser share."""

import json
from typing import Any

import pytest
import streamlit as st

from pages.ui import components


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Collect what stages are told, by key, with the functions that they call, instead of drawing them."""
    told: dict[str, Any] = {}

    def take(data: dict[str, Any], key: str, **functions: Any) -> None:
        told[key] = json.loads(json.dumps(data)) | functions

    monkeypatch.setattr(components, "stage", take)
    st.cache_resource.clear()
    return told
