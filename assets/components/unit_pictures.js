// @ts-check
// A small network drawn as what its units make of the plane, with an edge for every weight.

import { make } from "./dom.js";
import { drawn } from "./edges.js";
import { GROUND, paintShares, unitShares } from "./plane_picture.js";

/**
 * @typedef {import("./activation_curves.js").Activation} Activation
 * @typedef {import("./tiny_network.js").Layers} Layers
 * @typedef {import("./plane_picture.js").Palette} Palette
 */

const UNIT_STEP = 36; // pixels from one unit to the next
const THICKEST = 4;

export class UnitPictures {
  /** @type {HTMLCanvasElement[][]} */ pictures = [];
  /** @type {SVGLineElement[][]} */ edges = [];

  constructor() {
    this.root = make("div", "units");
    this.root.setAttribute("role", "img");
  }

  /**
   * Lay out a network with so many units a layer, the inputs among them.
   * @param {number[]} sizes
   * @param {string[]} inputs  what the inputs are called
   */
  build(sizes, inputs) {
    const high = UNIT_STEP * Math.max(...sizes);
    const lines = drawn("svg", { viewBox: `0 0 100 ${high}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    /** @param {number} layer */
    const across = (layer) => (100 * (layer + 0.5)) / sizes.length;
    /** @param {number} layer  @param {number} unit */
    const down = (layer, unit) => high / 2 + (unit - (sizes[layer] - 1) / 2) * UNIT_STEP;
    this.edges = sizes.slice(1).map((units, i) =>
      Array.from({ length: units * sizes[i] }, (_, weight) => {
        const [unit, input] = [Math.floor(weight / sizes[i]), weight % sizes[i]];
        return drawn("line", { x1: across(i), x2: across(i + 1), y1: down(i, input), y2: down(i + 1, unit) });
      }),
    );
    lines.append(...this.edges.flat());
    this.pictures = sizes.map((units, layer) =>
      Array.from({ length: units }, (_, unit) => {
        const picture = make("canvas", "unit");
        picture.style.left = `${across(layer)}%`;
        picture.style.top = `${down(layer, unit)}px`;
        return picture;
      }),
    );
    const names = inputs.map((name, unit) => {
      const label = make("span", "input-name", name);
      label.style.left = `${across(0)}%`;
      label.style.top = `${down(0, unit)}px`;
      return label;
    });
    this.root.style.height = `${high}px`;
    this.root.replaceChildren(lines, ...this.pictures.flat(), ...names);
  }

  /**
   * Paint what the units make of the ground.
   * @param {Layers} layers
   * @param {number[][]} values  of each layer
   * @param {Activation} activation
   * @param {Palette} palette
   */
  paint(layers, values, activation, palette) {
    this.pictures.forEach((units, layer) =>
      units.forEach((picture, unit) => {
        const isOutput = layer === values.length;
        const [made, name] = layer ? [values[layer - 1], isOutput ? "sigmoid" : activation] : [GROUND, "tanh"];
        paintShares(picture, unitShares(made, unit, units.length, /** @type {Activation} */ (name)), palette);
      }),
    );
    layers.forEach(({ weights }, layer) => {
      const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 1);
      weights.forEach((weight, i) => {
        const edge = this.edges[layer][i];
        edge.setAttribute("class", weight < 0 ? "less" : "more");
        edge.setAttribute("stroke-width", (0.4 + (THICKEST * Math.abs(weight)) / largest).toFixed(2));
      });
    });
  }
}

