"""How the page Design a network looks: its line, its totals and formulas, and what a telephone shows first."""

import streamlit as st


def draw() -> None:
    st.html(_STYLE)


_STYLE = """<style>
/* Panels run by themselves; what is in them stands on the page as if they were not there. */
[data-testid="stLayoutWrapper"]:has(> [class*="st-key-panel_"]), [class*="st-key-panel_"],
[class*="st-key-panel_"] > [data-testid="stLayoutWrapper"],
[class*="st-key-panel_"] > [data-testid="stLayoutWrapper"] > [data-testid="stVerticalBlock"] { display: contents; }
.cs-wrong {
  margin: -0.25rem 0 0.5rem; padding: 0.4rem 0.75rem 1.2rem; overflow-x: auto; white-space: pre;
  font-family: var(--st-code-font, monospace); font-size: 0.875rem;
  border: 1px solid rgb(128 128 128 / 35%); border-radius: 0.5rem;
}
.cs-wrong mark {
  position: relative; color: inherit; background: rgb(255 75 75 / 30%); border-radius: 2px;
}
.cs-wrong mark::after {
  content: "^"; position: absolute; left: 50%; top: 100%; transform: translateX(-50%); line-height: 1;
  font-weight: 700;
}
.st-key-design_line_row { flex-wrap: nowrap; }
.st-key-design_line_row input { font-family: var(--st-code-font, monospace); font-size: 0.9rem; }
.cs-totals {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(9.9rem, 1fr)); gap: 0.6rem 0.75rem;
  margin: 0; padding: 0 !important;
}
.cs-totals { position: relative; }
.cs-totals dt { font-size: 0.8125rem; }
.cs-totals dt > [tabindex] {
  opacity: 0.75; cursor: help; text-decoration: underline dotted; text-underline-offset: 3px;
}
.cs-totals dt > [tabindex]:is(:hover, :focus) { opacity: 1; }
/* Below all of them, so that it never leaves the screen. */
.cs-totals [role="tooltip"] {
  position: absolute; z-index: 10; left: 0; top: calc(100% + 0.25rem); width: min(100%, 34rem); padding: 0.5rem 0.75rem;
  font-size: 0.875rem; line-height: 1.4; visibility: hidden; pointer-events: none;
  color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius);
  box-shadow: 0 4px 16px rgb(0 0 0 / 20%);
}
.cs-totals dt > [tabindex]:is(:hover, :focus) + [role="tooltip"] { visibility: visible; }
.cs-totals dd {
  margin: 0; font-size: 1.2rem; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 1.3;
  overflow-wrap: anywhere;
}
.cs-totals small { display: block; font-size: 0.75rem; font-weight: 400; opacity: 0.75; }
.cs-formulas { border-collapse: collapse; font-size: 0.875rem; }
.cs-formulas th {
  text-align: left; font-weight: 400; opacity: 0.75; padding: 0.2rem 1rem 0.2rem 0; vertical-align: top;
}
@media (min-width: 640px) { .cs-formulas th { white-space: nowrap; } }
.cs-formulas td { padding: 0.2rem 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
/* A telephone's first screen shows the table: the preset's source comes last, what acts on layers is signs alone. */
@media (max-width: 640px) {
  [data-testid="stLayoutWrapper"]:has(> .st-key-preset_about) { order: 1; }
  .cs-totals { grid-template-columns: repeat(3, 1fr); gap: 0.4rem 0.5rem; }
  .cs-totals dt { font-size: 0.75rem; line-height: 1.2; }
  .cs-totals dd { font-size: 1rem; }
  .cs-totals small { display: none; }
  :is(.st-key-design_undo, .st-key-design_redo, .st-key-design_up, .st-key-design_down, .st-key-design_duplicate,
    .st-key-design_remove, .st-key-design_notation) [data-testid="stMarkdownContainer"] {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
  }
  .st-key-design_tools > * > * > * > * > * { order: 2; }
  .st-key-design_tools .st-key-add_field { order: 0; flex: 1 1 8rem; }
  .st-key-design_tools .st-key-design_advice { order: 1; }
}
</style>"""
