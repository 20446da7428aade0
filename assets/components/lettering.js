// @ts-check
// Names that fit their place: measured as the browser draws them, and shortened in their middle.

/**
 * @typedef {object} Lettering  how letters are drawn
 * @property {string} font  as CSS writes it
 * @property {number} apart  pixels by which letters stand further apart than usual
 */

const LEAST_LETTERS = 3;
const THINNEST_LETTER = 2; // pixels
const ruler = document.createElement("canvas").getContext("2d");

/**
 * Shorten a text in its middle to so many letters: names of layers differ at their ends.
 * @param {string} text
 * @param {number} most
 */
export const shortened = (text, most) => {
  if (text.length <= most) return text;
  const head = Math.max(1, Math.floor((most - 1) * 0.35));
  return `${text.slice(0, head)}…${text.slice(text.length - Math.max(1, most - 1 - head))}`;
};

/**
 * Return how wide a text is drawn, in pixels.
 * @param {string} text
 * @param {Lettering} lettering
 */
export const widthOf = (text, { font, apart }) => {
  if (!ruler) return 0;
  ruler.font = font;
  return ruler.measureText(text).width + apart * text.length;
};

/**
 * Return as much of a text as fits, shortened in its middle.
 * @param {string} text
 * @param {number} room  in pixels
 * @param {Lettering} lettering
 */
export const fitted = (text, room, lettering) => {
  let most = Math.min(text.length, Math.ceil(room / THINNEST_LETTER));
  while (most > LEAST_LETTERS && widthOf(shortened(text, most), lettering) > room) most -= 1;
  return shortened(text, most);
};

/**
 * Return how an element's font draws letters of a size.
 * @param {Element} element
 * @param {number} weight
 * @param {number} size  in pixels
 * @param {number} spacing  in shares of it
 * @returns {Lettering}
 */
export const letteringOf = (element, weight, size, spacing) => ({
  font: `${weight} ${size}px ${getComputedStyle(element).fontFamily || "sans-serif"}`,
  apart: spacing * size,
});
