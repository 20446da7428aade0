// @ts-check
// On a small screen, where everything stands below one another: a line at the bottom that leads to each part of a page.
// It notices too which of the page's menus is opened for the first time, to be filled by the server.

import { leadTo, make, part } from "./dom.js";
import { hearing } from "./told.js";

/**
 * @typedef {object} Data
 * @property {{key: string, label: string}[]} ways  the key of a container of the page, and what it holds
 * @property {string[]} menus  the keys of the containers of menus that nobody opened yet
 * @property {{ways: string}} words
 */

/**
 * Out: a trigger of the name of the menu that was opened.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = part(parentElement, ".ways");
  root.setAttribute("aria-label", data.words.ways);
  root.replaceChildren(
    ...data.ways.map(({ key, label }) => {
      const button = make("button", "", label);
      button.type = "button";
      button.onclick = () => leadTo(key);
      return button;
    }),
  );
  const heard = hearing(parentElement);
  const left = new Set(data.menus);
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
