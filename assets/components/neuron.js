// @ts-check
// One neuron: three inputs, weights and a bias that are moved by hand, their sum, and what each activation makes of it.
// In: data {values, bounds, signs, words}. Out: the trigger "set", the values as an address says them.

import { activated, ACTIVATIONS, ActivationChart } from "./activation_curves.js";
import { fill, make, part, show } from "./dom.js";
import { drawn } from "./edges.js";
import { Settings } from "./settings.js";
import { Slider } from "./slider.js";
import { signed } from "./sums.js";
import { followTheme } from "./theme.js";

/**
 * @typedef {import("./activation_curves.js").Activation} Activation
 * @typedef {object} Data
 * @property {import("./settings.js").Said} values  by the names x1 … x3, w1 … w3, neuron_bias and neuron_activation
 * @property {Record<string, import("./slider.js").Bounds>} bounds
 * @property {Record<Activation, string>} titles
 * @property {import("./activation_curves.js").CurveWords & Record<string, string>} words
 */

const INPUTS = [1, 2, 3];
const [WIDTH, HEIGHT] = [500, 250];
/** @type {[number, number][]} */
const PLACES = [[28, 40], [28, 119], [28, 198]];
const [SUM, FIRES, OUT] = [262, 396, 492];
const [MIDDLE, RADIUS] = [119, 34];
const LABELS = [62, 112, 192]; // how far down the products stand
const THICKEST = 9; // pixels of an edge whose weight is the largest that there may be

/**
 * Return the parts of a neuron's sum and the sum itself, without what floating point adds to it.
 * @param {number[]} inputs
 * @param {number[]} weights
 * @param {number} bias
 */
export const summed = (inputs, weights, bias) => {
  const products = inputs.map((input, i) => Number((input * weights[i]).toFixed(6)));
  const weighted = Number(products.reduce((sum, product) => sum + product, 0).toFixed(6));
  return { products, weighted, sum: Number((weighted + bias).toFixed(6)) };
};

class Neuron {
  settings = new Settings();
  /** @type {Record<string, Slider>} */ sliders = {};
  /** @type {ActivationChart[]} */ charts = [];
  /** @type {Record<string, SVGElement>} */ drawing = {};

  /**
   * @param {HTMLElement} root
   * @param {Data} data
   */
  constructor(root, data) {
    this.data = data;
    const picture = drawn("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": data.words.picture });
    this.#drawStill(picture);
    this.said = make("p", "said");
    this.said.setAttribute("aria-live", "polite");
    this.verdict = make("p", "verdict");
    const [left, right] = [make("div", "unit"), make("div", "curves")];
    left.append(picture, this.#controls(), this.said, this.verdict);
    this.charts = ACTIVATIONS.map((name) => new ActivationChart(name, data.titles[name], data.words, () => this.#choose(name)));
    right.append(...this.charts.map((chart) => chart.root), this.#legend());
    root.replaceChildren(left, right);
    followTheme(root);
  }

  /** @param {SVGElement} picture */
  #drawStill(picture) {
    const edges = PLACES.map(([x, y], i) => this.#named(`edge${i}`, drawn("line", { x1: x + 26, y1: y, x2: SUM - RADIUS, y2: MIDDLE })));
    picture.append(
      ...edges,
      drawn("line", { class: "way", x1: SUM + RADIUS, x2: FIRES - RADIUS, y1: MIDDLE, y2: MIDDLE }),
      drawn("line", { class: "way", x1: FIRES + RADIUS, x2: OUT, y1: MIDDLE, y2: MIDDLE }),
      drawn("path", { class: "head", d: `M${OUT - 10} ${MIDDLE - 6}l10 6l-10 6` }),
      this.#named("bias_edge", drawn("line", { x1: SUM, x2: SUM, y1: HEIGHT - 26, y2: MIDDLE + RADIUS })),
      ...PLACES.map(([cx, cy], i) => this.#named(`input${i}`, drawn("circle", { cx, cy, r: 26 }))),
      drawn("circle", { class: "body", cx: SUM, cy: MIDDLE, r: RADIUS }),
      this.#named("fires", drawn("circle", { cx: FIRES, cy: MIDDLE, r: RADIUS })),
      this.#named("glow", drawn("circle", { cx: FIRES, cy: MIDDLE, r: RADIUS })),
      ...PLACES.flatMap(([x, y], i) => [this.#text(`x${i}`, x, y + 6), this.#text(`product${i}`, 132, LABELS[i], "small")]),
      this.#text("sigma", SUM, MIDDLE - 8, "small", "Σ"),
      this.#text("sum", SUM, MIDDLE + 14, "strong"),
      this.#text("f", FIRES, MIDDLE - RADIUS - 10, "small"),
      this.#text("out", FIRES, MIDDLE + 6, "strong"),
      this.#text("bias", SUM, HEIGHT - 6, "small"),
    );
  }

  /**
   * @template {SVGElement} Made
   * @param {string} name
   * @param {Made} element
   */
  #named(name, element) {
    this.drawing[name] = element;
    return element;
  }

  /**
   * @param {string} name
   * @param {number} x
   * @param {number} y
   * @param {string} [kind]
   * @param {string} [written]
   */
  #text(name, x, y, kind = "", written = "") {
    const element = this.#named(name, drawn("text", { class: kind, x, y, "text-anchor": "middle" }));
    element.textContent = written;
    return element;
  }

  #controls() {
    const { words } = this.data;
    const box = make("div", "sliders");
    for (const i of INPUTS) {
      box.append(
        this.#slider(`x${i}`, fill(words.input, { number: i }), `x${"₁₂₃"[i - 1]}`),
        this.#slider(`w${i}`, fill(words.weight, { number: i }), `w${"₁₂₃"[i - 1]}`),
      );
    }
    box.append(this.#slider("neuron_bias", words.bias, "b"), this.#threshold());
    return box;
  }

  /**
   * @param {string} name
   * @param {string} label
   * @param {string} sign
   */
  #slider(name, label, sign) {
    const slider = new Slider({
      name,
      label,
      sign,
      bounds: this.data.bounds[name],
      move: (value) => this.#set(name, value),
      settle: () => this.settings.tell(),
    });
    this.sliders[name] = slider;
    return slider.root;
  }

  /** The threshold is the bias seen from the other side: moving one moves the other. */
  #threshold() {
    const { low, high, step } = this.data.bounds.neuron_bias;
    const slider = new Slider({
      name: "threshold",
      label: this.data.words.threshold,
      sign: "θ",
      bounds: { low: -high, high: -low, step },
      move: (value) => this.#set("neuron_bias", -value || 0),
      settle: () => this.settings.tell(),
    });
    this.sliders.threshold = slider;
    return slider.root;
  }

  #legend() {
    const legend = make("p", "legend");
    legend.append(make("span", "line value"), this.data.words.curve, make("span", "line slope"), this.data.words.slope_curve);
    return legend;
  }

  /**
   * @param {string} name
   * @param {number} value
   */
  #set(name, value) {
    this.settings.set(name, value);
    this.#show();
  }

