// @ts-check
// Any value of the open map, opened in the browser: what the stage shows of it, but for the formulas, which the server has.

import { colourOf, context, tintOf } from "./colours.js";
import { fill, show } from "./dom.js";
import { decode } from "./packed.js";

const DIGITS = 4;

/**
 * @typedef {object} Along  where the windows of one output lie along an axis
 * @property {number[]} at  places of the input; those outside of it are padding
 * @property {boolean[]} real
 * @property {number[]} kernel  which index of the kernel lies on each
 * @typedef {object} Windows
 * @property {Along[]} rows  by the row of the output
 * @property {Along[]} columns
 * @property {number[]} channels  of the input
 * @property {number[]} held  which of the maps each is
 * @property {string[]} names
 * @property {import("./steps.js").Lane["tint"][]} tints
 * @property {string} maps  float32, map by map and row by row, base64
 * @property {string | null} weights  likewise, height, width and channel
 * @property {[number, number] | null} kernel  its height and width
 * @typedef {[number, number][]} Taken  places along an axis of the input, each with its weight
 * @typedef {object} InPlace
 * @property {string} layer
 * @property {number} channel
 * @property {string} at  a place of the map, with the fields {row} and {column}
 * @property {[number, number]} size
 * @property {string} map  as `maps` of windows
 * @property {Taken[] | null} rows  what each row is made of; null where it is the same row, or the only one
 * @property {Taken[] | null} columns
 * @typedef {object} Normalized  by all channels of a place
 * @property {string} layer
 * @property {number} channel
 * @property {string[]} ats  a place of each channel
 * @property {[number, number]} size
 * @property {string} maps
 * @property {number} epsilon
 * @typedef {object} Line  of one of two inputs, of which values along an axis are multiplied with the other's
 * @property {string} layer
 * @property {("along" | "row" | "column" | number)[]} axes  where each axis of the input is looked at
 * @property {string} at  a place of the input, with a field for each axis: {0}, {1}, …
 * @property {number[]} size
 * @property {string} values  as `maps` of windows, in the input's own order
 * @typedef {object} DotProduct
 * @property {[Line, Line]} lines  the second's values are the weights
 * @property {number | null} shortest  length by which each line is divided at least; null where none is
 * @typedef {object} ValuesOfMap  what all values of a map are made of
 * @property {string} layer
 * @property {number} channel
 * @property {string} at  a place of the map, with the fields {row} and {column}
 * @property {([number, number] | null)[]} stages  what each multiplies the number before it by and what it adds; null for what else it does
 * @property {Windows | null} windows  over the only input
 * @property {InPlace[] | null} parts  one of each input, or the only one that is taken from
 * @property {Normalized | null} normalized
 * @property {DotProduct | null} dot
 * @typedef {import("./value_stage.js").Data} Data
 * @typedef {Partial<Data> & {first: number}} Opened  `first` is the sum of a window, or the value that the stages begin with
 */

/**
 * Return what the stage shows of a value; null where only the server can tell.
 * @param {ValuesOfMap} values
 * @param {Data} data  of another value of the map
 * @param {[number, number]} place  row and column
 * @param {number} value
 * @returns {Data | null}
 */
export const valueAt = (values, data, [row, column], value) => {
  if (data.layer !== values.layer || data.channel !== values.channel || data.pages?.page) return null;
  const { windows, parts, normalized, dot } = values;
  const opened =
    (windows && underWindow(windows, data, row, column)) ??
    (parts && inPlace(parts, data, row, column)) ??
    (normalized && acrossChannels(normalized, data, row, column)) ??
    (dot && dotProduct(dot, data, row, column));
  if (!opened) return null;
  const { first, ...shown } = opened;
  const result = `${values.layer} ${fill(values.at, { row, column })}:`;
  const made = madeOf(data.made, values.stages, first, value);
  return { ...data, ...shown, made, words: { ...data.words, result }, version: `${row}, ${column}` };
};

/**
 * @param {import("./steps.js").Made[]} made
 * @param {([number, number] | null)[]} stages
 * @param {number} first
 * @param {number} value
 */
const madeOf = (made, stages, first, value) => {
  let before = first;
  return made.map((stage, index) => {
    const [slope, shift] = stages[index] ?? [1, 0];
    const after = index === made.length - 1 ? value : slope * before + shift;
    const formula = before === after ? show(after, DIGITS) : `${show(before, DIGITS)} → ${show(after, DIGITS)}`;
    before = after;
    return { ...stage, after, formula };
  });
};

/** @type {WeakMap<object, Record<string, Float32Array>>} */
const DECODED = new WeakMap();

/**
 * Return the numbers of a text, decoded once.
 * @param {object} holder
 * @param {string} text
 */
