// @ts-check
// What one output of a window is made of: the terms, their sum or the pool over them, and how that is written.

import { fill, show } from "./dom.js";

/**
 * @typedef {[number, number]} Place  row and column
 * @typedef {object} Axis
 * @property {number[]} sources  which input a place of the padded line shows, below 0 for padding
 * @property {number} before  places of padding before the first input
 * @property {[number, number][][]} taps  for each output: which places it takes, by which index of the kernel
 * @typedef {null | "max" | "average" | "sum" | "l2"} Pooling
 * @typedef {object} Term
 * @property {Place} place  in the padded grid
 * @property {boolean} real  not padding
 * @property {number} value
 * @property {number} weight
 * @typedef {object} Windows
 * @property {Axis} vertical
 * @property {Axis} horizontal
 * @property {boolean} turned  the kernel acts turned by 180°
 */

export const MOST_TERMS = 25; // of a sum written out

/**
 * Return what an output takes from one channel, row by row.
 * @param {Windows} windows
 * @param {number[][]} plane  the channel
 * @param {number[][] | undefined} weights  none under a pool
 * @param {Place} output
 * @returns {Term[]}
 */
export const termsOf = ({ vertical, horizontal, turned }, plane, weights, [row, column]) =>
  vertical.taps[row].flatMap(([placeRow, tapRow]) =>
    horizontal.taps[column].map(([placeColumn, tapColumn]) => {
      const [sourceRow, sourceColumn] = [vertical.sources[placeRow], horizontal.sources[placeColumn]];
      const real = sourceRow >= 0 && sourceColumn >= 0;
      return {
        place: /** @type {Place} */ ([placeRow, placeColumn]),
        real,
        value: real ? plane[sourceRow][sourceColumn] : 0,
        weight: weights ? weightAt(weights, tapRow, tapColumn, turned) : 1,
      };
    }),
  );

/**
 * @param {number[][]} weights
 * @param {number} row
 * @param {number} column
 * @param {boolean} turned
 */
const weightAt = (weights, row, column, turned) =>
  turned ? weights[weights.length - 1 - row][weights[0].length - 1 - column] : weights[row][column];

/**
 * Return what the terms of one channel come to: their weighted sum, or the pool over those that are no padding.
 * @param {Term[]} terms
 * @param {Pooling} pooling
 */
export const combined = (terms, pooling) => {
  const values = terms.filter((term) => term.real).map((term) => term.value);
  switch (pooling) {
    case "max":
      return Math.max(...values);
    case "average":
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    case "l2":
      return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
    default:
      return terms.reduce((sum, term) => sum + term.value * term.weight, 0);
  }
};

/**
 * Return the number of the term that wins a maximum: the first from the upper left; none in any other case.
 * @param {Term[]} terms
 * @param {Pooling} pooling
 */
export const winners = (terms, pooling) => {
  if (pooling !== "max") return [];
  const best = combined(terms, pooling);
  return [terms.findIndex((term) => term.real && term.value === best)];
};

/**
 * Return the outputs that an input reaches.
 * @param {Windows} windows
 * @param {Place} input
 * @returns {Place[]}
 */
export const reachedFrom = ({ vertical, horizontal }, [row, column]) => {
  const columns = outputsOf(horizontal, column);
  return outputsOf(vertical, row).flatMap((r) => columns.map((c) => /** @type {Place} */ ([r, c])));
};

/**
 * @param {Axis} axis
 * @param {number} input
 */
const outputsOf = ({ sources, taps }, input) =>
  taps.flatMap((pairs, output) => (pairs.some(([place]) => sources[place] === input) ? [output] : []));

/**
 * Return for each place of a padded line whether no output takes it.
 * @param {Axis} axis
 */
export const unseen = ({ sources, taps }) => {
  const seen = new Set(taps.flatMap((pairs) => pairs.map(([place]) => place)));
  return sources.map((_, place) => !seen.has(place));
};

/**
 * Write a number that stands behind another sign: a negative one in brackets.
 * @param {number} number
 */
export const signed = (number, digits = 5) => (number < 0 ? `(${show(number, digits)})` : show(number, digits));

/**
 * Write how an output comes about, without its value.
 * @param {Term[][]} channels  the terms of each channel
 * @param {Pooling} pooling
 * @param {number} bias
 * @param {{more: string, bias: string}} words
 */
export const written = (channels, pooling, bias, words) => {
  const terms = channels.flat().filter((term) => term.real || !pooling);
  const listed = terms.slice(0, MOST_TERMS);
  const more = terms.length > listed.length ? [fill(words.more, { count: terms.length - listed.length })] : [];
  const values = listed.map((term) => signed(term.value));
  if (pooling === "max") return `max(${[...values, ...more].join(", ")})`;
  if (pooling === "average") return `(${[...values, ...more].join(" + ")}) / ${terms.length}`;
  if (pooling === "l2") return `√(${[...values.map((value) => `${value}²`), ...more].join(" + ")})`;
  if (pooling) return [...values, ...more].join(" + ");
  const products = listed.map((term) => `${signed(term.value)}·${signed(term.weight)}`);
  const partial = channels.map((own) => signed(combined(own, pooling)));
  const sum = channels.length > 1 ? partial.join(" + ") : [...products, ...more].join(" + ") || "0";
  const last = bias ? [fill(words.bias, { value: signed(bias) })] : [];
  return [sum, ...last].join(" + ");
};
