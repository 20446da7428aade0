// @ts-check
// A grid of cells on two canvases: the cells, and above them the outlines that follow the pointer.

import { context, inkOn, isDark } from "./colours.js";
import { clamp, make, show, showShort } from "./dom.js";

/**
 * @typedef {import("./colours.js").Colour} Colour
 * @typedef {object} Cell
 * @property {number} value
 * @property {Colour} colour
 * @property {boolean} [faint]
 * @property {boolean} [crossed]
 * @property {string} [small]  written above the value where there is room
 */

const STRIDE = 4096; // more than any grid has columns
/** From this side on, in pixels, a cell has room for its number. */
export const NUMBERED = 21;
const SMALLEST_LETTER = 12; // pixels of a letter
const MOST_SQUEEZED = 0.66; // how far a number may be squeezed, as a share of its width

/**
 * Return the borders of a set of cells as lines [x0, y0, x1, y1]: neighbours within the set share no line.
 * @param {[number, number][]} places
 * @param {number} cell  width of a cell
 * @param {number} [tall]  its height
 * @returns {[number, number, number, number][]}
 */
export const outline = (places, cell, tall = cell) => {
  const inside = new Set(places.map(([row, column]) => row * STRIDE + column));
  return places.flatMap(([row, column]) => {
    const [left, top, right, bottom] = [column * cell, row * tall, (column + 1) * cell, (row + 1) * tall];
    /** @type {[number, [number, number, number, number]][]} */
    const sides = [
      [-STRIDE, [left, top, right, top]],
      [STRIDE, [left, bottom, right, bottom]],
      [-1, [left, top, left, bottom]],
      [1, [right, top, right, bottom]],
    ];
    return sides.filter(([step]) => !inside.has(row * STRIDE + column + step)).map(([, line]) => line);
  });
};

export class Grid {
  rows = 0;
  columns = 0;
  cell = 0;
  tall = 0;
  line = "";
  accent = "";
  font = "";
  dark = false;

  /** @param {string} [label] */
  constructor(label) {
    this.board = make("div", "board");
    this.cells = make("canvas");
    this.marks = make("canvas", "marks");
    this.board.append(this.cells, this.marks);
    // What is on them is said beside them, cell by cell; the board says how to walk.
    for (const canvas of [this.cells, this.marks]) canvas.setAttribute("aria-hidden", "true");
    if (label) this.board.setAttribute("aria-label", label);
  }

