// @ts-check
// Edits of a network's layers, as the core makes them: to names and inputs. None changes what it gets.

/**
 * @typedef {object} Wired  a layer by what an edit asks of it; without `inputs` it takes the layer above
 * @property {string} name
 * @property {string} kind
 * @property {string} group
 * @property {Record<string, any>} settings
 * @property {string[]} [inputs]
 * @property {boolean} [many]  whether it may take more than one input
 */

/**
 * @template {Wired} [L=Wired]
 * @typedef {{rows: L[], name: string, marked: string[]}} Edited  with the layer that is selected then, and those that are
 *   marked beside it
 */

/** @param {string} kind */
const snakeCase = (kind) =>
  kind
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();

/** @param {string} kind  @param {Set<string>} taken */
const freeName = (kind, taken) => {
  const base = snakeCase(kind);
  let name = base;
  for (let number = 1; taken.has(name); number += 1) name = `${base}_${number}`;
  return name;
};

/** @param {Wired[]} rows */
const namesOf = (rows) => new Set(rows.map((row) => row.name));

/** Return what the layer at a place takes its input from, whether or not that fits together.
 * @param {Wired[]} rows  @param {number} at  @returns {string[]} */
export const sourcesOf = (rows, at) =>
  rows[at].inputs ?? (at > 0 && rows[at].group !== "input" ? [rows[at - 1].name] : []);

/** @template {Wired} L  @param {L} row  @param {string[]} inputs  @returns {L} */
const taking = (row, inputs) => {
  if (String(row.inputs ?? []) === String(inputs)) return row;
  const { inputs: _before, ...rest } = row;
  return /** @type {L} */ (inputs.length ? { ...rest, inputs } : rest);
};

/** Let no layer spell out that it takes the layer above.
 * @template {Wired} L  @param {L[]} rows */
const settled = (rows) =>
  rows.map((row, at) => (at && row.inputs?.length === 1 && row.inputs[0] === rows[at - 1].name ? taking(row, []) : row));

/** @template {Wired} L  @param {L[]} rows  @param {string[]} names  @returns {L[]} */
const chosen = (rows, names) => rows.filter((row) => names.includes(row.name));

/** @param {Wired[]} rows */
const isFixed = (rows) => rows.some((row) => row.group === "input");

/** Move layers by so many places, as far as there is room.
 * @template {Wired} L  @param {L[]} rows  @param {string[]} names  @param {number} by  @param {string} name
 * @returns {Edited<L> | undefined} */
export const moved = (rows, names, by, name) => {
  if (isFixed(chosen(rows, names))) return undefined;
  const places = rows.flatMap((row, i) => (names.includes(row.name) ? [i] : []));
  const free = rows[0].group === "input" ? 1 : 0;
  const way = Math.max(Math.min(by, rows.length - 1 - Math.max(...places)), free - Math.min(...places));
  const result = settled(rows);
  for (const row of way < 0 ? chosen(result, names) : chosen(result, names).reverse()) {
    const at = result.indexOf(row);
    result.splice(at, 1);
    result.splice(at + way, 0, row);
  }
  return { rows: settled(result), name, marked: names };
};

/** Take layers away; what took its input from one now takes what that took.
 * @template {Wired} L  @param {L[]} rows  @param {string[]} names
 * @returns {Edited<L> | undefined} */
export const removed = (rows, names) => {
  if (rows[0].group === "input" && names.includes(rows[0].name)) return undefined;
  const first = rows.findIndex((row) => row.name === names[0]);
  const result = names.reduce(withoutOne, rows);
  return { rows: result, name: result[Math.min(first, result.length - 1)].name, marked: [] };
};

/** @template {Wired} L  @param {L[]} rows  @param {string} name */
const withoutOne = (rows, name) => {
  const instead = sourcesOf(rows, rows.findIndex((row) => row.name === name));
  const rewired = rows.map((row, at) => {
    const taken = sourcesOf(rows, at);
    if (!taken.includes(name)) return row;
    const found = row.many ? instead : instead.slice(0, 1);
    return taking(row, taken.flatMap((one) => (one === name ? found : [one])));
  });
  return settled(rewired.filter((row) => row.name !== name));
};

