"""A picture through a trained network: every layer, every map, on one screen."""

import streamlit as st

from pages.ui import cached
from pages.ui.ask.classes import class_names
from pages.ui.feature_maps import conversation, digits, follow, setting
from pages.ui.feature_maps.open_layer import Run
from pages.ui.frame import begin_page
from pages.ui.messages import UndrawnError, part
from pages.ui.waiting import asked, later, run_again

with begin_page(conversation.style()) as head:
    with part(needed=True), head:
        info, picture, camera_place, ways_in_place = setting.draw()
    rows = {row.name: row for row in cached.network(info).rows}
    conversation.share(rows)
    conversation.draw_ways()
    network, conversing = st.columns([56, 44], gap="medium")
    with network:
        network_place, answer_place = digits.beside(network, info, rows)
    if picture.passes:
        try:
            with conversing:
                run = follow.first(info, picture, rows)
        except UndrawnError:
            with camera_place:
                conversation.draw_camera_alone(info)
            raise
        with network_place:
            conversation.draw_passing_network(run)
    else:
        answers = later(cached.answers(picture))
        with network_place:
            conversation.draw_network(info, picture, answers, rows)
        if answers is None:
            with conversing:
                asked(cached.answers(picture), follow.is_running())
            run_again()  # they came while this was drawn
        run = Run(info, picture, rows, answers, class_names(info, answers.outputs[info.output]))
    with head:
        conversation.draw_answer(run)
    digits.draw_answer(run, answer_place)
    with network:
        conversation.draw_layer(run)
    with conversing:
        conversation.draw_map(run)
    with camera_place:
        conversation.draw_camera(run)
    with network:
        conversation.tell_last(run)
    if ways_in_place is not None:
        with ways_in_place:
            conversation.draw_ways_in(run)
