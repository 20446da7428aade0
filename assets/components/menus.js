// @ts-check
// Draws nothing: notices which of the page's menus is opened for the first time, to be filled by the server.

import { hearing } from "./told.js";

/**
 * Out: a trigger of the name of the menu that was opened.
 * @param {object} component
 * @param {string[]} component.data  the keys of the menus' containers
 * @param {ParentNode} component.parentElement
 * @param {(name: string, value: unknown) => void} component.setTriggerValue
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const heard = hearing(parentElement);
  const left = new Set(data);
  /** @param {Event} event */
  const open = (event) => {
    const button = /** @type {Element} */ (event.target).closest('[data-testid="stPopoverButton"]');
    const menu = [...left].find((key) => button?.closest(`.st-key-${key}`));
    if (menu === undefined) return;
    left.delete(menu);
    setTriggerValue(menu, true);
  };
  document.addEventListener("click", open, { signal: heard.signal, capture: true });
  return () => heard.abort();
}
