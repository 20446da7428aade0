// @ts-check
// How large the cells of a stage may be, so that all of it fits beside or below one another and numbers can be read.

import { NUMBERED } from "./grid.js";

const NARROW = 600;
const [SMALLEST, LARGEST] = [5, 40];
const READABLE = 14;

/**
 * @typedef {object} Sizes
 * @property {number} width  of the stage, in pixels of the screen
 * @property {number} rows  of the padded input
 * @property {number} columns
 * @property {[number, number]} output  rows and columns
 * @property {number} kernelColumns  0 without a kernel
 * @property {number} widest  places that the widest window takes along a line
 * @property {boolean} many  more than one channel, below one another
 */

/** @param {number} width */
export const isNarrow = (width) => width < NARROW;

/**
 * Return the cells' side: input and output have one scale, beside each other where that leaves cells to read.
 * @param {Sizes} sizes
 */
export const cellSide = (sizes) => {
  const { width, rows, columns, output, kernelColumns, many } = sizes;
  const kernelWidth = kernelColumns * 43;
  const middle = many ? 2 * kernelWidth + 18 : Math.max(kernelWidth, productSide(sizes) * sizes.widest);
  const tall = (many ? 260 : 440) / Math.max(rows, output[0]);
  const beside = (width - middle - (many ? 90 : 64)) / (columns + output[1] * (many && kernelColumns ? 2 : 1));
  const below = (width - (isNarrow(width) ? 4 : middle + 36)) / Math.max(columns, output[1]);
  // On a phone the numbers are worth scrolling for.
  const readable = isNarrow(width) && !many && Math.min(below, tall) >= NUMBERED ? NUMBERED : READABLE;
  const fitting = beside >= readable || (many && !isNarrow(width)) ? beside : below;
  return Math.max(SMALLEST, Math.min(LARGEST, Math.floor(Math.min(fitting, tall))));
};

/**
 * Return the side of a cell with a product.
 * @param {{widest: number, many: boolean}} sizes
 */
export const productSide = ({ widest, many }) => (!many && widest <= 3 ? 52 : Math.min(LARGEST, Math.floor(280 / widest)));