  /** @param {Activation} name */
  #choose(name) {
    this.settings.set("neuron_activation", name);
    this.#show();
    this.settings.tell();
  }

  /**
   * @param {Data} data
   * @param {import("./settings.js").Send} send
   */
  update(data, send) {
    this.data = data;
    if (this.settings.update(data.values, send)) this.#show();
  }

  #show() {
    const { settings, drawing } = this;
    const [inputs, weights] = ["x", "w"].map((letter) => INPUTS.map((i) => settings.number(`${letter}${i}`)));
    const bias = settings.number("neuron_bias");
    const name = /** @type {Activation} */ (settings.values.neuron_activation);
    const { products, weighted, sum } = summed(inputs, weights, bias);
    for (const [key, slider] of Object.entries(this.sliders)) slider.set(key === "threshold" ? -bias || 0 : settings.number(key));
    inputs.forEach((input, i) => {
      drawing[`x${i}`].textContent = show(input);
      drawing[`product${i}`].textContent = `·${signed(weights[i])} = ${show(products[i])}`;
      this.#tint(`edge${i}`, weights[i], this.data.bounds.w1.high);
      drawing[`input${i}`].setAttribute("class", input === 0 ? "body" : `body ${input > 0 ? "more" : "less"}`);
    });
    this.#tint("bias_edge", bias, this.data.bounds.neuron_bias.high);
    const value = activated(name, sum);
    drawing.sum.textContent = show(sum, 3);
    drawing.f.textContent = this.data.titles[name];
    drawing.out.textContent = show(value, 3);
    drawing.bias.textContent = fill(this.data.words.bias_value, { value: show(bias) });
    drawing.fires.setAttribute("class", value > 0 ? "body more" : value < 0 ? "body less" : "body");
    drawing.glow.setAttribute("class", value < 0 ? "glow less" : "glow more");
    drawing.glow.setAttribute("opacity", String(Math.min(0.35, 0.35 * Math.abs(value))));
    const terms = inputs.map((input, i) => `${signed(input)}·${signed(weights[i])}`).join(" + ");
    this.said.textContent = `z = ${terms} + ${signed(bias)} = ${show(sum)}`;
    const words = sum >= 0 ? this.data.words.fires : this.data.words.rests;
    this.verdict.textContent = fill(words, { sum: show(weighted), threshold: show(-bias || 0) });
    for (const chart of this.charts) chart.update(sum, chart.name === name);
  }

  /**
   * @param {string} name
   * @param {number} weight
   * @param {number} largest
   */
  #tint(name, weight, largest) {
    const edge = this.drawing[name];
    edge.setAttribute("class", weight < 0 ? "less" : "more");
    edge.setAttribute("stroke-width", String(weight ? 1 + (THICKEST * Math.abs(weight)) / largest : 0));
  }
}

/** @param {{data: Data, parentElement: ParentNode, setTriggerValue: import("./settings.js").Send}} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement & {neuron?: Neuron}} */ (part(parentElement, ".neuron"));
  const isNew = !root.neuron || JSON.stringify(root.neuron.data.words) !== JSON.stringify(data.words); // or the language is
  if (isNew) root.neuron = new Neuron(root, data);
  root.neuron?.update(data, setTriggerValue);
}