  /**
   * Draw all cells.
   * @param {number} rows
   * @param {number} columns
   * @param {number} cell  width of a cell in pixels of the screen
   * @param {(row: number, column: number) => Cell | null} cellAt  null for an empty cell
   * @param {number} [tall]  height of a cell, where it is no square
   */
  draw(rows, columns, cell, cellAt, tall = cell) {
    Object.assign(this, { rows, columns, cell, tall });
    const scale = window.devicePixelRatio || 1;
    for (const canvas of [this.cells, this.marks]) {
      const size = [Math.round((columns * cell + 1) * scale), Math.round((rows * tall + 1) * scale)];
      if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
      canvas.style.width = `${columns * cell + 1}px`;
      canvas.style.height = `${rows * tall + 1}px`;
    }
    const style = getComputedStyle(this.board);
    this.line = style.getPropertyValue("--st-border-color") || "#999";
    this.accent = style.getPropertyValue("--mark") || "#e65100";
    this.font = style.fontFamily;
    this.dark = isDark(style.getPropertyValue("--st-background-color"));
    const brush = this.#cleared(this.cells);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) this.#drawCell(brush, row, column, cellAt(row, column));
    }
  }

  /** @param {HTMLCanvasElement} canvas */
  #cleared(canvas) {
    const scale = window.devicePixelRatio || 1;
    const brush = context(canvas);
    brush.setTransform(scale, 0, 0, scale, 0.5 * scale, 0.5 * scale);
    brush.clearRect(-1, -1, this.columns * this.cell + 2, this.rows * this.tall + 2);
    return brush;
  }

  /**
   * @param {CanvasRenderingContext2D} brush
   * @param {number} row
   * @param {number} column
   * @param {Cell | null} content
   */
  #drawCell(brush, row, column, content) {
    const { cell, tall } = this;
    const [left, top] = [column * cell, row * tall];
    if (content) {
      brush.globalAlpha = content.faint ? 0.3 : 1;
      brush.fillStyle = `rgb(${content.colour.join(",")})`;
      brush.fillRect(left, top, cell, tall);
      brush.globalAlpha = 1;
    }
    brush.lineWidth = cell > 12 ? 1 : 0.5;
    brush.strokeStyle = this.line;
    brush.setLineDash(content?.faint && cell > 12 ? [2, 2] : []);
    brush.strokeRect(left, top, cell, tall);
    brush.setLineDash([]);
    if (!content) return;
    // A faint cell shows half of the page behind it.
    const ink = content.faint && !this.dark ? inkOn([255, 255, 255]) : inkOn(content.colour);
    if (content.crossed) this.#cross(brush, left, top, ink);
    if (cell >= NUMBERED) this.#writeCell(brush, left, top, content, ink);
  }

  /**
   * @param {CanvasRenderingContext2D} brush
   * @param {number} left
   * @param {number} top
   * @param {string} ink
   */
  #cross(brush, left, top, ink) {
    const [near, right, bottom] = [2, this.cell - 2, this.tall - 2];
    brush.strokeStyle = ink;
    brush.beginPath();
    brush.moveTo(left + near, top + near);
    brush.lineTo(left + right, top + bottom);
    brush.moveTo(left + right, top + near);
    brush.lineTo(left + near, top + bottom);
    brush.stroke();
  }

  /**
   * @param {CanvasRenderingContext2D} brush
   * @param {number} left
   * @param {number} top
   * @param {Cell} content
   * @param {string} ink
   */
  #writeCell(brush, left, top, { value, small }, ink) {
    const { cell, tall } = this;
    const middle = top + tall / 2;
    brush.fillStyle = ink;
    brush.textAlign = "center";
    brush.textBaseline = "middle";
    if (small && cell >= 44) {
      this.#write(brush, [small], left, middle - cell / 5, SMALLEST_LETTER);
      this.#write(brush, [showShort(value), show(value, 1)], left, middle + cell / 6, 13);
    } else this.#write(brush, [showShort(value), show(value, 1)], left, middle, Math.min(14, tall === cell ? cell / 2.4 : tall / 2));
  }

  /**
   * Write the first of some texts that can be read in a cell, or nothing: the colour says what it is, the pointer how much.
   * @param {CanvasRenderingContext2D} brush
   * @param {string[]} texts
   * @param {number} left
   * @param {number} middle
   * @param {number} size
   */
  #write(brush, texts, left, middle, size) {
    const most = this.cell - 2;
    for (const text of texts) {
      brush.font = `${Math.max(SMALLEST_LETTER, Math.min(size, (most / text.length) * 1.75))}px ${this.font}`;
      if (brush.measureText(text).width * MOST_SQUEEZED > most) continue;
      brush.fillText(text, left + this.cell / 2, middle + 0.5, most);
      return;
    }
  }

  /**
   * Outline cells: strong what is chosen, thin what is reached.
   * @param {{places: [number, number][], thin?: boolean}} group
   */
  mark({ places, thin }) {
    const { cell, tall } = this;
    const brush = this.#cleared(this.marks);
    const lines = outline(places, cell, tall);
    for (const [colour, width] of /** @type {const} */ ([["#ffffff", thin ? 3 : 5], [this.accent, thin ? 1.5 : 2.5]])) {
      brush.strokeStyle = colour;
      brush.lineWidth = Math.min(width, cell / 2);
      brush.setLineDash(thin && cell > 8 ? [3, 2] : []);
      brush.beginPath();
      for (const [x0, y0, x1, y1] of lines) {
        brush.moveTo(x0, y0);
        brush.lineTo(x1, y1);
      }
      brush.stroke();
    }
  }

  /**
   * Return the cell under the pointer, the nearest one outside.
   * @param {MouseEvent} event
   * @returns {[number, number]}
   */
  at(event) {
    const box = this.board.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * (this.rows + 1 / this.tall));
    const column = Math.floor(((event.clientX - box.left) / box.width) * (this.columns + 1 / this.cell));
    return [clamp(row, this.rows), clamp(column, this.columns)];
  }
}
