// @ts-check
// The channels under a window: the whole map with the window on it, what it takes, its weights, the products, their sum.

import { colourOf, tintOf } from "./colours.js";
import { ARROWS, clamp, fill, make, show } from "./dom.js";
import { Grid } from "./grid.js";
import { cellsOf } from "./steps.js";

const [WIDEST_CELL, TALLEST_CELL, THINNEST_CELL] = [44, 40, 6];
const [HIGH_ONE, HIGH_MANY] = [120, 63]; // pixels of the screen for the window of one channel, and of several
const AROUND = 16; // pixels beside a grid
const SUM = 74; // pixels for a channel's sum
const SWEEP = 900; // milliseconds

/**
 * @typedef {import("./steps.js").Lane} Lane
 * @typedef {import("./steps.js").Under} Under
 * @typedef {import("./steps.js").Step} Step
 * @typedef {object} LanesData
 * @property {Under} under
 * @property {Lane[]} lanes
 * @property {number | null} winner  the cell that a maximum takes, counted row by row
 * @property {Record<"values" | "weights" | "products", import("./colours.js").Range>} ranges
 * @property {import("./colours.js").Tables} colours
 * @property {{map: string, cell: string, outside: string, board: string, heads: string[]}} words
 * @typedef {object} LanesTold
 * @property {(text: string | null) => void} say  of a cell that is pointed at; null where none is
 * @property {(layer: string, place: number[]) => void} open
 * @typedef {{values: Grid, weights: Grid | null, products: Grid | null, frame: HTMLElement, map: HTMLElement, sum: HTMLElement}} Drawn
 */

/**
 * Return how large the cells of a window may be, so that a channel stands on one line, or on a phone on two.
 * @param {number} width  of the stage
 * @param {Under} under
 * @param {number} grids  beside one another
 * @param {boolean} many  channels
 * @returns {{cell: number, tall: number}}
 */
export const windowCell = (width, { rows, columns }, grids, many) => {
  const high = many ? HIGH_MANY : HIGH_ONE;
  const tall = clampTo(Math.floor(high / rows.length), TALLEST_CELL);
  const beside = width - high - SUM - AROUND * (grids + 1);
  const room = isTight(width) ? width - AROUND * grids : beside;
  const cell = clampTo(Math.floor(room / (grids * columns.length)), WIDEST_CELL);
  // Cells without figures are squares.
  return cell < 21 || tall < 21 ? { cell: Math.min(cell, tall), tall: Math.min(cell, tall) } : { cell, tall };
};

/** @param {number} width */
export const isTight = (width) => width < 440;

/**
 * @param {number} size
 * @param {number} largest
 */
const clampTo = (size, largest) => Math.max(THINNEST_CELL, Math.min(largest, size));

/**
 * Return where the window lies on its map, in shares of it; it may reach out into the padding.
 * @param {Under} under
 */
export const frameOn = ({ rows, columns, size }) => ({
  left: columns[0] / size[1],
  top: rows[0] / size[0],
  width: (/** @type {number} */ (columns.at(-1)) + 1 - columns[0]) / size[1],
  height: (/** @type {number} */ (rows.at(-1)) + 1 - rows[0]) / size[0],
});

export class Lanes {
  root = make("div", "lanes");

  /**
   * @param {LanesData} data
   * @param {LanesTold} told
   */
  constructor(data, told) {
    this.data = data;
    this.told = told;
    this.drawn = data.lanes.map((lane, number) => this.#build(lane, number));
  }

  /**
   * @param {Lane} lane
   * @param {number} number
   * @returns {Drawn}
   */
  #build(lane, number) {
    const { words } = this.data;
    const line = make("div", "lane");
    const map = make("div", "map");
    const picture = make("img");
    picture.src = lane.picture;
    picture.alt = fill(words.map, { name: lane.name });
    const frame = make("span", "frame");
    map.append(picture, frame);
    const values = new Grid(fill(words.board, { name: lane.name }));
    const weights = lane.weights ? new Grid() : null;
    const products = lane.weights ? new Grid() : null;
    const sum = make("div", "sum");
    const [window, kernel, made] = words.heads;
    line.append(map, titled(window, values));
    if (weights && products) line.append(sign("·"), titled(kernel, weights), sign("="), titled(made, products));
    line.append(sum);
    this.root.append(line);
    this.#listen(values, lane, number);
    return { values, weights, products, frame, map, sum };
  }

