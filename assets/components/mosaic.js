// @ts-check
// Many maps in one picture: point at one, walk with the arrow keys, open one with a click or Enter.

import { drawBoard, placeOf } from "./board.js";
import { leadTo, part } from "./dom.js";
import { onPassing } from "./passing.js";
import { tell } from "./told.js";

/**
 * @typedef {object} Data
 * @property {string} layer
 * @property {string} picture
 * @property {number} columns
 * @property {[number, number]} cell  width and height
 * @property {number} gap
 * @property {{channel: number, text: string}[]} maps
 * @property {number} selected  a channel
 * @property {string} [leads]  the key of what a tap opens
 * @property {{picture: string, board: string, hint: string}} words
 */

/**
 * Out: the trigger "pick", the channel that was opened.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
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
  const renew = drawBoard(part(parentElement, ".mosaic"), {
    layout: { rows, columns, count: maps.length, size, step: [across, down], cell: [across + gap, down + gap] },
    picture: data.picture,
    words: data.words,
    widest: size[0], // whole multiples of the picture's pixels stay sharp; a narrow screen shrinks it
    chosen: placeOfMap(data.selected),
    say: (place) => (place ? maps[place[0] * columns + place[1]].text : data.words.hint),
    point: (place) => tell("point", place && { layer: data.layer, channel: maps[place[0] * columns + place[1]].channel }),
    pick: ([row, column]) => {
      setTriggerValue("pick", maps[row * columns + column].channel);
      leadTo(data.leads);
    },
  });
  const listening = new AbortController();
  onPassing("mosaic", listening.signal, (/** @type {Data} */ shown) => {
    if (shown.layer !== data.layer || shown.maps.length !== maps.length) return;
    maps = shown.maps;
    renew(shown.picture, placeOfMap(shown.selected));
  });
  return () => listening.abort();
}
