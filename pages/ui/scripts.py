"""Scripts that a page hands to the browser; nothing that a person typed ever enters one."""

import streamlit as st


def run_in_browser(name: str, script: str) -> None:
    """Let the browser run `script`, a whole element, where it changes nothing that is seen; `name` tells it apart.

    Called in every run of a page: what follows it would be built anew where it comes or goes.
    """
    with st.container(key=f"script_{name}"):
        st.html(script, unsafe_allow_javascript=True)


KEEP_UPLOADS = """<script>
if (!window.convscopeKeepsUploads) {
  window.convscopeKeepsUploads = true;
  const keep = (event) => {
    const isComing = document.querySelector('[data-testid="stPopoverBody"] [data-testid="stFileChipIconSpinner"]');
    document.body.toggleAttribute("data-st-overlay-root", Boolean(isComing));
    if (!isComing) return;
    document.body.setAttribute("data-st-overlay-root", "true");
    const closer = event.target.closest?.('[data-testid="stPopoverButton"][aria-expanded="true"]');
    if (event.key !== "Escape" && !(closer && event.type === "click")) return;
    event.stopImmediatePropagation();
    event.preventDefault();
  };
  for (const name of ["pointerdown", "click", "keydown"]) window.addEventListener(name, keep, true);
}
</script>"""
"""Keeps a popover open while a file that was chosen in it is on its way: an upload whose field goes is forgotten.

What is pressed meanwhile works as ever; to Streamlit, only what is pressed outside of every overlay closes one.
"""
