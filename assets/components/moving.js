// @ts-check
// Pictures of one channel that are moved, turned and shuffled; all are squares, read row by row.

/**
 * Return a picture turned about its middle and then moved, black let in; between pixels it is interpolated bilinearly.
 * @param {Float32Array} source
 * @param {number} side
 * @param {{right: number, down: number, angle: number}} by  in pixels, and in degrees anticlockwise
 */
export const moved = (source, side, { right, down, angle }) => {
  const made = new Float32Array(side * side);
  const middle = (side - 1) / 2;
  const [cos, sin] = [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)];
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [y, x] = [row - down - middle, column - right - middle];
      made[row * side + column] = between(source, side, middle + sin * x + cos * y, middle + cos * x - sin * y);
    }
  }
  return made;
};

/**
 * Return the value at a place between pixels.
 * @param {Float32Array} source
 * @param {number} side
 * @param {number} row
 * @param {number} column
 */
const between = (source, side, row, column) => {
  // Sine and cosine of a right angle are not quite 0 and 1.
  const [y, x] = [row, column].map((place) => (Math.abs(place - Math.round(place)) < 1e-9 ? Math.round(place) : place));
  const [top, left] = [Math.floor(y), Math.floor(x)];
  let sum = 0;
  for (const [i, j] of CORNERS) {
    const share = (i ? y - top : 1 - y + top) * (j ? x - left : 1 - x + left);
    const inside = top + i >= 0 && top + i < side && left + j >= 0 && left + j < side;
    if (share && inside) sum += share * source[(top + i) * side + left + j];
  }
  return sum;
};

const CORNERS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

/**
 * @param {Float32Array} pixels
 * @param {number[]} order  from which pixel each comes
 */
export const shuffled = (pixels, order) => Float32Array.from(order, (from) => pixels[from]);

/**
 * Return what lies on a ground, no brighter than white.
 * @param {Float32Array} ground
 * @param {Float32Array} above
 */
export const laidOn = (ground, above) => ground.map((value, i) => Math.min(1, value + above[i]));

/**
 * Draw with a soft pen, as wide as the strokes of MNIST are.
 * @param {Float32Array} pixels  which changes
 * @param {number} side
 * @param {number} row  may lie between pixels
 * @param {number} column
 */
export const inked = (pixels, side, row, column) => {
  const reach = Math.ceil(PEN + 1);
  for (let i = Math.max(0, Math.floor(row) - reach); i <= Math.min(side - 1, row + reach); i++) {
    for (let j = Math.max(0, Math.floor(column) - reach); j <= Math.min(side - 1, column + reach); j++) {
      const ink = Math.min(1, Math.max(0, PEN + 0.5 - Math.hypot(i - row, j - column)));
      pixels[i * side + j] = Math.max(pixels[i * side + j], ink);
    }
  }
};

const PEN = 1.1; // pixels from the middle of a stroke to its edge
