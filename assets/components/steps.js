// @ts-check
// The steps on the way to one value, in order: what is there after each, and the formula that says it.

import { fill, show } from "./dom.js";
import { signed } from "./sums.js";

const MOST_ALONE = 9; // products of a channel that come one by one: those of a 3×3 kernel; of more, a row at a time
const MOST_WRITTEN = 9;
const DIGITS_SAID = 4; // as in the core's formulas

/** @param {number} number */
const figure = (number) => show(number, DIGITS_SAID);

/** @param {number} number */
const factor = (number) => signed(number, DIGITS_SAID);

/**
 * @typedef {object} Lane  a channel under the window
 * @property {string} name
 * @property {string} picture  of its whole map
 * @property {{colour: import("./colours.js").Colour, low: number, high: number} | null} tint  of a channel of the picture
 * @property {number[][]} values
 * @property {number[][] | null} weights  none under a pool
 * @property {number} amount  what the channel adds
 * @property {number} channel
 *
 * @typedef {object} Under  where the window lies
 * @property {number[]} rows  of the input; those outside of it are padding
 * @property {number[]} columns
 * @property {boolean[][]} real  not padding
 * @property {[number, number]} size  of the input's maps
 * @property {string} layer  the layer that gives the input
 *
 * @typedef {object} Part  one of the numbers that are put together
 * @property {string} layer
 * @property {number[] | null} place  none where it was made of several values
 * @property {string} name
 * @property {number} value
 * @property {number | null} weight
 * @property {{layer: string, place: number[], name: string} | null} weighing  where the weight lies, if it is an input value too
 * @property {number} amount
 *
 * @typedef {{kind: string, name: string, about: string, formula: string, after: number}} Made  a stage of the core, and what it made
 *
 * @typedef {object} ValueData
 * @property {string} joined  how the numbers are put together, as the core calls the first stage
 * @property {Under | null} under
 * @property {Lane[]} lanes
 * @property {Part[]} parts
 * @property {{count: number, amount: number} | null} others  channels or parts that are not shown
 * @property {Made[]} made
 * @property {StepWords} words
 *
 * @typedef {object} StepWords
 * @property {string} window
 * @property {string} together
 * @property {string} others
 * @property {string} all
 * @property {string} result
 * @property {string} padding
 *
 * @typedef {object} Step  everything before it is there too
 * @property {number[]} cells  how many cells of each channel's window are there
 * @property {number} lanes  how many channels' sums
 * @property {number} parts  how many parts
 * @property {boolean} others
 * @property {number} made  how many stages
 * @property {{lane: number, first: number, end: number} | null} newest  the cells that this step brought
 * @property {string} text
 */

/**
 * Return the steps; the last is the finished picture.
 * @param {ValueData} data
 * @returns {Step[]}
 */
export const stepsOf = (data) => {
  /** @type {Step} */ const none = {
    cells: data.lanes.map(() => 0),
    lanes: 0,
    parts: 0,
    others: false,
    made: 0,
    newest: null,
    text: "",
  };
  const steps = data.under ? windowSteps(data, none) : partSteps(data, none);
  for (const [index, { name, formula }] of data.made.entries()) {
    steps.push({ ...(steps.at(-1) ?? none), made: index + 1, newest: null, text: `${name}: ${formula}` });
  }
  return [...steps, { .../** @type {Step} */ (steps.at(-1)), text: resultText(data) }];
};

/**
 * @param {ValueData} data
 * @param {Step} none
 */
const windowSteps = (data, none) => {
  const under = /** @type {Under} */ (data.under);
  const steps = [{ ...none, text: fill(data.words.window, spans(under)) }];
  data.lanes.forEach((lane, number) => {
    for (const [first, end] of groups(under)) {
      const last = /** @type {Step} */ (steps.at(-1));
      const cells = last.cells.with(number, end);
      const text = cellText(data, lane, first, end);
      steps.push({ ...last, cells, newest: { lane: number, first, end }, text: `${lane.name}: ${text}` });
    }
    if (lane.weights && data.lanes.length > 1) {
      const text = `${lane.name}: ${sumText(cellsOf(lane).map((cell) => cell.product))} = ${figure(lane.amount)}`;
      steps.push({ .../** @type {Step} */ (steps.at(-1)), lanes: number + 1, newest: null, text });
    }
  });
  if (data.others) steps.push(othersStep(data, { .../** @type {Step} */ (steps.at(-1)), newest: null }));
  return steps;
};

/**
 * @param {ValueData} data
 * @param {Step} none
 */
const partSteps = (data, none) => {
  const join = JOINED[data.joined];
  if (!join) return data.parts.length ? [{ ...none, parts: data.parts.length, others: true, text: allText(data) }] : [];
  /** @type {Step[]} */ const steps = [];
  let before = 0;
  data.parts.forEach((part, index) => {
    const product = part.weight === null ? figure(part.amount) : `${factor(part.value)}·${factor(part.weight)} = ${figure(part.amount)}`;
    const after = index ? join.of(before, part.amount) : part.amount;
    const together = index ? fill(data.words.together, { sum: `${join.text(before, part.amount)} = ${figure(after)}` }) : "";
    steps.push({ ...none, parts: index + 1, text: [`${part.name}: ${product}`, together].filter(Boolean).join("; ") });
    before = after;
  });
  if (data.others) steps.push(othersStep(data, steps.at(-1) ?? none));
  return steps;
};

