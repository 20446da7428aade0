// @ts-check
// Colours of numbers, and whether dark or light ink is read on them.

/**
 * @typedef {[number, number, number]} Colour  red, green and blue, 0 to 255
 * @typedef {{limit: number, signed: boolean}} Range
 * @typedef {{grey: Colour[], diverging: Colour[]}} Tables
 */

/**
 * Return a number's colour: grey from 0 to the limit, or diverging from −limit to +limit.
 * @param {number} value
 * @param {Range} range
 * @param {Tables} tables
 * @returns {Colour}
 */
export const colourOf = (value, range, tables) => {
  const table = range.signed ? tables.diverging : tables.grey;
  const share = range.signed ? (value / range.limit + 1) / 2 : value / range.limit;
  const place = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * (table.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, table.length - 1);
  /** @param {0 | 1 | 2} i */
  const mixed = (i) => Math.round(table[low][i] + (table[high][i] - table[low][i]) * (place - low));
  return [mixed(0), mixed(1), mixed(2)];
};

/**
 * Return the colour of a value of a picture's channel: from black to the channel's own.
 * @param {number} value
 * @param {{colour: Colour, low: number, high: number}} tint  and the values that are black and that have all of it
 * @returns {Colour}
 */
export const tintOf = (value, { colour, low, high }) => {
  const share = Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
  return [Math.round(share * colour[0]), Math.round(share * colour[1]), Math.round(share * colour[2])];
};

/** @param {Colour} colour */
export const isBright = ([red, green, blue]) => 0.299 * red + 0.587 * green + 0.114 * blue > 140;

/** @param {Colour} colour */
export const inkOn = (colour) => (isBright(colour) ? "#0a171e" : "#ffffff");

/** @type {Map<string, boolean>} */
const darkness = new Map(); // a page has a handful of colours, and asks with every movement of the pointer

/**
 * Say whether a colour in any notation of CSS is dark; what is no colour is not.
 * @param {string} colour
 */
export const isDark = (colour) => {
  const known = darkness.get(colour);
  if (known !== undefined) return known;
  const dark = CSS.supports("color", colour.trim()) && !isBright(rendered(colour.trim()));
  darkness.set(colour, dark);
  return dark;
};

/**
 * @param {string} colour
 * @returns {Colour}
 */
const rendered = (colour) => {
  const brush = context(Object.assign(document.createElement("canvas"), { width: 1, height: 1 }));
  brush.fillStyle = colour;
  brush.fillRect(0, 0, 1, 1);
  const [red, green, blue] = brush.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
};

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {CanvasRenderingContext2D}
 */
export const context = (canvas) => {
  const brush = canvas.getContext("2d");
  if (!brush) throw new Error("This browser draws on no canvas.");
  return brush;
};
