// @ts-check
// The receptive field as a pyramid: an input and the maps of layers in a row; pointing at a value shows what it sees in
// all maps before it and what it reaches in those behind.
// In: data {maps, window, limit, colours, words}.

import { colourOf } from "./colours.js";
import { ARROWS, clamp, fill, make, part } from "./dom.js";
import { drawn } from "./edges.js";
import { Grid } from "./grid.js";
import { followTheme } from "./theme.js";

/**
 * @typedef {[number, number]} Span  the first and the last along an axis
 * @typedef {{kernel: number, stride: number}} Moving
 * @typedef {object} Data
 * @property {number[][][]} maps  [map][row][column], the input first
 * @property {string[]} titles
 * @property {Moving} window  of every layer, in both directions, without padding
 * @property {number} limit  the value that is white
 * @property {import("./colours.js").Tables} colours
 * @property {{keys: string, said: string, input: string}} words
 */

/**
 * Return what of each map along an axis belongs to a place of one of them: what it sees before it, what it reaches
 * behind it.
 * @param {number[]} lengths  of the maps
 * @param {Moving} window
 * @param {number} level  the map in which the place lies
 * @param {number} index
 * @returns {Span[]}
 */
export const spansOf = (lengths, { kernel, stride }, level, index) =>
  lengths.map((_, map) => {
    let [first, last] = [index, index];
    for (let at = level; at > map; at--) [first, last] = [first * stride, last * stride + kernel - 1];
    for (let at = level; at < map; at++) {
      first = Math.max(0, Math.ceil((first - kernel + 1) / stride));
      last = Math.min(lengths[at + 1] - 1, Math.floor(last / stride));
    }
    return [first, last];
  });

/**
 * Return all places of a rectangle.
 * @param {Span} rows
 * @param {Span} columns
 * @returns {[number, number][]}
 */
export const placesWithin = (rows, columns) => {
  /** @type {[number, number][]} */
  const places = [];
  for (let row = rows[0]; row <= rows[1]; row++) {
    for (let column = columns[0]; column <= columns[1]; column++) places.push([row, column]);
  }
  return places;
};

class Pyramid {
  /** @type {Grid[]} */ grids = [];
  /** @type {[number, number, number]} */ here = [0, 0, 0]; // map, row and column
  said = make("p", "said");
  body = make("div", "body");
  edges = drawn("svg", { "aria-hidden": "true" });
  width = 0;
  version = "";

  /**
   * @param {HTMLElement} root
   * @param {Data} data
   */
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.said.setAttribute("aria-live", "polite");
    root.replaceChildren(this.body, this.said);
    new ResizeObserver(() => this.width !== root.clientWidth && this.#draw()).observe(root);
  }

  /** @param {Data} data */
  update(data) {
    const version = JSON.stringify(data);
    if (this.version === version) return;
    this.version = version;
    this.data = data;
    const last = data.maps[data.maps.length - 1];
    this.here = [data.maps.length - 1, last.length >> 1, last[0].length >> 1];
    this.grids = data.maps.map((_, map) => this.#grid(map));
    this.body.replaceChildren(...this.grids.map(({ board }, map) => this.#panel(board, map)), this.edges);
    followTheme(this.root, () => this.#draw());
  }

  /**
   * @param {HTMLElement} board
   * @param {number} map
   */
  #panel(board, map) {
    const panel = make("figure", "panel");
    panel.append(make("figcaption", "", this.data.titles[map]), board);
    return panel;
  }

  /** @param {number} map */
  #grid(map) {
    const grid = new Grid(fill(this.data.words.keys, { map: this.data.titles[map] }));
    const { board } = grid;
    board.tabIndex = 0;
    board.setAttribute("role", "application");
    board.dataset.part = `map${map}`;
    board.onpointerdown = board.onpointermove = (event) => this.#point(map, ...grid.at(event));
    board.onfocus = () => this.here[0] !== map && this.#point(map, 0, 0);
    board.onkeydown = (event) => {
      const by = ARROWS[event.key];
      if (!by) return;
      event.preventDefault();
      this.#point(map, this.here[1] + by[0], this.here[2] + by[1]);
    };
    return grid;
  }

  /**
   * @param {number} map
   * @param {number} row
   * @param {number} column
   */
  #point(map, row, column) {
    const plane = this.data.maps[map];
    this.here = [map, clamp(row, plane.length), clamp(column, plane[0].length)];
    this.#mark();
  }

  #draw() {
    const { maps, limit, colours } = this.data;
    this.width = this.root.clientWidth;
    const columns = maps.reduce((sum, plane) => sum + plane[0].length, 0);
    const cell = Math.max(12, Math.min(44, Math.floor((this.width - 44 * (maps.length - 1)) / columns)));
    this.grids.forEach((grid, map) => {
      const plane = maps[map];
      grid.draw(plane.length, plane[0].length, cell, (row, column) => {
        const value = plane[row][column];
        return { value, colour: colourOf(value, { limit, signed: false }, colours) };
      });
    });
    this.#mark();
  }

  #mark() {
    const { maps, window } = this.data;
    const [level, row, column] = this.here;
    const down = spansOf(maps.map((plane) => plane.length), window, level, row);
    const across = spansOf(maps.map((plane) => plane[0].length), window, level, column);
    this.grids.forEach((grid, map) => grid.mark({ places: placesWithin(down[map], across[map]), thin: map > level }));
    this.#connect(down, across, level);
    this.#say(down, across);
  }

  /**
   * Draw the pyramid's edges: from the corners of what is seen of a map to those of the next, up to the pointed place.
   * @param {Span[]} down
   * @param {Span[]} across
   * @param {number} level
   */
  #connect(down, across, level) {
    const box = this.body.getBoundingClientRect();
    /** @param {number} map  @param {0 | 1} side  of the rows  @param {0 | 1} end  of the columns */
    const corner = (map, side, end) => {
      const { cell, board } = this.grids[map];
      const at = board.getBoundingClientRect();
      return { x: at.left - box.left + (across[map][end] + end) * cell, y: at.top - box.top + (down[map][side] + side) * cell };
    };
    const lines = this.grids.slice(0, level).flatMap((_, map) =>
      /** @type {(0 | 1)[]} */ ([0, 1]).map((side) => {
        const [from, to] = [corner(map, side, 1), corner(map + 1, side, 0)];
        return drawn("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y });
      }),
    );
    this.edges.replaceChildren(...lines);
  }

  /**
   * @param {Span[]} down
   * @param {Span[]} across
   */
  #say(down, across) {
    const { words, titles } = this.data;
    const [level, row, column] = this.here;
    /** @param {number} map */
    const size = (map) => `${titles[map]}: ${down[map][1] - down[map][0] + 1}×${across[map][1] - across[map][0] + 1}`;
    const seen = titles.map((_, map) => size(map)).filter((_, map) => map < level);
    const place = { map: titles[level], row, column };
    this.said.textContent = level ? fill(words.said, { ...place, seen: seen.reverse().join(", ") }) : fill(words.input, place);
  }
}

/** @param {{data: Data, parentElement: ParentNode}} component */
export default function ({ data, parentElement }) {
  const root = /** @type {HTMLElement & {pyramid?: Pyramid}} */ (part(parentElement, ".pyramid"));
  root.pyramid ??= new Pyramid(root, data);
  root.pyramid.update(data);
}
