// @ts-check
// What a click opens is painted at once, as far as the browser has it; what the server then draws takes its place.

import { listen, pass } from "./told.js";

/**
 * @typedef {object} Opening
 * @property {{layer: string, channel: number | null}} opening_layer
 * @property {{layer: string, channel: number, picture: string, size?: [number, number]}} opening_map  `size` is how many
 *   columns and rows of values the map has, where it may be of another layer than the open one
 * @property {{layer: string | null}} near_layer  one that the pointer or the focus is on, null for none
 * @property {{layer: string, channel: number, row: number, column: number, value: number}} opening_value
 */

/**
 * Tell what was opened.
 * @template {keyof Opening} Name
 * @param {Name} name
 * @param {Opening[Name]} opened
 */
export const opening = (name, opened) => pass(name, opened);

/**
 * Hear what is opened, until the signal ends it.
 * @template {keyof Opening} Name
 * @param {Name} name
 * @param {AbortSignal} signal
 * @param {(opened: Opening[Name]) => void} take
 */
export const onOpening = (name, signal, take) => listen(name, signal, take);
