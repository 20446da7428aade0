// @ts-check
// What a network makes of a plane, as pictures: one of every unit, and the border between the classes.

import { context } from "./colours.js";

/**
 * @typedef {import("./colours.js").Colour} Colour
 * @typedef {import("./activation_curves.js").Activation} Activation
 * @typedef {import("./plane_points.js").Labelled} Labelled
 * @typedef {{none: Colour, classes: [Colour, Colour], ink: string, page: string}} Palette
 */

/** Places along a side of the plane at which a network is asked. */
export const SIDE = 48;
const POINT = 0.011; // from the middle of a point to its edge, as a share of the plane's side

/** @param {number} index */
const along = (index) => (2 * index) / (SIDE - 1) - 1;

/** The places, row by row from the top, one after the other. */
export const GROUND = Array.from({ length: SIDE * SIDE }, (_, i) => [along(i % SIDE), -along(Math.floor(i / SIDE))]).flat();

/**
 * Return the colours: those of the classes are told apart with every common kind of colour vision.
 * @param {boolean} dark
 * @param {CSSStyleDeclaration} style
 * @returns {Palette}
 */
export const paletteOf = (dark, style) => ({
  none: dark ? [16, 24, 29] : [255, 255, 255],
  classes: dark ? [[108, 193, 220], [240, 160, 96]] : [[11, 100, 128], [199, 91, 18]],
  ink: style.getPropertyValue("--st-text-color"),
  page: style.getPropertyValue("--st-background-color"),
});

/**
 * Return the colour of a share of class 1: none of it in the middle.
 * @param {number} share
 * @param {Palette} palette
 * @returns {Colour}
 */
export const shareColour = (share, { none, classes }) => {
  const amount = 0.85 * Math.min(1, Math.abs(2 * share - 1));
  const to = classes[share > 0.5 ? 1 : 0];
  /** @param {0 | 1 | 2} i */
  const mixed = (i) => Math.round(none[i] + (to[i] - none[i]) * amount);
  return [mixed(0), mixed(1), mixed(2)];
};

/**
 * Return a unit's values as shares, so that its picture uses the colours of the classes.
 * @param {number[]} values  of all units of the layer, those of a place beside each other
 * @param {number} unit
 * @param {number} units
 * @param {Activation} activation
 */
export const unitShares = (values, unit, units, activation) => {
  const own = values.filter((_, i) => i % units === unit);
  if (activation === "sigmoid") return own;
  const reach = activation === "tanh" ? 1 : own.reduce((most, value) => Math.max(most, value), 1e-9);
  return own.map((value) => (1 + value / reach) / 2);
};

/**
 * Return the line on which a field of numbers, row by row, passes a level: pieces [x0, y0, x1, y1], in cells from the
 * middle of the first. Marching squares, with the pieces' ends where the field passes between two places.
 * @param {number[]} field
 * @param {number} side
 * @param {number} level
 * @returns {[number, number, number, number][]}
 */
export const levelLine = (field, side, level) => {
  /** @type {[number, number, number, number][]} */
  const pieces = [];
  /** @param {number} a  @param {number} b */
  const share = (a, b) => (level - a) / (b - a);
  for (let row = 0; row < side - 1; row++) {
    for (let column = 0; column < side - 1; column++) {
      const at = row * side + column;
      const [a, b, c, d] = [field[at], field[at + 1], field[at + side + 1], field[at + side]];
      /** @type {[number, number][]} */
      const ends = [];
      if (a < level !== b < level) ends.push([column + share(a, b), row]);
      if (b < level !== c < level) ends.push([column + 1, row + share(b, c)]);
      if (d < level !== c < level) ends.push([column + share(d, c), row + 1]);
      if (a < level !== d < level) ends.push([column, row + share(a, d)]);
      for (let i = 0; i + 1 < ends.length; i += 2) pieces.push([...ends[i], ...ends[i + 1]]);
    }
  }
  return pieces;
};

/**
 * Paint shares, one pixel each.
 * @param {HTMLCanvasElement} canvas  of SIDE × SIDE
 * @param {number[]} shares
 * @param {Palette} palette
 */
export const paintShares = (canvas, shares, palette) => {
  if (canvas.width !== SIDE) canvas.width = canvas.height = SIDE;
  const image = new ImageData(SIDE, SIDE);
  shares.forEach((share, i) => image.data.set([...shareColour(share, palette), 255], 4 * i));
  context(canvas).putImageData(image, 0, 0);
};

/**
 * Paint the plane: the shares, the border, and the points, those on its wrong side with a ring.
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLCanvasElement} ground  the shares as `paintShares` left them
 * @param {number[]} shares
 * @param {{points: Labelled[], wrong: boolean[]}} shown
 * @param {Palette} palette
 */
export const paintPlane = (canvas, ground, shares, { points, wrong }, palette) => {
  const size = Math.round((canvas.clientWidth || 400) * (window.devicePixelRatio || 1));
  if (canvas.width !== size || canvas.height !== size) canvas.width = canvas.height = size;
  const brush = context(canvas);
  brush.imageSmoothingEnabled = true;
  brush.drawImage(ground, 0, 0, size, size);
  const cell = size / SIDE;
  brush.strokeStyle = palette.ink;
  brush.lineWidth = size / 200;
  brush.beginPath();
  for (const [x0, y0, x1, y1] of levelLine(shares, SIDE, 0.5)) {
    brush.moveTo((x0 + 0.5) * cell, (y0 + 0.5) * cell);
    brush.lineTo((x1 + 0.5) * cell, (y1 + 0.5) * cell);
  }
  brush.stroke();
  points.forEach((point, i) => paintPoint(brush, point, wrong[i], size, POINT * size, palette));
};

/**
 * Class 0 is round, class 1 is square.
 * @param {CanvasRenderingContext2D} brush
 * @param {Labelled} point
 * @param {boolean} isWrong
 * @param {number} size  of the plane
 * @param {number} reach  from the point's middle to its edge
 * @param {Palette} palette
 */
export const paintPoint = (brush, { x, y, label }, isWrong, size, reach, palette) => {
  const place = [((x + 1) / 2) * (size - size / SIDE) + size / SIDE / 2, ((1 - y) / 2) * (size - size / SIDE) + size / SIDE / 2];
  brush.beginPath();
  if (label) brush.rect(place[0] - 0.9 * reach, place[1] - 0.9 * reach, 1.8 * reach, 1.8 * reach);
  else brush.arc(place[0], place[1], reach, 0, 2 * Math.PI);
  brush.fillStyle = `rgb(${palette.classes[label].join(",")})`;
  brush.fill();
  brush.lineWidth = reach / (isWrong ? 2 : 4);
  brush.strokeStyle = isWrong ? palette.ink : palette.page;
  brush.stroke();
};
