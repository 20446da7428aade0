// @ts-check
// A transposed convolution as stamping: each input writes the kernel, times its value, into the output.
// In: data {input, kernel, stride, before, size, limits, colours, words}; `before` is what padding cuts off.

import { colourOf } from "./colours.js";
import { fill, make, part, show } from "./dom.js";
import { Grid } from "./grid.js";
import { Player } from "./player.js";

/**
 * @typedef {number[][]} Plane  [row][column]
 * @typedef {object} Stamping
 * @property {Plane} input
 * @property {Plane} kernel
 * @property {number} stride
 * @property {number} before  rows and columns of the first stamp that padding cuts off
 * @property {[number, number]} size  of the output
 * @typedef {object} More
 * @property {{input: number, kernel: number, output: number}} limits  the values that are white
 * @property {import("./colours.js").Tables} colours
 * @property {Record<string, string> & import("./player.js").PlayerWords} words
 * @typedef {Stamping & More} Data
 */

/**
 * Return the places of the output on which an input stamps, by its number, row by row; those outside are left out.
 * @param {Stamping} stamping
 * @param {number} number
 * @returns {{row: number, column: number, amount: number}[]}
 */
export const stampOf = ({ input, kernel, stride, before, size }, number) => {
  const [row, column] = [Math.floor(number / input[0].length), number % input[0].length];
  return kernel
    .flatMap((line, down) =>
      line.map((weight, across) => ({
        row: row * stride + down - before,
        column: column * stride + across - before,
        amount: weight * input[row][column],
      })),
    )
    .filter((cell) => cell.row >= 0 && cell.row < size[0] && cell.column >= 0 && cell.column < size[1]);
};

/**
 * Return the output after so many inputs have stamped.
 * @param {Stamping} stamping
 * @param {number} count
 * @returns {Plane}
 */
export const stampedBy = (stamping, count) => {
  const output = Array.from({ length: stamping.size[0] }, () => Array(stamping.size[1]).fill(0));
  for (let number = 0; number < count; number++) {
    for (const { row, column, amount } of stampOf(stamping, number)) output[row][column] += amount;
  }
  return output;
};

class Stamps {
  input = new Grid();
  stamp = new Grid();
  output = new Grid();
  said = make("p", "said");
  width = 0;

  /**
   * @param {HTMLElement} root
   * @param {Data} data
   */
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.count = this.total;
    this.player = new Player(root, {
      speed: 2,
      fastest: 10,
      begin: () => this.count >= this.total && this.#go(0),
      tick: () => this.#step(1),
      step: (by) => this.#step(by),
      restart: () => this.#go(0),
    });
    new ResizeObserver(() => this.width !== root.clientWidth && this.#draw()).observe(root);
  }

  get total() {
    return this.data.input.length * this.data.input[0].length;
  }

  /** @param {Data} data */
  update(data) {
    if (this.version === JSON.stringify(data)) return;
    this.version = JSON.stringify(data);
    this.data = data;
    this.count = this.total;
    const body = make("div", "body");
    for (const name of /** @type {const} */ (["input", "stamp", "output"])) {
      const panel = make("figure", "panel");
      panel.append(make("figcaption", "", data.words[name]), this[name].board);
      body.append(panel);
    }
    this.root.replaceChildren(this.player.bar(data.words), body, this.said);
    this.#draw();
  }

  /** @param {number} by */
  #step(by) {
    this.#go((this.count + by + this.total + 1) % (this.total + 1));
    return this.count < this.total;
  }

  /** @param {number} count */
  #go(count) {
    this.count = count;
    this.#draw();
  }

  #draw() {
    const { input, kernel, size, limits, stride, before, words } = this.data;
    this.width = this.root.clientWidth;
    const cell = Math.max(18, Math.min(40, Math.floor((this.width - 60) / (input[0].length + kernel[0].length + size[1]))));
    const side = this.width < 600 ? Math.max(18, Math.min(32, Math.floor((this.width - 4) / size[1]))) : cell;
    const number = Math.max(0, this.count - 1);
    const [row, column] = [Math.floor(number / input[0].length), number % input[0].length];
    const value = this.count ? input[row][column] : 0;
    const output = stampedBy(this.data, this.count);
    this.input.draw(input.length, input[0].length, side, (r, c) => this.#cell(input[r][c], limits.input));
    this.stamp.draw(kernel.length, kernel[0].length, side, (r, c) => this.#cell(kernel[r][c] * value, limits.input * limits.kernel));
    this.output.draw(size[0], size[1], side, (r, c) => this.#cell(output[r][c], limits.output));
    this.input.mark({ places: this.count ? [[row, column]] : [] });
    this.output.mark({ places: this.count ? stampOf(this.data, number).map((cell) => [cell.row, cell.column]) : [] });
    const place = { number: this.count, count: this.total, value: show(value), row: row * stride - before, column: column * stride - before };
    const done = this.count === this.total ? ` ${fill(words.all, { count: this.total })}` : "";
    this.said.textContent = this.count ? fill(words.place, place) + done : words.none;
  }

  /**
   * @param {number} value
   * @param {number} limit
   */
  #cell(value, limit) {
    return { value, colour: colourOf(value, { limit, signed: false }, this.data.colours) };
  }
}

/** @param {{data: Data, parentElement: ParentNode}} component */
export default function ({ data, parentElement }) {
  const root = /** @type {HTMLElement & {stamps?: Stamps}} */ (part(parentElement, ".stamps"));
  root.stamps ??= new Stamps(root, data);
  root.stamps.update(data);
}