const numbersOf = (holder, text) => {
  const known = DECODED.get(holder) ?? {};
  DECODED.set(holder, known);
  return (known[text] ??= decode(text));
};

/**
 * @param {Windows} windows
 * @param {Data} data
 * @param {number} row
 * @param {number} column
 * @returns {Opened | null}
 */
const underWindow = (windows, data, row, column) => {
  const [rows, columns] = [windows.rows[row], windows.columns[column]];
  if (!data.under || !rows?.at.length || !columns?.at.length) return null;
  const [height, width] = data.under.size;
  const maps = numbersOf(windows, windows.maps);
  /** @param {number} index */
  const mapOf = (index) => maps.subarray(windows.held[index] * height * width, (windows.held[index] + 1) * height * width);
  const real = rows.real.map((isRow) => columns.real.map((isColumn) => isRow && isColumn));
  const cells = windows.channels.map((_, index) => {
    const map = mapOf(index);
    return rows.at.map((y, i) => columns.at.map((x, j) => (real[i][j] ? map[y * width + x] : 0)));
  });
  const kernels = kernelsUnder(windows, rows, columns);
  const own = cells[0].flat().filter((_, index) => real.flat()[index]);
  const amounts = kernels ? cells.map((values, index) => sum(productsOf(values, kernels[index]))) : [pooled(data.joined, own)];
  const order = amounts.map((_, index) => index).sort((one, other) => Math.abs(amounts[other]) - Math.abs(amounts[one]));
  const shown = order.slice(0, data.lanes.length);
  const rest = order.slice(shown.length).map((index) => amounts[index]);
  const known = new Map(data.lanes.map((lane) => [lane.channel, lane.picture]));
  return {
    first: sum(amounts),
    under: { ...data.under, rows: rows.at, columns: columns.at, real },
    lanes: shown.map((index) => ({
      name: windows.names[index],
      picture: known.get(windows.channels[index]) ?? painted(mapOf(index), width, data, windows.tints[index]),
      tint: windows.tints[index],
      values: cells[index],
      weights: kernels && kernels[index],
      amount: amounts[index],
      channel: windows.channels[index],
    })),
    others: rest.length ? { count: rest.length, amount: sum(rest) } : null,
    winner: data.winner === null ? null : winnerOf(cells[0], real),
    ranges: {
      ...data.ranges,
      weights: { limit: largest((kernels ?? []).flat(2)), signed: true },
      products: { limit: largest(kernels ? cells.flatMap((values, index) => productsOf(values, kernels[index])) : []), signed: true },
    },
  };
};

/**
 * Return the weights that lie on the places of a window, channel by channel; none under a pool.
 * @param {Windows} windows
 * @param {Along} rows
 * @param {Along} columns
 */
const kernelsUnder = (windows, rows, columns) => {
  const { weights, kernel, channels } = windows;
  if (!weights || !kernel) return null;
  const numbers = numbersOf(windows, weights);
  /** @param {number} i  @param {number} j  @param {number} channel */
  const weightAt = (i, j, channel) => numbers[(i * kernel[1] + j) * channels.length + channel];
  return channels.map((_, channel) => rows.kernel.map((i) => columns.kernel.map((j) => weightAt(i, j, channel))));
};

/**
 * @param {number[][]} values
 * @param {number[][]} weights
 */
const productsOf = (values, weights) => values.flatMap((line, i) => line.map((value, j) => value * weights[i][j]));

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** @param {number[]} numbers */
const largest = (numbers) => Math.max(0, ...numbers.filter(Number.isFinite).map(Math.abs)) || 1;

/**
 * @param {string} joined
 * @param {number[]} values  without padding
 */
const pooled = (joined, values) => (joined === "maximum" ? Math.max(...values) : sum(values) / values.length);

/**
 * Return the cell of the largest value, the first of equals, counted row by row; padding takes no part.
 * @param {number[][]} values
 * @param {boolean[][]} real
 */
const winnerOf = (values, real) => {
  const isReal = real.flat();
  const all = values.flat().map((value, index) => (isReal[index] ? value : -Infinity));
  return all.indexOf(Math.max(...all));
};

/**
 * Draw a map, a pixel a value.
 * @param {Float32Array} map
 * @param {number} width
 * @param {Data} data
 * @param {import("./steps.js").Lane["tint"]} tint
 */
const painted = (map, width, { ranges, colours }, tint) => {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height: map.length / width });
  const brush = context(canvas);
  const picture = brush.createImageData(width, map.length / width);
  map.forEach((value, index) => {
    const colour = tint ? tintOf(value, tint) : colourOf(value, ranges.values, colours);
    picture.data.set([...colour, 255], 4 * index);
  });
  brush.putImageData(picture, 0, 0);
  return canvas.toDataURL();
};

