// @ts-check
// Pages of what is too much to be drawn at once.

import { button, make } from "./dom.js";

/**
 * @typedef {{page: number, count: number, shown: string}} Pages  the page that is shown, from 0; how many; what is on it
 * @typedef {{stronger: string, weaker: string, page: string}} PagerWords
 */

/**
 * Return the buttons and the field that turn the pages.
 * @param {Pages} pages
 * @param {PagerWords} words
 * @param {(page: number) => void} turn
 */
export const pager = ({ page, count, shown }, words, turn) => {
  const root = make("span", "pager");
  const field = make("input");
  field.type = "number";
  [field.min, field.max, field.value] = ["1", String(count), String(page + 1)];
  field.dataset.part = "page";
  field.setAttribute("aria-label", words.page);
  field.onchange = () => {
    const wanted = Math.round(field.valueAsNumber);
    if (wanted >= 1 && wanted <= count) turn(wanted - 1);
    else field.value = String(page + 1);
  };
  const [before, after] = [button("‹", words.stronger, () => turn(page - 1), "before"), button("›", words.weaker, () => turn(page + 1), "after")];
  before.disabled = page === 0;
  after.disabled = page === count - 1;
  root.append(before, field, after, make("span", "hint", shown));
  return root;
};
