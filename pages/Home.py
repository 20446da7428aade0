"""What can be done here, in one screen, each thing one click away."""

import streamlit as st

from pages.ui.frame import begin_page, page_card
from pages.ui.text import _

begin_page("ConvScope", _("See, ask and calculate what every layer of a convolutional network does."))

maps, design = st.columns(2, gap="medium")
with maps:
    page_card(
        "pages/1_Feature_maps.py",
        _("Send a picture of yours through a trained network and open every layer."),
        [
            _("All maps of a layer side by side, in a stated range of colours"),
            _("Why is this value what it is? Any number, opened down to the sum that made it"),
            _("Your own .keras or .h5 file, or a network of keras.applications"),
        ],
    )
with design:
    page_card(
        "pages/2_Design_a_network.py",
        _("Put a network together and read its figures as you go."),
        [
            _("Output shapes, parameters, multiply-adds, memory and receptive field of every layer"),
            _("The formula behind each figure, with your numbers in it"),
            _("Start from LeNet-5, AlexNet, VGG16, MobileNetV2 or a network of the course"),
        ],
    )
convolution, pooling = st.columns(2, gap="medium")
with convolution:
    page_card(
        "pages/3_Convolution.py",
        _("Move a kernel over numbers by hand and see each sum as it is made."),
        [
            _("Stride, padding, dilation, channels and filters, one at a time, with the size formula"),
            _("Edge, blur and learned kernels on a few numbers and on a whole picture"),
            _("1×1, separable and transposed convolution, and what a Dense layer has to do with it"),
        ],
    )
with pooling:
    page_card(
        "pages/4_Pooling_and_stride.py",
        _("Make the same input smaller in ten ways and see what each keeps."),
        [
            _("Max, average, sum and L2 pooling, subsampling, strided convolution, blur before pooling"),
            _("Shifts, noise and sharpness measured on your own picture"),
            _("The same network trained five ways, with the spread over the seeds"),
        ],
    )
