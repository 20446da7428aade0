// @ts-check
// A network of a few dense layers that learns to tell two classes apart on a plane: small enough to be trained between
// two pictures. The last layer is one sigmoid; the loss is binary cross-entropy over all points, the optimizer Adam.

import { activated, slopeWhere } from "./activation_curves.js";
import { randomOf } from "./plane_points.js";

/**
 * @typedef {import("./activation_curves.js").Activation} Activation
 * @typedef {import("./plane_points.js").Labelled} Labelled
 * @typedef {{weights: number[], bias: number[]}} Layer  weights of unit after unit, one for each input
 * @typedef {Layer[]} Layers
 * @typedef {{layers: Layers, first: Layers, second: Layers, steps: number}} Learner  with Adam's two moments
 */

const [BETA_1, BETA_2, EPSILON] = [0.9, 0.999, 1e-7]; // Keras's, from Kingma and Ba, 2015
const LEAST = 1e-7; // a share is kept so far from 0 before its logarithm is taken, as in Keras

/**
 * Return the layers' sizes: two inputs, the hidden layers, one output.
 * @param {number} depth
 * @param {number} width
 */
export const sizesOf = (depth, width) => [2, ...Array.from({ length: depth }, () => width), 1];

/**
 * Return layers with Glorot's uniform weights and no bias, as Keras begins.
 * @param {number[]} sizes
 * @param {number} seed
 * @returns {Layers}
 */
export const madeLayers = (sizes, seed) => {
  const random = randomOf(seed);
  return sizes.slice(1).map((units, i) => {
    const limit = Math.sqrt(6 / (sizes[i] + units));
    return { weights: Array.from({ length: units * sizes[i] }, () => (2 * random() - 1) * limit), bias: Array(units).fill(0) };
  });
};

/**
 * Return the coordinates of points, one point after the other.
 * @param {Labelled[]} points
 */
export const placesOf = (points) => points.flatMap(({ x, y }) => [x, y]);

/**
 * Return what every layer makes of all points, the units of a point beside each other; the last layer has one, the share
 * of class 1.
 * @param {Layers} layers
 * @param {Activation} activation  of the hidden layers
 * @param {number[]} places
 */
export const valuesOf = (layers, activation, places) => {
  let inputs = places;
  return layers.map((layer, i) => {
    inputs = throughLayer(layer, i === layers.length - 1 ? "sigmoid" : activation, inputs);
    return inputs;
  });
};

/**
 * @param {Layer} layer
 * @param {Activation} activation
 * @param {number[]} inputs
 */
const throughLayer = ({ weights, bias }, activation, inputs) => {
  const [units, depth] = [bias.length, weights.length / bias.length];
  const values = new Array((inputs.length / depth) * units);
  for (let begin = 0, out = 0; begin < inputs.length; begin += depth) {
    for (let unit = 0; unit < units; unit++, out++) {
      let sum = bias[unit];
      for (let j = 0; j < depth; j++) sum += weights[unit * depth + j] * inputs[begin + j];
      values[out] = activated(activation, sum);
    }
  }
  return values;
};

/**
 * Return a network's shares of class 1.
 * @param {Layers} layers
 * @param {Activation} activation
 * @param {number[]} places
 */
export const sharesOf = (layers, activation, places) => valuesOf(layers, activation, places)[layers.length - 1];

/**
 * Return the mean loss of points, and how many lie on the wrong side of the border.
 * @param {Layers} layers
 * @param {Activation} activation
 * @param {Labelled[]} points
 */
export const judged = (layers, activation, points) => {
  const shares = sharesOf(layers, activation, placesOf(points));
  let [loss, mistakes] = [0, 0];
  points.forEach(({ label }, i) => {
    loss -= Math.log(Math.max(LEAST, label ? shares[i] : 1 - shares[i])) / points.length;
    mistakes += Number(Number(shares[i] >= 0.5) !== label);
  });
  return { loss, mistakes };
};

/**
 * Return the gradient of the loss, in the shape of the layers.
 * @param {Layers} layers
 * @param {Activation} activation
 * @param {Labelled[]} points
 */
