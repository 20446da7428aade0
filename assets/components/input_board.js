// @ts-check
// An input on which one walks, points and draws.

import { ARROWS, clamp } from "./dom.js";

/**
 * @typedef {import("./sums.js").Place} Place
 * @typedef {object} Told
 * @property {string} part  its name
 * @property {import("./pen.js").Pen} pen
 * @property {boolean} editable
 * @property {(place: Place) => void} point
 * @property {() => void} leave
 * @property {(place: Place) => void} paint
 * @property {() => void} painted  called at the end of a stroke
 */

/**
 * Listen to pointer and keys.
 * @param {import("./grid.js").Grid} grid
 * @param {Told} told
 */
export const listenToInput = (grid, { part, pen, editable, point, leave, paint, painted }) => {
  const { board } = grid;
  /** @type {Place} */ let cursor = [0, 0];
  board.tabIndex = 0;
  board.setAttribute("role", "application");
  board.dataset.part = part;
  board.onpointerdown = (event) => {
    if (!pen.isUp) return;
    board.setPointerCapture(event.pointerId);
    paint(grid.at(event));
  };
  board.onpointermove = (event) => {
    cursor = grid.at(event);
    if (pen.isUp && event.buttons) paint(cursor);
    point(cursor);
  };
  board.onpointerup = board.onpointercancel = painted;
  board.onpointerleave = board.onblur = leave;
  board.onkeydown = (event) => {
    const by = ARROWS[event.key];
    if (!by && !(event.key === "Enter" && editable)) return;
    event.preventDefault();
    if (by) {
      cursor = [clamp(cursor[0] + by[0], grid.rows), clamp(cursor[1] + by[1], grid.columns)];
      return point(cursor);
    }
    paint(cursor);
    painted();
  };
};
