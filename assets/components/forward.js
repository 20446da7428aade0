// @ts-check
// What a small network of layers in a row answers, computed in the browser.

/**
 * Maps, (height, width, channels), read row by row with the channels last, as Keras keeps them.
 * @typedef {{height: number, width: number, channels: number, values: Float32Array}} Maps
 * A layer with the settings that its kind has; kernel and bias as Keras keeps them.
 * @typedef {object} Layer
 * @property {string} kind
 * @property {string} [activation]
 * @property {number} [size]  of a square kernel or window; a window moves on by as much, a kernel by 1
 * @property {number} [scale]
 * @property {number} [offset]
 * @property {Float32Array} [kernel]
 * @property {Float32Array} [bias]
 */

/**
 * Return the shares that the last layer gives; raises an Error for a kind of layer that is not known here.
 * @param {Layer[]} layers
 * @param {Maps} maps
 * @returns {Float32Array}
 */
export const answered = (layers, maps) => layers.reduce((made, layer) => activated(layer, ruleOf(layer)(made, layer)), maps).values;

/** @param {Layer} layer */
const ruleOf = ({ kind }) => {
  const rule = RULES[kind];
  if (!rule) throw new Error(`No rule for a layer of the kind ${kind}.`);
  return rule;
};

/**
 * @param {Layer} layer
 * @param {Maps} maps
 */
const activated = ({ activation }, maps) => {
  if (activation === "relu") return { ...maps, values: maps.values.map((value) => Math.max(0, value)) };
  return activation === "softmax" ? { ...maps, values: softmax(maps.values) } : maps;
};

/** @param {Float32Array} values */
const softmax = (values) => {
  const largest = values.reduce((most, value) => Math.max(most, value));
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((all, power) => all + power);
  return powers.map((power) => power / sum);
};

/**
 * A convolution without padding, stride 1.
 * @param {Maps} maps
 * @param {Layer} layer
 * @returns {Maps}
 */
const convolved = (maps, { size = 1, kernel = new Float32Array(), bias = new Float32Array() }) => {
  const filters = bias.length;
  const [height, width] = [maps.height - size + 1, maps.width - size + 1];
  const values = new Float32Array(height * width * filters);
  const sums = new Float32Array(filters);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      sums.set(bias);
      for (let tap = 0; tap < size * size; tap++) {
        const from = ((row + Math.floor(tap / size)) * maps.width + column + (tap % size)) * maps.channels;
        for (let channel = 0; channel < maps.channels; channel++) {
          const value = maps.values[from + channel];
          if (value === 0) continue; // behind a ReLU most are
          const weights = (tap * maps.channels + channel) * filters;
          for (let filter = 0; filter < filters; filter++) sums[filter] += value * kernel[weights + filter];
        }
      }
      values.set(sums, (row * width + column) * filters);
    }
  }
  return { height, width, channels: filters, values };
};

/**
 * @param {Maps} maps
 * @param {Layer} layer
 * @returns {Maps}
 */
const pooled = (maps, { size = 1 }) => {
  const { channels } = maps;
  const [height, width] = [Math.floor(maps.height / size), Math.floor(maps.width / size)];
  const values = new Float32Array(height * width * channels).fill(-Infinity);
  for (let row = 0; row < height * size; row++) {
    for (let column = 0; column < width * size; column++) {
      const to = (Math.floor(row / size) * width + Math.floor(column / size)) * channels;
      const from = (row * maps.width + column) * channels;
      for (let i = 0; i < channels; i++) values[to + i] = Math.max(values[to + i], maps.values[from + i]);
    }
  }
  return { height, width, channels, values };
};

/**
 * @param {Maps} maps
 * @returns {Maps}
 */
const averaged = ({ height, width, channels, values }) => {
  const means = new Float32Array(channels);
  values.forEach((value, i) => (means[i % channels] += value / (height * width)));
  return { height: 1, width: 1, channels, values: means };
};

/**
 * @param {Maps} maps
 * @returns {Maps}
 */
const flat = ({ values }) => ({ height: 1, width: 1, channels: values.length, values });

/**
 * @param {Maps} maps
 * @param {Layer} layer
 * @returns {Maps}
 */
const rescaled = (maps, { scale = 1, offset = 0 }) => ({ ...maps, values: maps.values.map((value) => value * scale + offset) });

/** A Dense layer is a convolution with a kernel of 1×1 over what is flat.
 * @type {Record<string, (maps: Maps, layer: Layer) => Maps>} */
const RULES = {
  Conv2D: convolved,
  Dense: (maps, layer) => convolved(maps, { ...layer, size: 1 }),
  Flatten: flat,
  GlobalAveragePooling2D: averaged,
  MaxPooling2D: pooled,
  Rescaling: rescaled,
};