/**
 * @param {InPlace[]} sources
 * @param {Data} data
 * @param {number} row
 * @param {number} column
 * @returns {Opened | null}
 */
const inPlace = (sources, data, row, column) => {
  const found = sources.flatMap((source) => takenFrom(source, row, column));
  const isWeighed = data.joined === "interpolation";
  // What is filled is not told in the words of what is taken.
  if (!isWeighed && data.parts.length !== found.length) return null;
  const parts = found.map(({ layer, place, at, value, share }, index) => {
    const weight = isWeighed ? share : (data.parts[index].weight ?? null);
    const name = isWeighed ? at : `${layer} ${at}`; // of one input several values
    return { layer, place, name, value, weight, weighing: null, amount: weight === null ? value : value * weight };
  });
  return { parts, first: isWeighed ? sum(parts.map(({ amount }) => amount)) : (parts[0]?.value ?? 0) };
};

/**
 * Return the values of an input that a place takes, each with its share.
 * @param {InPlace} source
 * @param {number} row
 * @param {number} column
 */
const takenFrom = (source, row, column) => {
  const { layer, channel, at, size, map } = source;
  const numbers = numbersOf(source, map);
  const rows = source.rows?.[row] ?? [[Math.min(row, size[0] - 1), 1]];
  const columns = source.columns?.[column] ?? [[Math.min(column, size[1] - 1), 1]];
  return rows.flatMap(([y, down]) =>
    columns.map(([x, across]) => ({
      layer,
      place: [y, x, channel],
      at: fill(at, { row: y, column: x }),
      value: numbers[y * size[1] + x],
      share: down * across,
    })),
  );
};

/**
 * @param {Normalized} normalized
 * @param {Data} data
 * @param {number} row
 * @param {number} column
 * @returns {Opened}
 */
const acrossChannels = (normalized, data, row, column) => {
  const { layer, channel, ats, size, maps, epsilon } = normalized;
  const numbers = numbersOf(normalized, maps);
  const values = ats.map((_, index) => numbers[(index * size[0] + row) * size[1] + column]);
  const mean = sum(values) / values.length;
  const variance = sum(values.map((value) => (value - mean) ** 2)) / values.length;
  const order = values.map((_, index) => index).sort((one, other) => Math.abs(values[other]) - Math.abs(values[one]));
  const strongest = order.slice(0, data.parts.length);
  const shown = data.others ? strongest : strongest.sort((one, other) => one - other);
  const rest = order.slice(data.parts.length).map((index) => values[index]);
  return {
    first: (values[channel] - mean) / Math.sqrt(variance + epsilon),
    parts: shown.map((index) => ({
      layer,
      place: [row, column, index],
      name: fill(ats[index], { row, column }),
      value: values[index],
      weight: null,
      weighing: null,
      amount: values[index],
    })),
    others: rest.length ? { count: rest.length, amount: sum(rest) } : null,
  };
};

/**
 * @param {DotProduct} dot
 * @param {Data} data
 * @param {number} row
 * @param {number} column
 * @returns {Opened}
 */
const dotProduct = ({ lines, shortest }, data, row, column) => {
  const [values, weights] = lines.map((line) => along(line, row, column));
  /** @param {{value: number}[]} line */
  const lengthOf = (line) => Math.max(Math.sqrt(sum(line.map(({ value }) => value ** 2))), shortest ?? 0);
  const length = shortest === null ? 1 : lengthOf(values) * lengthOf(weights);
  const amounts = values.map(({ value }, index) => (value * weights[index].value) / length);
  const order = amounts.map((_, index) => index).sort((one, other) => Math.abs(amounts[other]) - Math.abs(amounts[one]));
  const strongest = order.slice(0, data.parts.length);
  const shown = data.others ? strongest : strongest.sort((one, other) => one - other);
  const rest = order.slice(data.parts.length).map((index) => amounts[index]);
  return {
    first: sum(amounts),
    parts: shown.map((index) => {
      const { value: factor, ...weighing } = weights[index];
      return { ...values[index], weight: factor / length, weighing, amount: amounts[index] };
    }),
    others: rest.length ? { count: rest.length, amount: sum(rest) } : null,
  };
};

/**
 * Return the values of an input along its axis that take part in one result, each with its place.
 * @param {Line} line
 * @param {number} row
 * @param {number} column
 */
const along = (line, row, column) => {
  const { layer, axes, at, size, values } = line;
  const numbers = numbersOf(line, values);
  return Array.from({ length: size[axes.indexOf("along")] }, (_, index) => {
    const looked = { along: index, row, column };
    const place = axes.map((axis) => (typeof axis === "number" ? axis : looked[axis]));
    const number = place.reduce((before, one, axis) => before * size[axis] + one, 0);
    return { layer, place, name: `${layer} ${fill(at, { ...place })}`, value: numbers[number] };
  });
};