  /**
   * @param {Grid} grid
   * @param {Lane} lane
   * @param {number} number
   */
  #listen(grid, lane, number) {
    const { board } = grid;
    const { under, words } = this.data;
    /** @type {[number, number]} */ let cursor = [0, 0];
    board.tabIndex = 0;
    board.setAttribute("role", "application");
    board.dataset.part = `values${number}`;
    /** @param {[number, number]} cell */
    const point = (cell) => {
      cursor = cell;
      const [row, column] = cell;
      grid.mark({ places: [cell] });
      const sentence = under.real[row][column] ? words.cell : words.outside;
      const place = { row: under.rows[row], column: under.columns[column], name: lane.name };
      this.told.say(fill(sentence, { ...place, value: show(lane.values[row][column]) }));
    };
    const choose = () => {
      const [row, column] = cursor;
      if (under.real[row][column]) this.told.open(under.layer, [under.rows[row], under.columns[column], lane.channel]);
    };
    board.onpointermove = (event) => point(grid.at(event));
    board.onclick = (event) => {
      point(grid.at(event));
      choose();
    };
    board.onpointerleave = board.onblur = () => this.told.say(null);
    board.onkeydown = (event) => {
      const by = ARROWS[event.key];
      if (!by && event.key !== "Enter") return;
      event.preventDefault();
      if (by) point([clamp(cursor[0] + by[0], grid.rows), clamp(cursor[1] + by[1], grid.columns)]);
      else choose();
    };
  }

  /**
   * Draw what is there after a step.
   * @param {Step} step
   * @param {number} width  of the stage
   */
  draw(step, width) {
    const { under, lanes, ranges, colours } = this.data;
    const grids = this.drawn[0].weights ? 3 : 1;
    const { cell, tall } = windowCell(width, under, grids, lanes.length > 1);
    const [rows, columns] = [under.rows.length, under.columns.length];
    this.root.classList.toggle("tight", isTight(width));
    this.drawn.forEach(({ values, weights, products, frame, map, sum }, number) => {
      const lane = lanes[number];
      const cells = cellsOf(lane);
      /** @param {number} row  @param {number} column */
      const at = (row, column) => row * columns + column;
      const draw = /** @param {Grid} grid  @param {(row: number, column: number) => import("./grid.js").Cell | null} cellAt */ (
        grid,
        cellAt,
      ) => grid.draw(rows, columns, cell, cellAt, tall);
      draw(values, (row, column) => {
        const { value } = cells[at(row, column)];
        const colour = lane.tint ? tintOf(value, lane.tint) : colourOf(value, ranges.values, colours);
        return { value, colour, faint: !under.real[row][column] };
      });
      if (weights) draw(weights, (row, column) => coloured(cells[at(row, column)].weight, ranges.weights, colours));
      if (products) {
        draw(products, (row, column) => {
          const isThere = at(row, column) < step.cells[number];
          return isThere ? coloured(cells[at(row, column)].product, ranges.products, colours) : null;
        });
      }
      placeFrame(map, frame, under, rows * tall);
      sum.replaceChildren(make("span", "", lane.name), make("b", "", step.lanes > number ? show(lane.amount, 4) : " "));
    });
    this.mark(step);
  }

  /**
   * Outline what a step brought, and once all is there what a maximum took.
   * @param {Step} step
   */
  mark({ newest, made }) {
    const columns = this.data.under.columns.length;
    const { winner } = this.data;
    /** @param {number} index  @returns {[number, number]} */
    const place = (index) => [Math.floor(index / columns), index % columns];
    this.drawn.forEach(({ values, weights, products }, number) => {
      const brought = newest?.lane === number ? range(newest.first, newest.end) : [];
      const shown = made && winner !== null ? [winner] : brought;
      for (const grid of [values, weights, products]) grid?.mark({ places: shown.map(place) });
    });
  }

  /** Let the window move over the maps to its place, row by row as a convolution does. */
  sweep() {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const { left, top, width } = frameOn(this.data.under);
    const [start, end] = [percent(0), percent(1 - width)];
    for (const { frame } of this.drawn) {
      const ways = [
        { left: start, top: start },
        { left: end, top: start },
        { left: start, top: percent(top) },
        { left: percent(left), top: percent(top) },
      ];
      frame.animate(ways, { duration: SWEEP });
    }
  }
}

/** @param {number} share */
const percent = (share) => `${100 * share}%`;

/**
 * @param {number} first
 * @param {number} end
 */
const range = (first, end) => Array.from({ length: end - first }, (_, index) => first + index);

/**
 * @param {number} value
 * @param {import("./colours.js").Range} reach
 * @param {import("./colours.js").Tables} colours
 */
const coloured = (value, reach, colours) => ({ value, colour: colourOf(value, reach, colours) });

/**
 * @param {string} title
 * @param {Grid} grid
 */
const titled = (title, grid) => {
  const figure = make("figure");
  figure.append(make("figcaption", "", title), grid.board);
  return figure;
};

/** @param {string} text */
const sign = (text) => {
  const made = make("span", "sign", text);
  made.setAttribute("aria-hidden", "true");
  return made;
};

/**
 * @param {HTMLElement} map
 * @param {HTMLElement} frame
 * @param {Under} under
 * @param {number} high  pixels of the screen
 */
const placeFrame = (map, frame, under, high) => {
  const [rows, columns] = under.size;
  const scale = Math.min(high / rows, high / columns);
  map.style.width = `${Math.max(8, columns * scale)}px`;
  map.style.height = `${Math.max(8, rows * scale)}px`;
  for (const [side, share] of Object.entries(frameOn(under))) frame.style.setProperty(side, percent(share));
};
