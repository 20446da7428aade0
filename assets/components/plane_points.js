// @ts-check
// Points of two classes on a plane, drawn from a seed: always the same ones.

/**
 * @typedef {{x: number, y: number, label: 0 | 1}} Labelled  x and y from −1 to 1
 * @typedef {"halves" | "circle" | "corners" | "spirals"} Shape
 */

/** @type {Shape[]} */
export const SHAPES = ["halves", "circle", "corners", "spirals"];
const [APART, NOISE, TURNS] = [0.08, 0.03, 1.25];

/**
 * Return a source of random numbers from 0 to 1: mulberry32 (Tommy Ettinger, 2017, public domain).
 * @param {number} seed
 */
export const randomOf = (seed) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/**
 * Return so many points, half of them of each class.
 * @param {Shape} shape
 * @param {number} count
 * @param {number} seed
 * @returns {Labelled[]}
 */
export const pointsOf = (shape, count, seed) => {
  const random = randomOf(seed);
  const within = () => 2 * random() - 1;
  return Array.from({ length: count }, (_, index) => {
    const label = /** @type {0 | 1} */ (index % 2);
    if (shape === "spirals") return spiral(label, (index >> 1) / (count >> 1), within);
    for (;;) {
      const [x, y] = [within(), within()];
      const side = SIDES[shape](x, y);
      if (Math.abs(side) > APART && Number(side > 0) === label) return { x, y, label };
    }
  });
};

/** On which side of the border a point lies, and how far from it. @type {Record<Exclude<Shape, "spirals">, (x: number, y: number) => number>} */
const SIDES = {
  halves: (x, y) => 0.8 * y - 0.6 * x,
  circle: (x, y) => 0.6 - Math.hypot(x, y),
  corners: (x, y) => Math.sign(x * y) * Math.min(Math.abs(x), Math.abs(y)),
};

/**
 * @param {0 | 1} label
 * @param {number} share  of the way outwards
 * @param {() => number} within
 */
const spiral = (label, share, within) => {
  const [radius, angle] = [0.08 + 0.86 * share, 2 * Math.PI * TURNS * share + Math.PI * label];
  return { x: radius * Math.cos(angle) + NOISE * within(), y: radius * Math.sin(angle) + NOISE * within(), label };
};