/** @param {ValueData} data */
const allText = ({ parts, others, words }) =>
  parts.length === 1 ? `${parts[0].name} = ${figure(parts[0].value)}` : fill(words.all, { count: parts.length + (others?.count ?? 0) });

/** Of a value that is not made, what became of it is said instead of a formula. */
const TAKEN_OVER = ["copy", "unchanged", "input"];

/** @typedef {{of: (before: number, amount: number) => number, text: (before: number, amount: number) => string}} Join */

/** @type {Join} */
const ADDED = { of: (a, b) => a + b, text: (a, b) => `${figure(a)} + ${factor(b)}` };

/** How the parts are put together one after the other; what is not here takes all of them at once.
 * @type {Record<string, Join | undefined>} */
const JOINED = {
  weighted_sum: ADDED,
  sum: ADDED,
  average: ADDED,
  interpolation: ADDED,
  product: { of: (a, b) => a * b, text: (a, b) => `${figure(a)}·${factor(b)}` },
  maximum: { of: Math.max, text: (a, b) => `max(${figure(a)}, ${figure(b)})` },
  minimum: { of: Math.min, text: (a, b) => `min(${figure(a)}, ${figure(b)})` },
};

/**
 * @param {ValueData} data
 * @param {Step} last
 * @returns {Step}
 */
const othersStep = (data, last) => {
  const { count, amount } = /** @type {{count: number, amount: number}} */ (data.others);
  return { ...last, others: true, text: fill(data.words.others, { count, amount: figure(amount) }) };
};

/** @param {Under} under */
const spans = ({ rows, columns, layer }) => ({
  layer,
  top: rows[0],
  bottom: rows.at(-1),
  left: columns[0],
  right: columns.at(-1),
});

/**
 * Return which cells of a window come in one step, from the first up to one before the last number.
 * @param {Under} under
 * @returns {[number, number][]}
 */
const groups = ({ rows, columns }) => {
  const count = rows.length * columns.length;
  const size = count > MOST_ALONE ? columns.length : 1;
  return Array.from({ length: count / size }, (_, index) => [index * size, (index + 1) * size]);
};

/**
 * Return the values of a channel row by row, with their products.
 * @param {Lane} lane
 */
export const cellsOf = ({ values, weights }) =>
  values.flatMap((line, row) =>
    line.map((value, column) => {
      const weight = weights ? weights[row][column] : 1;
      return { value, weight, product: value * weight };
    }),
  );

/**
 * @param {ValueData} data
 * @param {Lane} lane
 * @param {number} first
 * @param {number} end
 */
const cellText = (data, lane, first, end) => {
  const cells = cellsOf(lane).slice(first, end);
  if (lane.weights) {
    const sum = cells.reduce((total, cell) => total + cell.product, 0);
    return `${shortened(cells.map(({ value, weight }) => `${factor(value)}·${factor(weight)}`)).join(" + ")} = ${figure(sum)}`;
  }
  const real = /** @type {Under} */ (data.under).real.flat();
  const own = cells.filter((_, index) => real[first + index]).map((cell) => cell.value);
  if (!own.length) return data.words.padding;
  const before = cellsOf(lane).filter((_, index) => index < first && real[index]);
  const join = JOINED[data.joined === "maximum" ? "maximum" : "sum"];
  if (!join || (!before.length && own.length === 1)) return figure(own[0]);
  const start = before.length ? [before.map((cell) => cell.value).reduce(join.of)] : [];
  const all = [...start, ...own];
  const text = data.joined === "maximum" ? `max(${shortened(all.map((value) => figure(value))).join(", ")})` : sumText(all);
  return `${text} = ${figure(all.reduce(join.of))}`;
};

/** @param {number[]} numbers */
const sumText = (numbers) => shortened(numbers.map((number, index) => (index ? factor(number) : figure(number)))).join(" + ");

/** @param {string[]} texts */
const shortened = (texts) => (texts.length > MOST_WRITTEN ? [...texts.slice(0, MOST_WRITTEN), "…"] : texts);

/**
 * Return the whole formula, which the finished picture stands for.
 * @param {ValueData} data
 */
const resultText = (data) => {
  const { words, made } = data;
  const [first, ...later] = made;
  if (TAKEN_OVER.includes(first.kind)) return `${words.result} ${figure(first.after)}. ${first.about}`;
  const sum = wholeSum(data);
  const rest = later.filter(({ kind }) => kind !== "bias");
  // The products of a single channel stand on the stage; their sum with what follows is one line.
  const only = data.joined === "weighted_sum" && later.length ? later : made;
  const formulas = (sum.length ? rest : only).map(({ formula }) => formula);
  return `${words.result} ${[...sum, ...formulas].join(", ")}`;
};

/**
 * Return the weighted sum with its bias as one formula: what is drawn, what is not, the bias; nothing of any other value.
 * @param {ValueData} data
 */
const wholeSum = ({ joined, lanes, parts, others, made }) => {
  const amounts = [...lanes, ...parts].map(({ amount }) => amount);
  if (joined !== "weighted_sum" || amounts.length < 2) return [];
  const bias = made.find(({ kind }) => kind === "bias");
  const all = [...amounts, ...(others ? [others.amount] : []), ...(bias ? [bias.after - made[0].after] : [])];
  return [`${sumText(all)} = ${figure((bias ?? made[0]).after)}`];
};
