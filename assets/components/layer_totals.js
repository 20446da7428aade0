// @ts-check
// The sums over all layers of a network, by the core's arithmetic, and the page's sentences that say them.
import { counted, fill } from "./dom.js";
import { readableBytes } from "./expected_network.js";
import { sourcesOf } from "./layer_edits.js";
import { showPassing } from "./passing.js";

/**
 * @typedef {import("./expected_network.js").Row} Row
 * @typedef {number | string} Count  text where a number would not be exact
 * @typedef {{parameters: Count, untrained: Count, multiplyAdds: Count, bytes: Count, memory: string, peak: Count}} Totals
 *   `bytes`: of all outputs; `peak`: the most that is alive of them at once
 * @typedef {Record<"allTrainable" | "someTrainable" | "bytesOfFloat32", string>} Words
 */

const EXACT = 2n ** 53n;

/** @param {bigint} sum  @returns {Count} */
const exact = (sum) => (sum <= EXACT ? Number(sum) : String(sum));

/**
 * Return the sums over all layers; nothing where a layer's figures are not known.
 * @param {Row[]} rows
 * @returns {Totals | undefined}
 */
export const totalsOf = (rows) => {
  if (rows.some((row) => row.shape === undefined)) return undefined;
  /** @param {(row: Row) => Count | undefined} count */
  const sum = (count) => exact(rows.reduce((all, row) => all + BigInt(count(row) ?? 0), 0n));
  const bytes = sum((row) => row.bytes);
  return {
    parameters: sum((row) => row.parameters),
    untrained: sum((row) => (row.frozen ? row.parameters : row.untrained)),
    multiplyAdds: sum((row) => row.multiplyAdds),
    bytes,
    memory: readableBytes(Number(bytes)),
    peak: exact(peakOf(rows)),
  };
};

/** Return the most bytes of outputs that are alive at once, each dropped after its last use.
 * @param {Row[]} rows */
const peakOf = (rows) => {
  /** @type {Map<string, number>} */
  const lastUse = new Map();
  for (const at of rows.keys()) for (const source of sourcesOf(rows, at)) lastUse.set(source, at);
  const sizes = rows.map((row) => BigInt(row.bytes ?? 0));
  const dropped = rows.map(() => 0n);
  let alive = 0n;
  let peak = 0n;
  for (const [at, row] of rows.entries()) {
    alive += sizes[at];
    if (alive > peak) peak = alive;
    const last = lastUse.get(row.name);
    if (last !== undefined) dropped[last] += sizes[at];
    alive -= dropped[at];
  }
  return peak;
};

/**
 * Say the sums where the page says them, outside of this component.
 * @param {Totals | undefined} totals  nothing where they are not known yet
 * @param {Words} words
 */
export const showTotals = (totals, words) => {
  const texts = totals ? textsOf(totals, words) : NAMES.map((name) => [name, "…"]);
  const named = texts.map(([name, text]) => [`total_${name}`, text]);
  showPassing({ components: {}, page: { texts: Object.fromEntries(named), pictures: {}, styles: {} } });
};

const NAMES = ["parameters", "multiply_adds", "weights", "outputs", "peak"];

/** @param {Totals} totals  @param {Words} words  @returns {string[][]} */
const textsOf = ({ parameters, untrained, multiplyAdds, bytes, peak }, words) => {
  /** @param {string} name  @param {Count} count */
  const memory = (name, count) => [
    [name, readableBytes(Number(count))],
    [`${name}_detail`, fill(words.bytesOfFloat32, { count: counted(count) })],
  ];
  const some = Number(untrained) > 0;
  return [
    ["parameters", counted(parameters)],
    ["parameters_detail", some ? fill(words.someTrainable, { others: counted(untrained) }) : words.allTrainable],
    ["multiply_adds", counted(multiplyAdds)],
    ...memory("weights", exact(BigInt(parameters) * 4n)),
    ...memory("outputs", bytes),
    ...memory("peak", peak),
  ];
};
