// @ts-check
// A picture that passes: what it changes on the page is put in its place, and nothing is drawn anew.

import { listen, pass } from "./told.js";

/**
 * @typedef {object} Changed  by the names of elements outside of components
 * @property {Record<string, string>} texts
 * @property {Record<string, string>} pictures  their addresses
 * @property {Record<string, Record<string, string>>} styles
 * @typedef {object} Passing
 * @property {Record<string, unknown>} components  what each shows of it, by its name
 * @property {Changed} page
 */

/**
 * Show a picture that passes on all of the page.
 * @param {Passing} passing
 */
export const showPassing = ({ components, page }) => {
  pass("passing", components);
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-passing]"))) {
    const name = element.dataset.passing ?? "";
    if (name in page.texts) element.textContent = page.texts[name];
    if (name in page.pictures && element instanceof HTMLImageElement) element.src = page.pictures[name];
    for (const [property, value] of Object.entries(page.styles[name] ?? {})) element.style.setProperty(property, value);
  }
};

/**
 * Let a component hear what it shows of a picture that passes, until the signal ends it.
 * @param {string} component
 * @param {AbortSignal} signal
 * @param {(shown: any) => void} take
 */
export const onPassing = (component, signal, take) =>
  listen("passing", signal, (components) => component in components && take(components[component]));
