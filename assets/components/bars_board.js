// @ts-check
// The values of a vector as bars: point at one for its value, walk with the arrow keys, open one with a click or Enter.

import { ARROWS, clamp, fill, leadTo, make, part, show } from "./dom.js";
import { tell } from "./told.js";

const NAMED = 24; // so many bars at most stand below one another with their names
const DIGITS = 5;

/**
 * @typedef {object} Data
 * @property {string} layer
 * @property {(number | null)[]} values  null where a value is no number
 * @property {number[]} units
 * @property {string[]} names  of the units, where they have some
 * @property {number} selected  a unit
 * @property {string} [leads]  the key of what a tap opens
 * @property {{board: string, unit: string, named: string, none: string}} words
 */

/**
 * Return where bars begin and end between the smallest value and the largest, 0 among them, in shares of the whole.
 * @param {(number | null)[]} values
 * @returns {{from: number, to: number}[]}
 */
export const spans = (values) => {
  const known = /** @type {number[]} */ (values.filter((value) => value !== null));
  const [low, high] = [Math.min(0, ...known), Math.max(0, ...known)];
  const reach = high - low || 1;
  const zero = -low / reach;
  return values.map((value) => {
    const end = ((value ?? 0) - low) / reach;
    return { from: Math.min(zero, end), to: Math.max(zero, end) };
  });
};

/**
 * @param {ParentNode} parentElement
 * @param {Data} data
 * @param {(name: string, value: unknown) => void} setTriggerValue
 */
export const drawBars = (parentElement, data, setTriggerValue) => {
  const { values, units, names, words } = data;
  const board = part(parentElement, ".board");
  const said = part(parentElement, ".said");
  const level = values.length <= NAMED;
  let selected = units.indexOf(data.selected);
  let cursor = Math.max(0, selected);

  /** @param {number} index */
  const text = (index) => {
    const value = values[index];
    const fields = { unit: units[index], name: names[index], value: value === null ? words.none : show(value, DIGITS) };
    return fill(names.length ? words.named : words.unit, fields);
  };
  /** @param {number} index */
  const say = (index) => {
    said.textContent = index < 0 ? "" : text(index);
  };
  const bars = spans(values).map(({ from, to }, index) => {
    const bar = make("div", "bar");
    bar.dataset.index = String(index);
    const fillOfBar = make("div", (values[index] ?? 0) < 0 ? "fill negative" : "fill");
    const [start, size] = level ? ["left", "width"] : ["bottom", "height"];
    fillOfBar.style.setProperty(start, `${100 * from}%`);
    fillOfBar.style.setProperty(size, `${100 * (to - from)}%`);
    const track = make("div", "track");
    track.append(fillOfBar);
    if (level) bar.append(make("span", "name", names[index] ?? String(units[index])));
    bar.append(track);
    if (level) bar.append(make("span", "value", values[index] === null ? words.none : show(values[index] ?? 0, 3)));
    return bar;
  });
  const mark = () => {
    for (const [index, bar] of bars.entries()) {
      bar.classList.toggle("open", index === selected);
      bar.classList.toggle("at", index === cursor && index !== selected);
    }
    say(cursor);
  };
  /** @param {number} index */
  const choose = (index) => {
    selected = cursor = index;
    mark();
    setTriggerValue("pick", units[index]);
    leadTo(data.leads);
  };
  /** @param {Event} event */
  const under = (event) => {
    const bar = /** @type {HTMLElement} */ (event.target).closest(".bar");
    return bar instanceof HTMLElement ? Number(bar.dataset.index) : -1;
  };

  board.className = level ? "board level" : "board";
  board.setAttribute("aria-label", words.board);
  board.replaceChildren(...bars);
  mark();
  /** @param {number} index */
  const point = (index) => tell("point", index < 0 ? null : { layer: data.layer, channel: units[index] });
  board.onpointermove = (event) => {
    say(under(event));
    point(under(event));
  };
  board.onpointerleave = () => {
    say(selected);
    point(-1);
  };
  board.onclick = (event) => {
    if (under(event) >= 0) choose(under(event));
  };
  board.onkeydown = (event) => {
    const by = ARROWS[event.key];
    if (!by && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (!by) return choose(cursor);
    cursor = clamp(cursor + by[0] + by[1], values.length);
    mark();
    point(cursor);
  };
};
