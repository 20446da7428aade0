// @ts-check
// What components of one page tell one another in the browser, without asking the server.

/**
 * A map of a layer that is pointed at or open.
 * @typedef {{layer: string, channel: number}} MapOfLayer
 */

const TOLD = Symbol.for("convscope");

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
 * Tell all components of the page what is not told to those that are drawn later.
 * @param {string} name
 * @param {unknown} detail
 */
export const pass = (name, detail) => document.dispatchEvent(new CustomEvent(`convscope:${name}`, { detail }));
