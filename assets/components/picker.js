// @ts-check
// One map, every value a square: point at one for its value, walk with the arrow keys, choose with a click or Enter.

import { drawBoard } from "./board.js";
import { fill, leadTo, part, show } from "./dom.js";
import { onOpening, opening } from "./opening.js";
import { decode } from "./packed.js";
import { onPassing } from "./passing.js";
import { hearing, tell } from "./told.js";

const DIGITS = 6;
const [WIDEST, TALLEST] = [560, 520]; // pixels of the screen

/**
 * @typedef {object} Data
 * @property {string} layer
 * @property {number} channel
 * @property {string} picture
 * @property {number} rows
 * @property {number} columns
 * @property {string} values  float32, row by row, base64
 * @property {[number, number]} selected  row and column
 * @property {string} [leads]  the key of what a tap opens
 * @property {{picture: string, board: string, value: string}} words
 */

/**
 * Out: the trigger "pick" {row, column}.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const { words } = data;
  let { layer, channel, rows, columns } = data;
  let selected = /** @type {[number, number] | null} */ (data.selected);
  let values = /** @type {Float32Array | null} */ (decode(data.values)); // null as long as only their picture is here
  /** @param {string} picture */
  const drawMap = (picture) =>
    drawBoard(part(parentElement, ".picker"), {
      layout: { rows, columns, count: rows * columns, size: [columns, rows], step: [1, 1], cell: [1, 1] },
      picture,
      words,
      widest: Math.min(WIDEST, (TALLEST * columns) / rows),
      chosen: selected,
      say: (place) => {
        const shown = place ?? selected;
        if (!values || !shown) return "";
        const [row, column] = shown;
        return fill(words.value, { row, column, value: show(values[row * columns + column], DIGITS) });
      },
      pick: ([row, column]) => {
        setTriggerValue("pick", { row, column });
        if (values) opening("opening_value", { layer, channel, row, column, value: values[row * columns + column] });
        leadTo(data.leads);
      },
    });
  let renew = drawMap(data.picture);
  tell("open", { layer, channel });
  const listening = hearing(parentElement);
  onOpening("opening_map", listening.signal, (opened) => {
    const isOther = opened.layer !== layer;
    if (isOther ? !opened.size : opened.channel === channel) return;
    [layer, channel, values, selected] = [opened.layer, opened.channel, null, null];
    if (opened.size) {
      [columns, rows] = opened.size;
      renew = drawMap(opened.picture);
    } else {
      renew(opened.picture, null);
    }
  });
  onPassing("picker", listening.signal, (/** @type {Data} */ shown) => {
    if (shown.layer !== layer || shown.channel !== channel) return;
    values = decode(shown.values);
    selected = shown.selected;
    renew(shown.picture, selected);
  });
  return () => {
    listening.abort();
    tell("open", null);
  };
}
