// @ts-check
// On a small screen, where everything stands below one another: a line at the bottom that leads to each part of a page.

import { leadTo, make, part } from "./dom.js";

/**
 * @typedef {object} Data
 * @property {{key: string, label: string}[]} ways  the key of a container of the page, and what it holds
 * @property {{ways: string}} words
 */

/** @param {{data: Data, parentElement: ParentNode}} component */
export default function ({ data, parentElement }) {
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
}
