// @ts-check
// What components of one page tell one another in the browser, without asking the server.

/**
 * A map of a layer that is pointed at or open.
 * @typedef {{layer: string, channel: number}} MapOfLayer
 */

const TOLD = Symbol.for("convscope");
/** @type {WeakMap<ParentNode, AbortController>} */
const HEARING = new WeakMap();

/** What was told last by each name: a component that is drawn later listens later.
 * @returns {Record<string, unknown>} */
const lastTold = () => {
  const page = /** @type {Document & {[TOLD]?: Record<string, unknown>}} */ (document);
  return (page[TOLD] ??= {});
};

/**
 * Tell all components of the page.
 * @param {string} name
 * @param {unknown} detail  null takes back what was told
 */
export const tell = (name, detail) => {
  lastTold()[name] = detail;
  document.dispatchEvent(new CustomEvent(`convscope:${name}`, { detail }));
};

/**
 * Listen until the signal ends it; what was told before is heard at once.
 * @param {string} name
 * @param {AbortSignal} signal
 * @param {(detail: any) => void} take
 */
export const listen = (name, signal, take) => {
  document.addEventListener(`convscope:${name}`, (event) => take(/** @type {CustomEvent} */ (event).detail), { signal });
  const last = lastTold()[name];
  if (last !== undefined) take(last);
};

/**
 * Return what a component listens with, by its parent element, and end what its last call listened with: Streamlit calls
 * a component with every change of its data, and lets it clean up only when it goes.
 * @param {ParentNode} parentElement
 */
export const hearing = (parentElement) => {
  HEARING.get(parentElement)?.abort();
  const controller = new AbortController();
  HEARING.set(parentElement, controller);
  return controller;
};

/**
 * Tell all components of the page what is not told to those that are drawn later.
 * @param {string} name
 * @param {unknown} detail
 */
export const pass = (name, detail) => document.dispatchEvent(new CustomEvent(`convscope:${name}`, { detail }));