/** Put a copy of a layer below it, or of several together below the last of them.
 * @template {Wired} L  @param {L[]} rows  @param {string[]} names
 * @returns {Edited<L> | undefined} */
export const duplicated = (rows, names) => {
  const last = rows.reduce((found, row, i) => (names.includes(row.name) ? i : found), -1);
  if (names.length > 1) return pasted(rows, partOf(rows, names), rows[last].name);
  const row = rows[last];
  if (row.group === "input") return undefined;
  const name = freeName(row.kind, namesOf(rows));
  const copy = taking({ ...row, name }, row.many ? sourcesOf(rows, last) : []);
  return { rows: settled([...rows.slice(0, last + 1), copy, ...behind(rows, last, name)]), name, marked: [] };
};

/** Return the layers below a place; the next one takes `name` where it named the layer at that place.
 * @template {Wired} L  @param {L[]} rows  @param {number} at  @param {string} name */
const behind = (rows, at, name) => {
  const [below, ...rest] = rows.slice(at + 1);
  if (!below) return [];
  return [taking(below, (below.inputs ?? []).map((one) => (one === rows[at].name ? name : one))), ...rest];
};

/**
 * Return layers as they are copied: what they took of layers left out, they take of the nearest one before these, or of
 * the one that they are put below, whose name is "".
 * @template {Wired} L  @param {L[]} rows  @param {string[]} names
 */
export const partOf = (rows, names) => {
  /** @type {Set<string>} */
  const known = new Set();
  /** @type {L[]} */
  const part = [];
  for (const [at, row] of rows.entries()) {
    if (!names.includes(row.name) || row.group === "input") continue;
    const found = new Set(sourcesOf(rows, at).map((source) => nearest(rows, source, known)));
    part.push(taking(row, [...found]));
    known.add(row.name);
  }
  return part;
};

/** @param {Wired[]} rows  @param {string} source  @param {Set<string>} known */
const nearest = (rows, source, known) => {
  let at = rows.length;
  let name = source;
  for (;;) {
    const place = rows.findIndex((row) => row.name === name);
    if (place < 0 || place >= at) return "";
    if (known.has(name)) return name;
    at = place;
    name = sourcesOf(rows, at)[0] ?? "";
  }
};

/** Put copied layers below the layer of this name.
 * @template {Wired} L  @param {L[]} rows  @param {L[]} part  @param {string} above
 * @returns {Edited<L> | undefined} */
export const pasted = (rows, part, above) => {
  const at = rows.findIndex((row) => row.name === above);
  if (at < 0 || !part.length) return undefined;
  const taken = namesOf(rows);
  const names = new Map([["", above]]);
  const added = part.map((row) => {
    const name = freeName(row.kind, taken);
    taken.add(name);
    names.set(row.name, name);
    return taking({ ...row, name }, (row.inputs ?? []).map((source) => names.get(source) ?? source));
  });
  const marked = added.map((row) => row.name);
  const result = [...rows.slice(0, at + 1), ...added, ...behind(rows, at, marked[marked.length - 1])];
  return { rows: settled(result), name: marked[0], marked };
};

/** Let a layer take its input from others.
 * @template {Wired} L  @param {L[]} rows  @param {string} name  @param {string[]} inputs
 * @returns {Edited<L>} */
export const rewired = (rows, name, inputs) => ({
  rows: settled(rows.map((row) => (row.name === name ? taking(row, inputs) : row))),
  name,
  marked: [],
});

/** Give a layer's setting a value.
 * @template {Wired} L  @param {L[]} rows  @param {string} name  @param {string} setting  @param {unknown} value
 * @returns {Edited<L> | undefined} */
export const withSetting = (rows, name, setting, value) => {
  const at = rows.findIndex((row) => row.name === name);
  if (at < 0 || JSON.stringify(rows[at].settings[setting]) === JSON.stringify(value)) return undefined;
  const settings = { ...rows[at].settings, [setting]: value };
  return { rows: rows.map((row, i) => (i === at ? { ...row, settings } : row)), name, marked: [] };
};
