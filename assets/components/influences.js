// @ts-check
// What a map is made of: the maps of the layers before that add most to it, and what all others add up to.

import { fill, make, show } from "./dom.js";
import { curveOf, drawn, strokeOf } from "./edges.js";

/**
 * @typedef {[number, number, number | null]} Part  number of the source, its channel, the mean amount; null for no number
 * @typedef {object} Source
 * @property {string} layer
 * @property {string | null} picture  its maps in one picture, row by row, without gaps; null where it has none
 * @property {string[]} names  of the channels of the picture; none of any other
 * @property {number[]} channels  which maps these are
 * @property {number} columns
 * @property {[number, number]} cell  width and height of a map in it
 * @property {[number, number]} size  of the picture
 * @typedef {object} Influences
 * @property {string} layer
 * @property {Source[]} sources
 * @property {(number | null)[][]} parts  by channel: source, channel and amount of each part, one after the other
 * @property {number} others  how many more maps add something to each
 * @property {(number | null)[]} rest  by channel: what these add up to
 * @property {(number | null)[]} bias
 * @property {{title: string, others: string, bias: string, of: string}} words
 */

/**
 * Return the parts of a map, the largest first; none of one that is not known.
 * @param {Influences} influences
 * @param {number} channel
 * @returns {Part[]}
 */
export const partsOf = ({ parts }, channel) => {
  const flat = parts[channel] ?? [];
  return Array.from({ length: flat.length / 3 }, (_, i) => {
    const [source, from, amount] = flat.slice(3 * i, 3 * i + 3);
    return [Number(source), Number(from), amount];
  });
};

/**
 * Return where a map lies in the picture of its layer, in pixels; null where it was not drawn.
 * @param {Source} source
 * @param {number} channel
 */
export const cutOf = ({ channels, columns, cell }, channel) => {
  const index = channels.indexOf(channel);
  return index < 0 ? null : { left: (index % columns) * cell[0], top: Math.floor(index / columns) * cell[1] };
};

/** @param {number | null} amount */
export const signed = (amount) => (amount === null ? "NaN" : amount < 0 ? show(amount, 2) : `+${show(amount, 2)}`);

/**
 * @param {Influences} influences
 * @param {Part} part
 */
const nameOf = ({ sources, words }, [source, from]) =>
  sources.length > 1
    ? fill(words.of, { channel: sources[source].names[from] ?? from, layer: sources[source].layer })
    : (sources[source].names[from] ?? String(from));

/**
 * @param {Influences} influences
 * @param {number} channel
 */
const restOf = ({ others, rest, bias, words }, channel) => [
  ...(others ? [fill(words.others, { count: others, amount: signed(rest[channel]) })] : []),
  ...(bias[channel] ? [fill(words.bias, { amount: signed(bias[channel]) })] : []),
];

/**
 * Return what a map is made of in one sentence, for those who do not see the curves.
 * @param {Influences} influences
 * @param {number} channel
 */
export const saidOf = (influences, channel) => {
  const parts = partsOf(influences, channel).map((part) => `${nameOf(influences, part)}: ${signed(part[2])}`);
  return `${fill(influences.words.title, { channel })} ${[...parts, ...restOf(influences, channel)].join(" · ")}`;
};

/** @param {Part[]} parts */
export const largestOf = (parts) => Math.max(0, ...parts.map((part) => Math.abs(part[2] ?? 0)));

const [LINE, LEFT, RIGHT] = [23, 146, 196]; // pixels: height of a part of the list, where its curve begins and ends

/**
 * Cut one map out of the picture of its layer.
 * @param {Source} source
 * @param {number} channel
 * @param {number} side
 */
const drawMap = (source, channel, side) => {
  const map = make("span", "thumb");
  const cut = cutOf(source, channel);
  const zoom = side / Math.max(...source.cell);
  Object.assign(map.style, { width: `${source.cell[0] * zoom}px`, height: `${source.cell[1] * zoom}px` });
  if (cut && source.picture) {
    map.style.backgroundImage = `url("${source.picture}")`;
    map.style.backgroundSize = `${source.size[0] * zoom}px ${source.size[1] * zoom}px`;
    map.style.backgroundPosition = `${-cut.left * zoom}px ${-cut.top * zoom}px`;
  }
  return map;
};

/**
 * Draw what a map is made of as a list whose curves lead into the map.
 * @param {Influences} influences
 * @param {number} channel
 */
export const drawInfluences = (influences, channel) => {
  const parts = partsOf(influences, channel);
  const height = parts.length * LINE;
  const curves = drawn("svg", { width: RIGHT, height, "aria-hidden": "true" });
  const list = make("div", "parts");
  const largest = largestOf(parts);
  parts.forEach((part, i) => {
    const { width, className, opacity } = strokeOf(part[2] ?? 0, largest);
    const line = make("div", "part");
    const amount = make("span", className, signed(part[2]));
    line.append(drawMap(influences.sources[part[0]], part[1], 20), make("span", "channel", nameOf(influences, part)), amount);
    list.append(line);
    const ends = /** @type {[number, number][]} */ ([[LEFT, (i + 0.5) * LINE], [RIGHT, height / 2]]);
    curves.append(drawn("path", { d: curveOf(ends), class: className, "stroke-width": width, opacity }));
  });
  const graph = make("div", "graph");
  graph.style.height = `${height}px`;
  graph.append(curves, list, make("span", "into", String(channel)));
  const box = make("div", "made");
  box.append(make("div", "title", fill(influences.words.title, { channel })), graph);
  for (const rest of restOf(influences, channel)) box.append(make("div", "rest", rest));
  return box;
};
