"""Models are kept as long as they fit into the memory together."""

import weakref

import pytest

from cnn_core.models import kept_models, loading
from cnn_core.models.kept_models import MOST_MODELS, KeptModels
from cnn_core.models.memory import AT_REST, KEPT_BYTES


@pytest.fixture
def kept() -> KeptModels[str]:
    return KeptModels()


def allow(monkeypatch: pytest.MonkeyPatch, megabytes: int | None) -> None:
    """Bound the process to so much for models, beside what it has at rest and the outputs that are kept."""
    allowed = None if megabytes is None else AT_REST + KEPT_BYTES // 2**20 + megabytes
    monkeypatch.setattr(kept_models, "allowed_megabytes", lambda: allowed)


def load(kept: KeptModels[str], key: str, megabytes: int) -> None:
    kept.make_room(key, AT_REST + megabytes)
    kept.keep(key, key.upper(), AT_REST + megabytes)


def test_the_longest_unused_goes_first(kept: KeptModels[str], monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, 1000)
    for key in "abc":
        load(kept, key, 300)
    assert kept.keys() == ["a", "b", "c"]
    assert kept.find("a") == "A"
    load(kept, "d", 400)
    assert kept.keys() == ["c", "a", "d"]
    load(kept, "e", 700)
    assert kept.keys() == ["e"]
    assert kept.find("a") is None


def test_what_fits_beside_the_others_forgets_none(kept: KeptModels[str], monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, 1000)
    load(kept, "a", 999)
    load(kept, "b", 1)
    assert kept.keys() == ["a", "b"]
    load(kept, "c", 1)
    assert kept.keys() == ["b", "c"]


def test_what_every_process_can_have_needs_no_room(kept: KeptModels[str], monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, -AT_REST // 2)
    for key in "ab":
        load(kept, key, -AT_REST)
    assert kept.keys() == ["a", "b"]


def test_one_that_comes_to_need_more_stays_and_others_go(
    kept: KeptModels[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    allow(monkeypatch, 1000)
    for key in "abc":
        load(kept, key, 300)
    kept.make_room("a", AT_REST + 600)
    assert kept.keys() == ["c", "a"]
    # It has come to that much, whatever is asked next.
    kept.make_room("a", AT_REST + 100)
    load(kept, "d", 200)
    assert kept.keys() == ["a", "d"]


def test_without_a_bound_only_their_number_counts(kept: KeptModels[str], monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, None)
    for number in range(MOST_MODELS + 2):
        load(kept, str(number), 10**6)
    assert kept.keys() == [str(number) for number in range(2, MOST_MODELS + 2)]
    kept.clear()
    assert kept.keys() == []


@pytest.mark.keras
def test_a_model_of_keras_is_freed_before_another_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    loading.KEPT.clear()
    allow(monkeypatch, 300)
    model = loading.load("application:MobileNetV2:random").model
    assert model is loading.load("application:MobileNetV2:random").model
    first = [weakref.ref(part) for part in (model, *model.layers)]
    del model

    def build(*_: object) -> None:
        assert all(part() is None for part in first)
        raise InterruptedError

    monkeypatch.setattr("cnn_core.keras_model.opening.build_application", build)
    with pytest.raises(InterruptedError):
        loading.load("application:EfficientNetB0:random")
