// @ts-check
// What every component needs: elements, sentences with values in them, numbers as people write them.

/**
 * Make an element; what is shown in it is text, never markup.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

/**
 * Make a button with a sign on it.
 * @param {string} text
 * @param {string} label  what it does
 * @param {() => void} act
 * @param {string} name  tells it from the others, so that it keeps the focus when all is built anew
 */
export const button = (text, label, act, name) => {
  const made = make("button", "", text);
  made.type = "button";
  made.title = label;
  made.setAttribute("aria-label", label);
  made.dataset.part = name;
  made.onclick = act;
  return made;
};

/**
 * Return the element of a component that its HTML promises.
 * @template {HTMLElement} [Found=HTMLElement]
 * @param {ParentNode} parent
 * @param {string} selector
 * @returns {Found}
 */
export const part = (parent, selector) => {
  const found = parent.querySelector(selector);
  if (!found) throw new Error(`The component has no ${selector}.`);
  return /** @type {Found} */ (found);
};

/**
 * Return the element inside a component that has the focus, if one has.
 * @param {Element} root
 * @returns {HTMLElement | null}
 */
export const focusedIn = (root) =>
  /** @type {HTMLElement | null} */ (/** @type {Document | ShadowRoot} */ (root.getRootNode()).activeElement);

/**
 * Give the focus back to a part that was built anew, if there still is one of its name.
 * @param {Element} root
 * @param {string | undefined} name
 */
export const focusPart = (root, name) => {
  const found = /** @type {HTMLElement[]} */ ([...root.querySelectorAll("[data-part]")]).find((one) => one.dataset.part === name);
  if (name) found?.focus({ preventScroll: true });
};

const WIDE = 1000; // pixels of the screen from which on all parts of a page are seen at once

/**
 * On a small screen, bring a container of the page into view by its key: what a tap opened, or what it came from.
 * @param {string | undefined} key
 */
export const leadTo = (key) => {
  if (innerWidth < WIDE) bringIntoView(key, "start");
};

/**
 * Bring a container of the page into view by its key.
 * @param {string | undefined} key
 * @param {ScrollLogicalPosition} block  where in the window it is to stand
 */
export const bringIntoView = (key, block) => {
  if (!key) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.querySelector(`.st-key-${key}`)?.scrollIntoView({ behavior: still ? "auto" : "smooth", block });
};

/**
 * Put values into the named fields of a sentence.
 * @param {string} sentence
 * @param {Record<string, unknown>} values
 */
export const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

/**
 * Write a number with so many significant digits; a whole number keeps its places, and minus is a minus sign.
 * @param {number} value
 */
export const show = (value, digits = 5) => {
  if (!Number.isFinite(value)) return String(value);
  const short = Math.abs(value) >= 10 ** digits ? Math.round(value) : Number(value.toPrecision(digits));
  return String(short).replace("-", "−");
};

/**
 * Write a number for a cell, where there is room for about three figures.
 * @param {number} value
 */
export const showShort = (value) => {
  const size = Math.abs(value);
  if (size < 1e-6) return "0";
  return size < 1e-3 ? value.toExponential(0).replaceAll("-", "−") : show(value, size < 1 ? 2 : 3);
};

/**
 * Write a whole number with its thousands apart; one too large for a number comes as text, every digit of which counts.
 * @param {number | string} number
 */
export const counted = (number) => BigInt(number).toLocaleString("en-US");

/**
 * @param {number} value
 * @param {number} count
 */
export const clamp = (value, count) => Math.min(count - 1, Math.max(0, value));

/** By how many rows and columns each arrow key walks.
 * @type {Record<string, [number, number] | undefined>} */
export const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
