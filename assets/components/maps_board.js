// @ts-check
// Many maps in one picture: point at one, walk with the arrow keys, open one with a click or Enter.

import { drawBoard, placeOf } from "./board.js";
import { cutOut } from "./cut_out.js";
import { leadTo, part } from "./dom.js";
import { opening } from "./opening.js";
import { tell } from "./told.js";

/**
 * @typedef {object} Data
 * @property {string} layer  empty where it is no layer's maps that are shown
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
 * Return where a map lies in the picture of all; null where it is on another page.
 * @param {Data} data
 * @param {number} channel
 */
export const tileOf = ({ maps, columns, cell, gap }, channel) => {
  const index = maps.findIndex((map) => map.channel === channel);
  if (index < 0) return null;
  const [row, column] = placeOf(index, columns);
  return { left: gap + column * (cell[0] + gap), top: gap + row * (cell[1] + gap), width: cell[0], height: cell[1] };
};

/**
 * Draw the maps; return what shows those of another picture in their place.
 * @param {HTMLElement} root
 * @param {Data} data
 * @param {(name: string, value: unknown) => void} send
 */
export const drawMosaic = (root, data, send) => {
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
      const tile = tileOf({ ...data, maps }, channel);
      const picture = data.layer && tile ? cutOut(part(root, "img"), tile) : null;
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
