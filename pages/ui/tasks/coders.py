"""The two networks for segmentation as volumes: with skip connections and without."""

from functools import lru_cache

import streamlit as st

from cnn_core.models.shape_networks import ShapeNetwork
from cnn_core.network.links import write_link
from cnn_core.network.summary import summarize
from cnn_core.network.volumes import TEXT_COLOUR, Scale, volumes_svg
from pages.ui import components, state
from pages.ui.frame import page_at
from pages.ui.layer_words import volume_words
from pages.ui.tasks.subject import Subject
from pages.ui.tasks.words import record_of, share
from pages.ui.text import _

_DESIGN = page_at("Design_a_network").path


def draw(_subject: Subject) -> None:
    """Draw both networks."""
    st.markdown(
        _(
            "An **encoder** makes maps smaller and deeper: what is in the picture becomes clearer, where it is "
            "becomes less clear. A **decoder** makes them large again, here by 2×2 transposed convolutions with "
            "stride 2, each of which writes its kernel, times a value, into the output. A **skip connection** puts "
            "the encoder's maps of the same size beside the decoder's (Ronneberger et al., arXiv:1505.04597)."
        )
    )
    for network, title in (
        (ShapeNetwork.UNET, _("U-Net, with skip connections")),
        (ShapeNetwork.ENCODER_DECODER, _("The same without skip connections")),
    ):
        record = record_of(network)
        st.markdown(
            _("**{title}**: {parameters} parameters, mean IoU {iou}").format(
                title=title, parameters=f"{record['parameters']:,}", iou=share(record["mean_iou"])
            )
        )
        data = {
            "svg": _volumes(network, state.LANGUAGE.get()),
            "colour": TEXT_COLOUR,
            "name": str(network),
            "alt": _("The network as volumes: maps get smaller and deeper, then larger again."),
            "words": {"png": _("Picture (PNG)"), "svg": _("Picture (SVG)")},
        }
        components.drawing(data, f"volumes_{network}")
        if st.button(_("Open on Design a network"), icon=":material/schema:", key=f"design_{network}"):
            _open(network)


def _open(network: ShapeNetwork) -> None:
    """Lead to the designer with this network."""
    state.DESIGN_PRESET.set("own")
    state.DESIGN_LINK.set(write_link(network.network))
    st.switch_page(_DESIGN)


# The network and the language say all that is in it.
@lru_cache(maxsize=8)
def _volumes(network: ShapeNetwork, _language: str) -> str:
    return volumes_svg(summarize(network.network).rows, Scale.ROOT, volume_words())
