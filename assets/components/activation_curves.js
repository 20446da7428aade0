// @ts-check
// The activations that a neuron may have, their slopes, and both as curves in a small chart.

import { fill, make, show } from "./dom.js";
import { drawn } from "./edges.js";

/**
 * @typedef {"step" | "sigmoid" | "tanh" | "relu"} Activation
 * @typedef {{low: number, high: number}} Span
 * @typedef {{value: string, slope: string, choose: string}} CurveWords
 */

/** @type {Activation[]} */
export const ACTIVATIONS = ["step", "sigmoid", "tanh", "relu"];
/** What is seen of the line. @type {Span} */
const ACROSS = { low: -6, high: 6 };
/** @type {Record<Activation, Span & {marks: number[]}>} */
const UPWARD = {
  step: { low: -0.25, high: 1.25, marks: [0, 1] },
  sigmoid: { low: -0.25, high: 1.25, marks: [0, 0.5, 1] },
  tanh: { low: -1.3, high: 1.3, marks: [-1, 0, 1] },
  relu: { low: -1, high: 6, marks: [0, 3, 6] },
};
const [CHART_WIDTH, CHART_HEIGHT, POINTS] = [240, 120, 120];
const TANGENT = 1.4; // how far the tangent reaches to either side

/**
 * Return what an activation makes of a sum.
 * @param {Activation} name
 * @param {number} z
 */
export const activated = (name, z) => {
  if (name === "step") return z >= 0 ? 1 : 0;
  if (name === "relu") return Math.max(0, z);
  if (name === "tanh") return Math.tanh(z);
  const power = Math.exp(-Math.abs(z)); // never overflows
  return (z < 0 ? power : 1) / (1 + power);
};

/**
 * Return an activation's slope where it has this value; where it has a jump or a corner, 0, as automatic differentiation
 * takes it.
 * @param {Activation} name
 * @param {number} value
 */
export const slopeWhere = (name, value) => {
  if (name === "step") return 0;
  if (name === "relu") return value > 0 ? 1 : 0;
  return name === "tanh" ? 1 - value * value : value * (1 - value);
};

/**
 * Return an activation's slope at a sum.
 * @param {Activation} name
 * @param {number} z
 */
export const slopeAt = (name, z) => slopeWhere(name, activated(name, z));

/** @param {Activation} name */
const chartScale = (name) => {
  const { low, high } = UPWARD[name];
  return {
    /** @param {number} z */ x: (z) => ((z - ACROSS.low) / (ACROSS.high - ACROSS.low)) * CHART_WIDTH,
    /** @param {number} value */ y: (value) => ((high - value) / (high - low)) * CHART_HEIGHT,
  };
};

/**
 * @param {Activation} name
 * @param {(z: number) => number} of
 */
const curveThrough = (name, of) => {
  const { x, y } = chartScale(name);
  const places = Array.from({ length: POINTS + 1 }, (_, i) => ACROSS.low + (i / POINTS) * (ACROSS.high - ACROSS.low));
  return `M${places.map((z) => `${x(z).toFixed(1)} ${y(of(z)).toFixed(1)}`).join("L")}`;
};

export class ActivationChart {
  /**
   * @param {Activation} name
   * @param {string} title
   * @param {CurveWords} words
   * @param {() => void} choose
   */
  constructor(name, title, words, choose) {
    this.name = name;
    this.title = title;
    this.words = words;
    this.root = make("button", "curve");
    this.root.type = "button";
    this.root.dataset.part = name;
    this.root.onclick = choose;
    this.said = make("span", "at");
    const head = make("span", "name", title);
    this.picture = drawn("svg", { viewBox: `0 0 ${CHART_WIDTH} ${CHART_HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    this.tangent = drawn("line", { class: "tangent" });
    this.place = drawn("line", { class: "place", y1: 0, y2: CHART_HEIGHT });
    this.dot = make("span", "dot");
    this.#drawStill();
    const [board, dots] = [make("span", "plot"), make("span", "dots")];
    dots.append(this.dot);
    board.append(this.picture, ...this.#labels(), dots);
    this.root.append(head, this.said, board);
  }

  #drawStill() {
    const { x, y } = chartScale(this.name);
    this.picture.append(
      drawn("line", { class: "axis", x1: x(0), x2: x(0), y1: 0, y2: CHART_HEIGHT }),
      ...UPWARD[this.name].marks.map((mark) =>
        drawn("line", { class: mark ? "mark" : "axis", x1: 0, x2: CHART_WIDTH, y1: y(mark), y2: y(mark) }),
      ),
      drawn("path", { class: "slope", d: curveThrough(this.name, (z) => slopeAt(this.name, z)) }),
      drawn("path", { class: "value", d: curveThrough(this.name, (z) => activated(this.name, z)) }),
      this.place,
      this.tangent,
    );
  }

  #labels() {
    const { y } = chartScale(this.name);
    return UPWARD[this.name].marks.map((mark) => {
      const label = make("span", "label", show(mark));
      label.style.top = `${(100 * y(mark)) / CHART_HEIGHT}%`;
      return label;
    });
  }

  /**
   * Show where the sum lies, what becomes of it, and how steep the curve is there.
   * @param {number} z
   * @param {boolean} isChosen
   */
  update(z, isChosen) {
    const { x, y } = chartScale(this.name);
    const [value, slope] = [activated(this.name, z), slopeAt(this.name, z)];
    const seen = Math.min(ACROSS.high, Math.max(ACROSS.low, z));
    /** @param {number} by */
    const on = (by) => ({ x: x(seen + by), y: y(activated(this.name, seen) + slope * by) });
    const [from, to] = [on(-TANGENT), on(TANGENT)];
    for (const [key, at] of Object.entries({ x1: from.x, y1: from.y, x2: to.x, y2: to.y })) this.tangent.setAttribute(key, String(at));
    for (const key of ["x1", "x2"]) this.place.setAttribute(key, String(x(seen)));
    this.dot.style.left = `${(100 * x(seen)) / CHART_WIDTH}%`;
    this.dot.style.top = `${(100 * y(activated(this.name, seen))) / CHART_HEIGHT}%`;
    const values = { value: show(value, 3), slope: show(slope, 3) };
    this.said.textContent = `${fill(this.words.value, values)} ${fill(this.words.slope, values)}`;
    this.root.setAttribute("aria-pressed", String(isChosen));
    this.root.title = fill(this.words.choose, { name: this.title });
  }
}
