"""What is kept of the pictures of networks."""

from typing import Any

from cnn_core.models.info import ModelInfo
from cnn_core.network.layout import NetworkLayout
from pages.ui.cached import kept, network
from pages.ui.draw.network_data import NetworkPicture, fitting_layout


@kept()
def network_layout(info: ModelInfo, unfolded: tuple[str, ...]) -> NetworkLayout:
    """Return where the layers of a model stand, with some of its blocks unfolded."""
    return fitting_layout(network(info).rows, unfolded)


@kept(NetworkPicture)
def network_picture(picture: NetworkPicture, language: str) -> dict[str, Any]:
    """Return what the picture of a network shows, in a language: hundreds of sentences and pictures."""
    return picture.data()
