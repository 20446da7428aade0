"""What the network takes a picture for that passes: the likeliest class in a line that opens, told to the browser."""

from html import escape

import streamlit as st

from cnn_core.models.answer_kind import AnswerKind, by_score
from pages.ui.draw.changed import Changed, named
from pages.ui.feature_maps.open_layer import Run
from pages.ui.feature_maps.predictions import TOP, as_shares
from pages.ui.text import _

_STYLE = """<style>
.st-key-tools > [data-testid="stLayoutWrapper"]:has(.st-key-passing_answer) { flex: 0 0 auto; width: auto; }
.st-key-passing_answer details { position: relative; font-size: 0.9rem; }
.st-key-passing_answer summary {
  max-width: 13rem; padding: 0.3rem 0.6rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  border: 1px solid color-mix(in srgb, currentcolor 20%, transparent); border-radius: 0.4rem;
  font-weight: 600; cursor: pointer;
}
.st-key-passing_answer .best {
  display: inline-flex; gap: 0.3em; max-width: calc(100% - 1.2em); vertical-align: bottom;
}
.st-key-passing_answer .best > :first-child { overflow: hidden; text-overflow: ellipsis; }
.st-key-passing_answer .rows {
  position: absolute; z-index: 1000; right: 0; width: 20rem; max-width: 80vw; margin-top: 0.3rem; padding: 0.8rem 1rem;
  display: grid; gap: 0.5rem; border-radius: 0.4rem; background: Canvas; color: CanvasText;
  box-shadow: 0 2px 12px rgb(0 0 0 / 35%);
}
.st-key-passing_answer .track { height: 0.4rem; border-radius: 3px; background: rgb(128 128 128 / 30%); }
.st-key-passing_answer .track > div { height: 100%; border-radius: 3px; background: currentcolor; }
</style>"""


def can_be_told(run: Run) -> bool:
    """Say whether the answer is a score for each of some classes; any other is drawn anew for every picture."""
    return run.info.answer_kind is not AnswerKind.MAPS and run.scores.size > 1


def draw(run: Run) -> None:
    """Draw the likeliest class, and behind it those with the highest scores."""
    now = changed(run)
    best = f"{_told(now, 'best_class')}{_told(now, 'best_score')}"
    rows = "".join(_row(now, rank) for rank in range(min(TOP, run.scores.size)))
    with st.container(key="passing_answer"):
        st.html(
            f'{_STYLE}<details><summary><span class="best">{best}</span></summary>'
            f'<div class="rows"><b>{escape(_("What the network thinks it is"))}</b>{rows}</div></details>'
        )


def changed(run: Run) -> Changed:
    """Return the classes with the highest scores, with their bars."""
    info, scores = as_shares(run.info, run.scores)
    kind = info.answer_kind
    texts, styles = {}, {}
    for rank, index in enumerate(by_score(scores)[:TOP]):
        score = float(scores[index])
        texts[f"class_{rank}"] = run.classes[index][:60]
        texts[f"score_{rank}"] = f"{score:.1%}" if kind.is_share else f"{score:.4g}"
        width = min(1.0, max(0.0, score)) if kind.is_share else 0.0  # a number without end is no share
        styles[f"bar_{rank}"] = {"width": f"{width:.1%}"}
    texts |= {"best_class": texts["class_0"], "best_score": texts["score_0"]}
    return Changed(texts, styles=styles)


def _row(now: Changed, rank: int) -> str:
    width = now.styles[f"bar_{rank}"]["width"]
    return (
        f"<div>{_told(now, f'class_{rank}')} · {_told(now, f'score_{rank}')}"
        f'<div class="track"><div {named(f"bar_{rank}")} style="width:{width}"></div></div></div>'
    )


def _told(now: Changed, name: str) -> str:
    return f"<span {named(name)}>{escape(now.texts[name])}</span>"
