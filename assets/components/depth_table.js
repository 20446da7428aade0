// @ts-check
// Deeper and wider against fewer mistakes: networks of several sizes, each trained three times, while nobody waits.

import { fill, make, show } from "./dom.js";
import { judged, newLearner, sizesOf, trained } from "./tiny_network.js";

/**
 * @typedef {import("./activation_curves.js").Activation} Activation
 * @typedef {import("./plane_points.js").Labelled} Labelled
 * @typedef {{activation: Activation, points: Labelled[], rate: number}} Task
 * @typedef {{depth: number, width: number}} Size
 */

export const EPOCHS = 400;
const RUNS = [1, 2, 3];
const [DEPTHS, WIDTHS] = [[1, 2, 3], [1, 2, 4, 8]];
const PIECE = 50; // epochs between two looks at what else there is to do

/** The sizes that are compared; without a hidden layer there is one. @returns {Size[]} */
export const comparedSizes = () => [{ depth: 0, width: 1 }, ...DEPTHS.flatMap((depth) => WIDTHS.map((width) => ({ depth, width })))];

export class DepthTable {
  round = 0; // a new one ends the one before

  /**
   * @param {Record<string, string>} words
   * @param {(size: Size) => void} choose
   */
  constructor(words, choose) {
    this.words = words;
    this.root = make("div", "sizes");
    this.cells = comparedSizes().map((size) => {
      const cell = make("button", "size");
      cell.type = "button";
      cell.dataset.part = `size-${size.depth}-${size.width}`;
      cell.onclick = () => choose(size);
      return { size, cell };
    });
    this.root.append(make("span", "corner", words.sizes), ...WIDTHS.map((width) => make("span", "top", fill(words.units, { count: width }))));
    this.#row(0);
    for (const depth of DEPTHS) this.#row(depth);
    this.about = make("p", "about", fill(words.sizes_about, { epochs: EPOCHS, runs: RUNS.length }));
  }

  /** @param {number} depth */
  #row(depth) {
    this.root.append(make("span", "side", depth ? fill(this.words.layers, { count: depth }) : this.words.no_layer));
    this.root.append(...this.cells.filter(({ size }) => size.depth === depth).map(({ cell }) => cell));
    if (!depth) this.root.append(make("span", "rest"));
  }

  /** @param {Size} chosen */
  mark(chosen) {
    for (const { size, cell } of this.cells) {
      const isChosen = size.depth === chosen.depth && (size.depth === 0 || size.width === chosen.width);
      cell.setAttribute("aria-pressed", String(isChosen));
    }
  }

  /**
   * Fill the table, one run after another; what was going on ends.
   * @param {Task} task
   */
  async begin(task) {
    const round = ++this.round;
    for (const { size, cell } of this.cells) this.#write(cell, size, null, task);
    for (const { size, cell } of this.cells) {
      let mistakes = 0;
      for (const seed of RUNS) {
        const learner = await this.#learn(size, seed, task, round);
        if (!learner) return;
        mistakes += judged(learner.layers, task.activation, task.points).mistakes / RUNS.length;
      }
      this.#write(cell, size, mistakes, task);
    }
  }

  /**
   * @param {Size} size
   * @param {number} seed
   * @param {Task} task
   * @param {number} round
   */
  async #learn({ depth, width }, seed, { activation, points, rate }, round) {
    let learner = newLearner(sizesOf(depth, width), seed);
    for (let epochs = 0; epochs < EPOCHS; epochs += PIECE) {
      await new Promise((resolve) => setTimeout(resolve));
      if (round !== this.round || !this.root.isConnected) return null;
      learner = trained(learner, activation, points, rate, PIECE);
    }
    return learner;
  }

  /**
   * @param {HTMLElement} cell
   * @param {Size} size
   * @param {number | null} mistakes  null: not known yet
   * @param {Task} task
   */
  #write(cell, { depth, width }, mistakes, { points }) {
    cell.textContent = mistakes === null ? "…" : show(mistakes, mistakes < 10 ? 2 : 3);
    const name = depth ? fill(this.words.size, { layers: depth, units: width }) : this.words.no_layer;
    const said = mistakes === null ? "…" : fill(this.words.mistakes_of, { mistakes: show(mistakes, 3), count: points.length });
    cell.setAttribute("aria-label", `${name}: ${said}`);
    cell.style.setProperty("--wrong", `${mistakes === null ? 0 : Math.round((200 * mistakes) / points.length)}%`);
  }
}
