// @ts-check
// Many maps in one picture: point at one, walk with the arrow keys, open one with a click or Enter.

import { drawBoard, placeOf } from "./board.js";
import { cutOut } from "./cut_out.js";
import { leadTo, part } from "./dom.js";
import { onOpening, opening } from "./opening.js";
import { onPassing } from "./passing.js";
import { hearing, listen, tell } from "./told.js";

/**
 * @typedef {object} Data
 * @property {string} layer  empty where it is no layer's maps that are shown
 * @property {string} [made]  of what and how; empty where it changes by itself
 * @property {string} picture
 * @property {number} columns
 * @property {[number, number]} cell  width and height
 * @property {number} gap
 * @property {{channel: number, text: string}[]} maps
 * @property {number} selected  a channel
 * @property {string} [leads]  the key of what a tap opens
 * @property {{picture: string, board: string, hint: string}} words
 */

const MOST_KEPT = 32;
/** What was drawn of other layers, and what is told of those beside, all made in the same way: a layer is painted at once.
 * @type {Map<string, Data>} */
const kept = new Map();

/** @param {Data} data */
const keep = (data) => {
  if (kept.values().next().value?.made !== data.made) kept.clear();
  if (!data.made) return;
  kept.delete(data.layer);
  kept.set(data.layer, data);
  if (kept.size > MOST_KEPT) kept.delete(/** @type {string} */ (kept.keys().next().value));
};

/**
 * Draw the maps; return what shows those of another picture in their place.
 * @param {HTMLElement} root
 * @param {Data} data
 * @param {(name: string, value: unknown) => void} send
 */
const draw = (root, data, send) => {
  const { columns, gap } = data;
  let { maps } = data;
  const rows = Math.ceil(maps.length / columns);
  const [across, down] = [data.cell[0] + gap, data.cell[1] + gap];
  const size = /** @type {[number, number]} */ ([columns * across + gap, rows * down + gap]);
  /** @param {number} channel */
  const placeOfMap = (channel) => {
    const index = maps.findIndex((map) => map.channel === channel);
    return index < 0 ? null : placeOf(index, columns);
  };
  const renew = drawBoard(root, {
    layout: { rows, columns, count: maps.length, size, step: [across, down], cell: [across + gap, down + gap] },
    picture: data.picture,
    words: data.words,
    widest: size[0], // whole multiples of the picture's pixels stay sharp; a narrow screen shrinks it
    chosen: placeOfMap(data.selected),
    say: (place) => (place ? maps[place[0] * columns + place[1]].text : data.words.hint),
    point: (place) => tell("point", place && { layer: data.layer, channel: maps[place[0] * columns + place[1]].channel }),
    pick: ([row, column]) => {
      const { channel } = maps[row * columns + column];
      send("pick", channel);
      const tile = { left: gap + column * across, top: gap + row * down, width: data.cell[0], height: data.cell[1] };
      const picture = data.layer ? cutOut(part(root, "img"), tile) : null;
      if (picture) opening("opening_map", { layer: data.layer, channel, picture });
      leadTo(data.leads);
    },
  });
  /** @param {Data} shown */
  return (shown) => {
    if (shown.layer !== data.layer || shown.maps.length !== maps.length) return;
    maps = shown.maps;
    renew(shown.picture, placeOfMap(shown.selected));
  };
};

/**
 * Out: the trigger "pick", the channel that was opened.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = part(parentElement, ".mosaic");
  let renew = draw(root, data, setTriggerValue);
  const listening = hearing(parentElement);
  onPassing("mosaic", listening.signal, (/** @type {Data} */ shown) => renew(shown));
  if (data.layer) {
    keep(data);
    listen("neighbours", listening.signal, (/** @type {Data[] | null} */ neighbours) => {
      for (const neighbour of neighbours ?? []) if (neighbour.made === data.made) keep(neighbour);
    });
    onOpening("opening_layer", listening.signal, ({ layer, channel }) => {
      const known = kept.get(layer);
      if (known) renew = draw(root, { ...known, selected: channel ?? known.selected }, setTriggerValue);
    });
  }
  return () => listening.abort();
}