export const gradientOf = (layers, activation, points) => {
  const places = placesOf(points);
  const made = valuesOf(layers, activation, places);
  // By the last layer's sums: cross-entropy and sigmoid leave the difference alone.
  let errors = made[layers.length - 1].map((share, i) => (share - points[i].label) / points.length);
  /** @type {Layers} */
  const gradient = [];
  for (let i = layers.length - 1; i >= 0; i--) {
    const inputs = i ? made[i - 1] : places;
    gradient[i] = layerGradient(layers[i], errors, inputs);
    if (i) errors = errorsBefore(layers[i], errors, inputs, activation);
  }
  return gradient;
};

/**
 * @param {Layer} layer
 * @param {number[]} errors  by its sums
 * @param {number[]} inputs
 */
const layerGradient = ({ weights, bias }, errors, inputs) => {
  const [units, depth] = [bias.length, weights.length / bias.length];
  /** @type {Layer} */
  const gradient = { weights: Array(weights.length).fill(0), bias: Array(units).fill(0) };
  for (let i = 0; i < errors.length; i++) {
    const [unit, begin] = [i % units, Math.floor(i / units) * depth];
    gradient.bias[unit] += errors[i];
    for (let j = 0; j < depth; j++) gradient.weights[unit * depth + j] += errors[i] * inputs[begin + j];
  }
  return gradient;
};

/**
 * @param {Layer} layer
 * @param {number[]} errors
 * @param {number[]} inputs  what the layer before made
 * @param {Activation} activation  of the layer before
 */
const errorsBefore = ({ weights, bias }, errors, inputs, activation) => {
  const [units, depth] = [bias.length, weights.length / bias.length];
  return inputs.map((value, i) => {
    const [j, begin] = [i % depth, Math.floor(i / depth) * units];
    let sum = 0;
    for (let unit = 0; unit < units; unit++) sum += errors[begin + unit] * weights[unit * depth + j];
    return sum * slopeWhere(activation, value);
  });
};

/**
 * Return a learner that has learned nothing yet.
 * @param {number[]} sizes
 * @param {number} seed
 * @returns {Learner}
 */
export const newLearner = (sizes, seed) => {
  const layers = madeLayers(sizes, seed);
  const zeros = together(layers, layers, () => 0);
  return { layers, first: zeros, second: zeros, steps: 0 };
};

/**
 * Return the learner after one step of Adam over all points.
 * @param {Learner} learner
 * @param {Activation} activation
 * @param {Labelled[]} points
 * @param {number} rate
 * @returns {Learner}
 */
export const stepped = ({ layers, first, second, steps }, activation, points, rate) => {
  const gradient = gradientOf(layers, activation, points);
  const next = steps + 1;
  const reach = (rate * Math.sqrt(1 - BETA_2 ** next)) / (1 - BETA_1 ** next);
  const newFirst = together(first, gradient, (moment, slope) => BETA_1 * moment + (1 - BETA_1) * slope);
  const newSecond = together(second, gradient, (moment, slope) => BETA_2 * moment + (1 - BETA_2) * slope * slope);
  const moves = together(newFirst, newSecond, (mean, square) => (reach * mean) / (Math.sqrt(square) + EPSILON));
  return { layers: together(layers, moves, (weight, move) => weight - move), first: newFirst, second: newSecond, steps: next };
};

/**
 * Return layers of what `combine` makes of the numbers of two.
 * @param {Layers} one
 * @param {Layers} other
 * @param {(a: number, b: number) => number} combine
 * @returns {Layers}
 */
const together = (one, other, combine) =>
  one.map(({ weights, bias }, i) => ({
    weights: weights.map((weight, j) => combine(weight, other[i].weights[j])),
    bias: bias.map((amount, unit) => combine(amount, other[i].bias[unit])),
  }));

/**
 * Return a learner so many steps on.
 * @param {Learner} learner
 * @param {Activation} activation
 * @param {Labelled[]} points
 * @param {number} rate
 * @param {number} steps
 */
export const trained = (learner, activation, points, rate, steps) => {
  for (let step = 0; step < steps; step++) learner = stepped(learner, activation, points, rate);
  return learner;
};
