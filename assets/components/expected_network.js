// @ts-check
// What a network will be once the server has answered: what was done since, done here too, and its figures.
import { duplicated, moved, partOf, pasted, removed, rewired, sourcesOf, withSetting } from "./layer_edits.js";
import { fieldText, figuresOf, product, seenByInput, seenThrough } from "./layer_figures.js";

/**
 * @typedef {import("./layer_edits.js").Wired} Wired
 * @typedef {Wired & {shape?: number[], parameters?: number | string, untrained?: number | string, frozen?: boolean, multiplyAdds?: number | string, bytes?: number | string,
 *   memory?: string, field?: string, isWaiting?: boolean, isWorded?: boolean, remark?: string, advice?: unknown[],
 *   part?: string}} Row  `isWaiting`: its figures are not known yet; `isWorded` false: its settings are not in words yet
 * @typedef {string | State} Moment  a network by its version, or itself
 * @typedef {object} State
 * @property {Row[]} rows
 * @property {string} name  of the selected layer
 * @property {string[]} marked
 * @property {Moment[]} past
 * @property {Moment[]} future
 * @property {Moment} [here]  its version, where the server has sent it
 * @property {Row[]} [copied]
 * @property {boolean} [isLost]  whether something was done of which only the server knows what comes of it
 * @typedef {{what: string, name: string, names: string[], by: number, text: string, value?: unknown}} Done
 */

/**
 * Return the network after something was done.
 * @param {State} state  @param {Done} done
 * @param {Record<string, State>} known  networks from before, by their versions
 * @param {string} line  as which the layers were copied that are kept here
 * @returns {State}
 */
export const after = (state, done, known, line) => {
  if (state.isLost) return state;
  if (done.what === "undo" || done.what === "redo") return stepped(state, done.what, known);
  const there = new Set(state.rows.map((row) => row.name));
  const names = done.names.filter((name) => there.has(name));
  if (!there.has(done.name) || !names.length) return state;
  if (done.what === "select") return { ...state, name: done.name, marked: names };
  if (done.what === "copy") return { ...state, copied: partOf(state.rows, names) };
  if (done.what === "follow" || (done.what === "paste" && !(state.copied && (!done.text || done.text === line)))) {
    return { ...state, isLost: true };
  }
  const edited = editedBy(state, { ...done, names });
  if (!edited || isSame(edited.rows, state.rows)) return state;
  const rows = edited.rows.map((row, i) => (row === state.rows[i] ? row : withoutWords(row, state.rows)));
  const copied = done.what === "cut" ? partOf(state.rows, names) : state.copied;
  return { rows, name: edited.name, marked: edited.marked, past: [...state.past, state.here ?? state], future: [], copied };
};

/** @param {State} state  @param {Done} done */
const editedBy = ({ rows, name, copied = [] }, done) => {
  const { names, by, text, value } = done;
  if (done.what === "move") return moved(rows, names, by, name);
  if (done.what === "remove" || done.what === "cut") return removed(rows, names);
  if (done.what === "duplicate") return duplicated(rows, names);
  if (done.what === "paste") return pasted(rows, copied, names[names.length - 1]);
  if (done.what === "connect") return { ...rewired(rows, done.name, names), name };
  return withSetting(rows, done.name, text, value);
};

/** @param {Row[]} rows  @param {Row[]} others */
const isSame = (rows, others) => rows.length === others.length && rows.every((row, i) => row === others[i]);

/** Return a layer without what is said of it where it stood, and of the settings that it had.
 * @param {Row} row  @param {Row[]} before  @returns {Row} */
const withoutWords = (row, before) => {
  const old = before.find((one) => one.name === row.name);
  if (!old) return { ...row, remark: undefined, advice: undefined, part: undefined };
  return old.settings === row.settings ? row : { ...row, isWorded: false };
};

/** @param {State} state  @param {"undo" | "redo"} what  @param {Record<string, State>} known
 * @returns {State} */
const stepped = (state, what, known) => {
  const from = what === "undo" ? state.past : state.future;
  if (!from.length) return state;
  const to = from[from.length - 1];
  const found = typeof to === "string" ? known[to] : to;
  if (!found) return { ...state, isLost: true };
  const left = from.slice(0, -1);
  const present = state.here ?? state;
  const [past, future] = what === "undo" ? [left, [...state.future, present]] : [[...state.past, present], left];
  return { ...found, here: to, past, future, copied: state.copied };
};

