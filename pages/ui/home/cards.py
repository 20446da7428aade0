"""A card for each page: what it is for beside a small moving picture of it; all of a card is a link."""

import streamlit as st

from pages.ui.frame import HOME, PAGES, PageRecord
from pages.ui.home.living import living_picture
from pages.ui.text import _

_STYLE = """<style>
[class*="st-key-card_"] { position: relative; padding: 0.45rem 0.7rem 0.45rem 6.4rem; min-height: 6.2rem; }
[class*="st-key-card_"]:hover { border-color: var(--st-primary-color); }
[class*="st-key-card_"]:has(a:focus-visible) { outline: 2px solid currentColor; }
[class*="st-key-card_"] a:focus-visible { outline: none !important; }
[class*="st-key-card_"] a { padding: 0; min-height: 0; background: none; }
[class*="st-key-card_"] a::after { content: ""; position: absolute; inset: 0; }
[class*="st-key-card_"] > :has(a) { position: static; }
[class*="st-key-card_"] p { font-size: 0.8125rem; line-height: 1.3; }
[class*="st-key-card_"] a p { font-size: 0.9rem; }
[class*="st-key-card_"] > :has(.cs-living) {
  position: absolute; left: 0.55rem; top: 50%; width: 5.25rem; transform: translateY(-50%);
}
.cs-living { display: block; width: 5.25rem; height: 5.25rem; }
.cs-living.still { display: none; }
@media (prefers-reduced-motion: reduce) {
  .cs-living.moving { display: none; }
  .cs-living.still { display: block; }
}
</style>"""


def draw_cards() -> None:
    """Draw a card for each page but this one."""
    st.html(_STYLE)
    with st.grid(4, min_column_width=230, gap="small"):
        for page in PAGES:
            if page is not HOME:
                _draw_card(page)


def _draw_card(page: PageRecord) -> None:
    with st.container(border=True, height="stretch", gap="xxsmall", key=f"card_{page.path.stem}"):
        st.page_link(page.path, label=f"**{_(page.title)}**", icon=page.icon)
        st.markdown(_(page.claim))
        st.html(
            f'<img class="cs-living moving" alt="" src="{living_picture(page.address)}">'
            f'<img class="cs-living still" alt="" src="{living_picture(page.address, moves=False)}">'
        )
