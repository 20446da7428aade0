// @ts-check
// All clocks of a page (`clock.js`): each component has a module of its own, so they meet at the document.

/**
 * @typedef {{isSeen: boolean, look: () => void}} Looking
 * @typedef {object} Clocks
 * @property {Set<Looking>} clocks  the next to look first
 * @property {number} timer  of the next look
 * @property {() => void} [drawAnew]  has the server draw all of the page
 */

const CLOCKS = Symbol.for("convscope clocks");

/** @returns {Clocks} */
export const clocks = () => {
  const page = /** @type {Document & {[CLOCKS]?: Clocks}} */ (document);
  return (page[CLOCKS] ??= { clocks: new Set(), timer: 0 });
};
