// @ts-check
// Draws nothing: shows of the panels that stand on the page the one that is chosen, as soon as it is there; the one that
// was shown before stays until then. One that the reader comes near is asked for ahead.

import { hearing } from "./told.js";

const REST = 30; // milliseconds that a pointer stays on a button that it does not only pass

/**
 * Out: a trigger of the name of a panel that may be opened next.
 * @param {object} component
 * @param {string[]} component.data  the panels' keys, in the order of the buttons they are chosen by
 * @param {ParentNode} component.parentElement
 * @param {(name: string, value: unknown) => void} component.setTriggerValue
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const place = /** @type {HTMLElement | null} */ (document.querySelector(".st-key-asked"));
  if (!place) return;
  const heard = hearing(parentElement);
  const { signal } = heard;
  const buttons = () => [...place.querySelectorAll(".st-key-ask_widget [role=radio]")];
  /** @param {string} panel */
  const stands = (panel) => place.querySelector(`.st-key-panel_${panel}`) !== null;

  const show = () => {
    const chosen = data[buttons().findIndex((button) => button.getAttribute("aria-checked") === "true")];
    if (chosen && stands(chosen)) place.dataset.panel = chosen;
  };
  const changes = new MutationObserver(show);
  changes.observe(place, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-checked"] });
  signal.addEventListener("abort", () => changes.disconnect());
  show();

  let rest = 0;
  /** @param {Event} event  @param {number} after  milliseconds */
  const near = ({ target }, after) => {
    clearTimeout(rest);
    const index = buttons().findIndex((button) => button.contains(/** @type {Node} */ (target)));
    const isWanted = () => index >= 0 && !stands(data[index]) && buttons()[index]?.getAttribute("aria-checked") === "false";
    if (isWanted()) rest = setTimeout(() => isWanted() && setTriggerValue(data[index], true), after);
  };
  place.addEventListener("pointerover", (event) => near(event, event.pointerType === "mouse" ? REST : 0), { signal });
  place.addEventListener("focusin", (event) => near(event, REST), { signal });
  place.addEventListener("pointerleave", () => clearTimeout(rest), { signal });
  return () => heard.abort();
}
