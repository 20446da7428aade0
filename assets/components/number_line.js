// @ts-check
// The number line on which a value is moved from stage to stage.

import { make, show } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, LINE, EDGE] = [240, 58, 36, 24];

/**
 * Return how far along the line each number lies, from 0 to 1: 0 is on it too.
 * @param {number[]} numbers
 */
export const alongLine = (numbers) => {
  const finite = numbers.filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...finite), Math.max(0, ...finite)];
  const reach = high - low || 1;
  return numbers.map((number) => (Number.isFinite(number) ? (number - low) / reach : 0));
};

/**
 * Say whether the numbers lie so far apart that a line shows how they are moved.
 * @param {number[]} numbers
 */
export const isSpread = (numbers) => {
  const shares = alongLine(numbers);
  return Math.max(...shares) - Math.min(...shares) > 0.05;
};

/**
 * Draw the numbers up to the last one, an arrow to each from the one before it.
 * @param {number[]} numbers  what all stages make, so that the line stays as it is from step to step
 * @param {number} shown  how many of them are there
 */
export const numberLine = (numbers, shown) => {
  const root = make("div", "line");
  const picture = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  const [zero, ...places] = alongLine([0, ...numbers]).map((share) => EDGE + share * (WIDTH - 2 * EDGE));
  picture.append(
    element("line", { class: "axis", x1: 4, x2: WIDTH - 4, y1: LINE, y2: LINE }),
    element("line", { class: "axis", x1: zero, x2: zero, y1: LINE - 5, y2: LINE + 5 }),
    label("0", zero, HEIGHT - 4),
  );
  places.slice(0, shown).forEach((place, index) => {
    if (index) picture.append(element("path", { class: "moved", d: arc(places[index - 1], place) }));
    const isLast = index === shown - 1;
    picture.append(element("circle", { class: isLast ? "dot last" : "dot", cx: place, cy: LINE, r: isLast ? 5 : 3.5 }));
    if (isLast) picture.append(label(show(numbers[index], 4), place, 10, "last"));
  });
  root.append(picture);
  return root;
};

/**
 * @param {number} from
 * @param {number} to
 */
const arc = (from, to) => `M${from} ${LINE} Q${(from + to) / 2} ${LINE - 26} ${to} ${LINE}`;

/**
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {string} [name]
 */
const label = (text, x, y, name = "") => {
  const made = element("text", { class: name, x, y, "text-anchor": "middle" });
  made.textContent = text;
  return made;
};

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
const element = (tag, attributes) => {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
};
