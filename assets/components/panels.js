// @ts-check
// Draws nothing: shows of the panels that stand on the page the one that is chosen, as soon as it is there. The one that
// was shown before stays until then.

/**
 * @param {object} component
 * @param {string[]} component.data  the panels' keys, in the order of the buttons they are chosen by
 */
export default function ({ data }) {
  const place = /** @type {HTMLElement | null} */ (document.querySelector(".st-key-asked"));
  if (!place) return;
  const show = () => {
    const buttons = [...place.querySelectorAll(".st-key-ask_widget [role=radio]")];
    const chosen = data[buttons.findIndex((button) => button.getAttribute("aria-checked") === "true")];
    if (chosen && place.querySelector(`.st-key-panel_${chosen}`)) place.dataset.panel = chosen;
  };
  const changes = new MutationObserver(show);
  changes.observe(place, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-checked"] });
  show();
  return () => changes.disconnect();
}