/**
 * Return rows with their figures: those that the server sent of equal layers with equal inputs, else by the core's
 * arithmetic. A layer of which neither tells is waiting, and so is what depends on it.
 * @param {Row[]} rows  @param {Row[]} sent  the rows of the server, in its order
 * @returns {Row[]}
 */
export const withFigures = (rows, sent) => {
  const told = figuresByInputs(sent);
  /** @type {Map<string, number[]>} */
  const shapes = new Map();
  /** @type {Map<string, import("./layer_figures.js").Seen>} */
  const seen = new Map();
  let isAsSent = true;
  return rows.map((row, at) => {
    isAsSent &&= row === sent[at];
    const sources = sourcesOf(rows, at);
    const inputs = sources.flatMap((source) => (shapes.has(source) ? [/** @type {number[]} */ (shapes.get(source))] : []));
    if (inputs.length < sources.length || (at && row.group === "input")) return waiting(row);
    const known = figuresOf(row.kind, row.settings, inputs);
    const found = told.get(keyOf(row, inputs)) ?? (known && figures(known));
    if (!found) return waiting(row);
    shapes.set(row.name, found.shape);
    const views = sources.flatMap((source) => seen.get(source) ?? []);
    const view = sources.length ? views.length === sources.length && seenThrough(known?.rules, views, found.shape) : seenFirst(found);
    if (view) seen.set(row.name, view);
    if (isAsSent) return row;
    const field = view ? fieldText(view) : shapes.get(rows[0].name)?.length === 3 ? "…" : "";
    const counted = { ...found, field };
    const isCounted = !row.isWaiting && Object.entries(counted).every(([name, figure]) => row[/** @type {keyof Row} */ (name)] === figure);
    return isCounted ? row : { ...row, ...counted, isWaiting: false };
  });
};

/** @param {{shape: number[]}} found */
const seenFirst = ({ shape }) => shape.length === 3 && seenByInput(shape);

/** @param {import("./layer_figures.js").Figures} known */
const figures = ({ shape, parameters, untrained, multiplyAdds }) => {
  const bytes = product(shape) * 4;
  return { shape, parameters, untrained, multiplyAdds, bytes, memory: readableBytes(bytes) };
};

/** @param {Row} row  @returns {Row} */
const waiting = (row) => ({ ...row, isWaiting: true, shape: undefined });

/** Equal layers share their settings, and most edits leave them as they are.
 * @type {WeakMap<object, string>} */
const WRITTEN = new WeakMap();

/** @param {Row} row  @param {number[][]} inputs */
const keyOf = ({ kind, settings }, inputs) => {
  const written = WRITTEN.get(settings) ?? JSON.stringify(settings);
  WRITTEN.set(settings, written);
  return [kind, written, ...inputs].join(" ");
};

/** @type {WeakMap<Row[], ReturnType<typeof allFigures>>} */
const ALL_FIGURES = new WeakMap();

/** Return the figures that the server sent, by layers and what these get.
 * @param {Row[]} sent */
const figuresByInputs = (sent) => {
  const found = ALL_FIGURES.get(sent) ?? allFigures(sent);
  ALL_FIGURES.set(sent, found);
  return found;
};

/** @param {Row[]} sent */
const allFigures = (sent) => {
  const shapes = new Map(sent.map((row) => [row.name, row.shape]));
  return new Map(
    sent.flatMap((row, at) => {
      const { shape, parameters, untrained, multiplyAdds, bytes, memory } = row;
      const inputs = sourcesOf(sent, at).map((source) => /** @type {number[]} */ (shapes.get(source)));
      return shape ? [[keyOf(row, inputs), { shape, parameters, untrained, multiplyAdds, bytes, memory }]] : [];
    }),
  );
};

const UNITS = /** @type {[number, string][]} */ ([
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
]);

/** Write an amount of memory with three digits, as the server does.
 * @param {number} count */
export const readableBytes = (count) => {
  for (const [size, unit] of UNITS) {
    const value = count / size;
    if (value >= 0.9995) return `${rounded(value, Math.max(2 - Number(value >= 9.995) - Number(value >= 99.95), 0))} ${unit}`;
  }
  return `${count} B`;
};

/** Write a number with up to two decimals; half of the last goes to the even one, as in Python, where JavaScript goes up.
 * @param {number} value  @param {number} decimals */
const rounded = (value, decimals) => {
  const parts = value * 10 ** decimals;
  const floor = Math.floor(parts);
  const isHalf = Number.isInteger(value * 8) && parts - floor === 0.5; // other numbers are no half exactly
  return (isHalf && floor % 2 === 0 ? floor / 10 ** decimals : value).toFixed(decimals);
};
