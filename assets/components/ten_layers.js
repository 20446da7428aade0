// @ts-check
// The slope on its way back through ten layers, for three activations at once, as a moving picture.
// In: data {values, bounds, titles, words}. Out: the trigger "set", the values as an address says them.

import { chainOf, shortly } from "./chain.js";
import { fill, make, part, show } from "./dom.js";
import { Player } from "./player.js";
import { Settings } from "./settings.js";
import { Slider } from "./slider.js";
import { followTheme } from "./theme.js";

/**
 * @typedef {import("./activation_curves.js").Activation} Activation
 * @typedef {import("./chain.js").Link} Link
 * @typedef {object} Data
 * @property {import("./settings.js").Said} values  by the names chain_input, chain_weight and chain_bias
 * @property {Record<string, import("./slider.js").Bounds>} bounds
 * @property {Record<string, string>} titles
 * @property {Record<string, string> & import("./player.js").PlayerWords} words
 */

const COUNT = 10;
/** @type {Activation[]} */
const COMPARED = ["sigmoid", "tanh", "relu"];
const HIGHEST = 2; // what is left where a bar is full: more of it does not fit

class Lane {
  /** @type {Link[]} */ links = [];

  /**
   * @param {Activation} name
   * @param {Data} data
   */
  constructor(name, { titles, words }) {
    this.name = name;
    this.words = words;
    this.root = make("div", `lane ${name}`);
    const head = make("div", "head");
    this.end = make("strong", "end");
    this.said = make("span", "about");
    head.append(make("span", "name", titles[name]), this.end, this.said);
    const row = make("div", "row");
    this.cells = Array.from({ length: COUNT }, (_, layer) => {
      const [cell, well, bar, left, value] = [
        make("div", "cell"), make("div", "well"), make("div", "left-over"), make("span", "left"), make("span", "layer", String(layer + 1)),
      ];
      well.append(bar);
      cell.append(left, well, value);
      row.append(cell);
      return { cell, bar, left };
    });
    this.root.append(head, row);
  }

  /**
   * Show the layers that the slope has come through, from the last one back.
   * @param {number} come
   */
  show(come) {
    this.links.forEach(({ left, slope, z }, layer) => {
      const { cell, bar, left: label } = this.cells[layer];
      const isThere = layer >= COUNT - come;
      cell.classList.toggle("here", layer === COUNT - come && come < COUNT);
      bar.style.height = `${isThere ? (100 * Math.min(HIGHEST, Math.abs(left))) / HIGHEST : 0}%`;
      bar.classList.toggle("less", left < 0);
      bar.classList.toggle("over", Math.abs(left) > HIGHEST);
      label.textContent = isThere ? shortly(left) : "";
      cell.title = fill(this.words.cell, { layer: layer + 1, z: show(z, 3), slope: show(slope, 3), left: show(left, 3) });
    });
    this.end.textContent = come === COUNT ? `× ${shortly(this.links[0].left)}` : "";
    this.said.textContent = come === COUNT ? verdict(this.links[0].left, this.words) : "";
  }
}

/**
 * Return what becomes of a gradient of which so much is left.
 * @param {number} left
 * @param {Record<string, string>} words
 */
export const verdict = (left, words) => {
  const size = Math.abs(left);
  if (size === 0) return words.nothing;
  if (size < 0.01) return fill(words.vanishes, { times: Number((1 / size).toPrecision(2)).toLocaleString("en-US") });
  if (size < 0.5) return words.fades;
  return size > 2 ? words.explodes : words.passes;
};

class TenLayers {
  settings = new Settings();
  /** @type {Record<string, Slider>} */ sliders = {};
  come = COUNT;

  /**
   * @param {HTMLElement} root
   * @param {Data} data
   */
  constructor(root, data) {
    this.data = data;
    this.lanes = COMPARED.map((name) => new Lane(name, data));
    this.player = new Player(root, {
      speed: 3,
      fastest: 10,
      begin: () => this.#begin(),
      tick: () => this.#step(1),
      step: (by) => this.#step(by),
      restart: () => this.#go(0),
    });
    const controls = make("div", "sliders");
    controls.append(
      this.#slider("chain_input", data.words.input, "x"),
      this.#slider("chain_weight", data.words.weight, "w"),
      this.#slider("chain_bias", data.words.bias, "b"),
    );
    const lanes = make("div", "lanes");
    lanes.append(...this.lanes.map((lane) => lane.root));
    root.replaceChildren(controls, this.player.bar(data.words), lanes, make("p", "legend", data.words.legend));
    followTheme(root);
  }

  /**
   * @param {string} name
   * @param {string} label
   * @param {string} sign
   */
  #slider(name, label, sign) {
    const slider = new Slider({
      name,
      label,
      sign,
      bounds: this.data.bounds[name],
      move: (value) => {
        this.player.pause();
        this.settings.set(name, value);
        this.#calculate();
        this.#go(COUNT);
      },
      settle: () => this.settings.tell(),
    });
    this.sliders[name] = slider;
    return slider.root;
  }

  /** Let the slope travel as soon as the picture is seen, where nobody asked for less motion. */
  open() {
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) this.player.toggle();
  }

  #begin() {
    if (this.come >= COUNT) this.#go(0);
  }

  /** @param {number} by */
  #step(by) {
    this.#go((this.come + by + COUNT + 1) % (COUNT + 1));
    return this.come < COUNT;
  }

  /** @param {number} come */
  #go(come) {
    this.come = come;
    for (const lane of this.lanes) lane.show(come);
  }

  #calculate() {
    const [input, weight, bias] = ["chain_input", "chain_weight", "chain_bias"].map((name) => this.settings.number(name));
    for (const lane of this.lanes) lane.links = chainOf(lane.name, COUNT, { input, weight, bias });
  }

  /**
   * @param {Data} data
   * @param {import("./settings.js").Send} send
   */
  update(data, send) {
    this.data = data;
    if (!this.settings.update(data.values, send)) return;
    for (const [name, slider] of Object.entries(this.sliders)) slider.set(this.settings.number(name));
    this.#calculate();
    this.#go(this.come);
  }
}

/** @param {{data: Data, parentElement: ParentNode, setTriggerValue: import("./settings.js").Send}} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement & {layers?: TenLayers, words?: string}} */ (part(parentElement, ".ten-layers"));
  const words = JSON.stringify(data.words);
  const isNew = root.words !== words; // or the language is
  if (isNew) root.layers = new TenLayers(root, data);
  root.words = words;
  root.layers?.update(data, setTriggerValue);
  if (isNew) root.layers?.open();
}
