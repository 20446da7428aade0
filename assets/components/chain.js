// @ts-check
// Neurons in a row, one a layer: what passes forward, and what is left of a slope on its way back.

import { activated, slopeAt } from "./activation_curves.js";

/**
 * @typedef {import("./activation_curves.js").Activation} Activation
 * @typedef {object} Link
 * @property {number} z  the layer's sum
 * @property {number} value  what it passes on
 * @property {number} slope  of its activation
 * @property {number} left  by how much the last output changes for a small change of what enters this layer, as a factor
 */

/**
 * Return the layers, the first first, all with the same activation, weight and bias.
 * @param {Activation} name
 * @param {number} count
 * @param {{input: number, weight: number, bias: number}} setting
 * @returns {Link[]}
 */
export const chainOf = (name, count, { input, weight, bias }) => {
  /** @type {Link[]} */
  const links = [];
  let value = input;
  for (let layer = 0; layer < count; layer++) {
    const z = weight * value + bias;
    value = activated(name, z);
    links.push({ z, value, slope: slopeAt(name, z), left: 0 });
  }
  let left = 1;
  for (const link of links.toReversed()) {
    left *= weight * link.slope;
    link.left = left;
  }
  return links;
};

/**
 * Write what is left in few letters: 0.25, 4e−3, 1e3.
 * @param {number} value
 */
export const shortly = (value) => {
  const size = Math.abs(value);
  const text = size === 0 || (size >= 0.01 && size < 1000) ? String(Number(value.toPrecision(2))) : value.toExponential(0).replace("+", "");
  return text.replaceAll("-", "−");
};
