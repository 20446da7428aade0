"""Where features end and the classifier begins, in the courses' networks and those of papers."""

import pytest

from cnn_core.layers import Conv2D, Conv2DTranspose, Dense, Flatten, Input, Reshape
from cnn_core.network.network import Network
from cnn_core.network.presets import preset
from cnn_core.network.roles import Role, stretches
from cnn_core.network.summary import summarize


@pytest.mark.parametrize(
    ("key", "last", "begin"),
    [
        ("mnist", "max_pooling2d", "Flatten"),
        ("vgg16", "block5_pool", "Flatten"),
        ("resnet_20", None, "GlobalAveragePooling2D"),
    ],
)
def test_the_classifier_begins_where_maps_end(key: str, last: str | None, begin: str) -> None:
    rows = summarize(preset(key).make()).rows
    extractor, classifier = stretches(rows)
    kinds = {row.name: row.kind for row in rows}
    assert (extractor.role, classifier.role) == (Role.EXTRACTOR, Role.CLASSIFIER)
    assert kinds[classifier.first] == begin
    assert classifier.last == rows[-1].name
    assert last in (None, extractor.last)
    names = [row.name for row in rows]
    assert names.index(extractor.last) + 1 == names.index(classifier.first)


def test_a_network_that_has_not_both_has_no_parts() -> None:
    for layers in (
        (Input((8, 8, 1)), Conv2D(4, 3)),
        (Input((8, 8, 1)), Conv2D(4, 3), Flatten(), Dense(16), Reshape((4, 4, 1)), Conv2DTranspose(1, 2)),
        (Input((8,)), Dense(4)),
    ):
        assert stretches(summarize(Network.of(*layers)).rows) == ()
