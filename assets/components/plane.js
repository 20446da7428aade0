// @ts-check
// Hidden layers on a plane: a small network learns in the browser, and its border moves while it does.
// In: data {values, bounds, choices, titles, words}. Out: the trigger "set", the values as an address says them.

import { context } from "./colours.js";
import { DepthTable, EPOCHS } from "./depth_table.js";
import { button, fill, make, part, show } from "./dom.js";
import { drawn } from "./edges.js";
import { GROUND, paintPlane, paintPoint, paintShares, paletteOf } from "./plane_picture.js";
import { pointsOf, SHAPES } from "./plane_points.js";
import { Player } from "./player.js";
import { Settings } from "./settings.js";
import { Slider } from "./slider.js";
import { followTheme } from "./theme.js";
import { judged, newLearner, placesOf, sharesOf, sizesOf, trained, valuesOf } from "./tiny_network.js";
import { UnitPictures } from "./unit_pictures.js";

/**
 * @typedef {import("./activation_curves.js").Activation} Activation
 * @typedef {import("./plane_points.js").Labelled} Labelled
 * @typedef {import("./plane_points.js").Shape} Shape
 * @typedef {import("./tiny_network.js").Learner} Learner
 * @typedef {object} Data
 * @property {import("./settings.js").Said} values  plane_points, hidden_layers, hidden_units, plane_activation, plane_rate, plane_seed
 * @property {Record<string, import("./slider.js").Bounds>} bounds
 * @property {Record<string, Record<string, string>>} choices  by name: what may be chosen, and what it is called
 * @property {Record<string, string> & import("./player.js").PlayerWords} words
 */

const COUNT = 200;
const [LEARNED_FROM, NEW] = [1, 2]; // seeds of the points
const AT_ONCE = 2; // epochs between two pictures
const SKETCHED = 3; // pixels of a point in the picture of a choice
const [LOSS_WIDTH, LOSS_HEIGHT] = [200, 40];

class Plane {
  settings = new Settings();
  /** @type {Record<string, Slider>} */ sliders = {};
  /** @type {Record<string, HTMLSelectElement>} */ lists = {};
  /** @type {Labelled[]} */ points = [];
  /** @type {Labelled[]} */ others = [];
  /** @type {Learner[]} */ past = []; // all that has been shown, the newest last
  /** @type {number[]} */ losses = [];
  units = new UnitPictures();
  board = make("canvas", "plane-board");
  ground = make("canvas");
  said = make("p", "said");
  lossSaid = make("span");

  /**
   * @param {HTMLElement} root
   * @param {Data} data
   */
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.player = new Player(root, {
      speed: 20,
      fastest: 40,
      begin: () => this.learner.steps >= EPOCHS && this.#restart(),
      tick: () => this.#step(1),
      step: (by) => this.#step(by),
      restart: () => this.#restart(),
    });
    this.table = new DepthTable(data.words, ({ depth, width }) => this.#choose({ hidden_layers: depth, hidden_units: width }));
    this.line = drawn("polyline", { fill: "none" });
    this.shapes = SHAPES.map((shape) => this.#shape(shape));
    const [seen, made] = [make("div", "seen"), make("div", "made")];
    const bar = this.player.bar(data.words);
    bar.append(button("⟳", data.words.again, () => this.#choose({ plane_seed: this.settings.number("plane_seed") + 1 }), "again"));
    this.board.setAttribute("role", "img");
    seen.append(bar, this.board, this.said, this.#lossPicture());
    const room = make("div", "room");
    room.append(this.units.root);
    made.append(this.#controls(), room, this.table.root, this.table.about);
    root.replaceChildren(seen, made);
    const paint = () => this.past.length && this.#paint();
    new ResizeObserver(paint).observe(this.board);
    followTheme(root, paint);
  }

  get learner() {
    return this.past[this.past.length - 1];
  }

  get activation() {
    return /** @type {Activation} */ (this.settings.values.plane_activation);
  }

  get task() {
    return { activation: this.activation, points: this.points, rate: this.settings.number("plane_rate") };
  }

  // What is chosen -------------------------------------------------------------------------------------------------

  #controls() {
    const { words } = this.data;
    const [box, shapes, lists] = [make("div", "controls"), make("div", "shapes"), make("div", "lists")];
    shapes.setAttribute("role", "group");
    shapes.setAttribute("aria-label", words.points);
    shapes.append(...this.shapes.map(({ choice }) => choice));
    lists.append(this.#list("plane_activation", words.activation), this.#list("plane_rate", words.rate));
    box.append(shapes, this.#slider("hidden_layers", words.depth), this.#slider("hidden_units", words.width), lists);
    return box;
  }

  /** @param {Shape} shape */
  #shape(shape) {
    const title = this.data.choices.plane_points[shape];
    const choice = button("", title, () => this.#choose({ plane_points: shape }), shape);
    const picture = make("canvas");
    choice.append(picture);
    return { shape, choice, picture };
  }

  /**
   * @param {string} name
   * @param {string} label
   */
  #slider(name, label) {
    const slider = new Slider({
      name,
      label,
      sign: label,
      bounds: this.data.bounds[name],
      move: (value) => this.#change({ [name]: value }),
      settle: () => this.settings.tell(),
    });
    this.sliders[name] = slider;
    return slider.root;
  }

  /**
   * @param {string} name
   * @param {string} label
   */
  #list(name, label) {
    const [box, list] = [make("label", "list", label), make("select")];
    for (const [value, title] of Object.entries(this.data.choices[name])) list.append(new Option(title, value));
    list.dataset.part = name;
    list.onchange = () => this.#choose({ [name]: list.value });
    this.lists[name] = list;
    box.append(list);
    return box;
  }

  /** @param {Record<string, number | string>} changed */
  #choose(changed) {
    this.#change(changed);
    this.settings.tell();
  }

  /** @param {Record<string, number | string>} changed */
  #change(changed) {
    for (const [name, value] of Object.entries(changed)) this.settings.set(name, value);
    this.#begin(Object.keys(changed).some((name) => ["plane_points", "plane_activation", "plane_rate"].includes(name)));
  }

  // Learning -------------------------------------------------------------------------------------------------------

  /** @param {boolean} compares  the sizes anew */
  #begin(compares) {
    const { settings } = this;
    const shape = /** @type {Shape} */ (settings.values.plane_points);
    [this.points, this.others] = [LEARNED_FROM, NEW].map((seed) => pointsOf(shape, COUNT, seed));
    for (const [name, slider] of Object.entries(this.sliders)) slider.set(settings.number(name));
    for (const [name, list] of Object.entries(this.lists)) list.value = settings.values[name];
    for (const { shape: one, choice } of this.shapes) choice.setAttribute("aria-pressed", String(one === shape));
    const size = { depth: settings.number("hidden_layers"), width: settings.number("hidden_units") };
    this.sizes = sizesOf(size.depth, size.width);
    this.units.build(this.sizes, ["x", "y"]);
    this.units.root.setAttribute("aria-label", fill(this.data.words.network, { layers: size.depth, units: size.width }));
    this.table.mark(size);
    if (compares) this.table.begin(this.task);
    this.#restart();
    this.#open();
  }

  #restart() {
    this.past = [newLearner(this.sizes ?? [], this.settings.number("plane_seed"))];
    this.losses = [judged(this.learner.layers, this.activation, this.points).loss];
    this.#paint();
  }

  /** Learn by itself; where somebody asked for less motion, at once. */
  #open() {
    this.player.pause();
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) return this.player.toggle();
    while (this.learner.steps < EPOCHS) this.#learn();
    this.#paint();
  }

  /** @param {number} by */
  #step(by) {
    if (by < 0 && this.past.length > 1) {
      this.past.pop();
      this.losses.pop();
    }
    if (by > 0) this.#learn();
    this.#paint();
    return this.learner.steps < EPOCHS;
  }

  #learn() {
    const { activation, points, rate } = this.task;
    this.past.push(trained(this.learner, activation, points, rate, AT_ONCE));
    this.losses.push(judged(this.learner.layers, activation, points).loss);
  }

  // Drawing --------------------------------------------------------------------------------------------------------

  #lossPicture() {
    const box = make("div", "loss");
    const picture = drawn("svg", { viewBox: `0 0 ${LOSS_WIDTH} ${LOSS_HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    picture.append(this.line);
    box.append(this.lossSaid, picture);
    return box;
  }

  #paint() {
    const palette = paletteOf(this.root.classList.contains("dark"), getComputedStyle(this.root));
    const { layers, steps } = this.learner;
    const values = valuesOf(layers, this.activation, GROUND);
    const shares = values[values.length - 1];
    const wrong = sharesOf(layers, this.activation, placesOf(this.points)).map((share, i) => Number(share >= 0.5) !== this.points[i].label);
    paintShares(this.ground, shares, palette);
    paintPlane(this.board, this.ground, shares, { points: this.points, wrong }, palette);
    this.units.paint(layers, values, this.activation, palette);
    for (const { shape, picture } of this.shapes) paintShape(picture, shape, palette);
    this.#say(steps, wrong.filter(Boolean).length);
  }

  /**
   * @param {number} steps
   * @param {number} mistakes
   */
  #say(steps, mistakes) {
    const { words } = this.data;
    const others = judged(this.learner.layers, this.activation, this.others).mistakes;
    this.said.textContent = fill(words.state, { epoch: steps, mistakes, others, count: COUNT });
    this.board.setAttribute("aria-label", `${words.board} ${this.said.textContent}`);
    const highest = Math.max(...this.losses);
    const places = this.losses.map((loss, i) => {
      const across = this.losses.length > 1 ? (i / (this.losses.length - 1)) * (steps / EPOCHS) * LOSS_WIDTH : 0;
      return `${across.toFixed(1)},${(LOSS_HEIGHT * (1 - (0.95 * loss) / highest)).toFixed(1)}`;
    });
    this.line.setAttribute("points", places.join(" "));
    this.lossSaid.textContent = fill(words.loss, { loss: show(this.losses[this.losses.length - 1], 2) });
  }

  /**
   * @param {Data} data
   * @param {import("./settings.js").Send} send
   */
  update(data, send) {
    this.data = data;
    if (this.settings.update(data.values, send)) this.#begin(true);
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Shape} shape
 * @param {import("./plane_picture.js").Palette} palette
 */
const paintShape = (canvas, shape, palette) => {
  const key = shape + palette.ink;
  if (canvas.dataset.shape === key) return;
  canvas.dataset.shape = key;
  canvas.width = canvas.height = 96;
  for (const point of pointsOf(shape, 60, 3)) paintPoint(context(canvas), point, false, canvas.width, SKETCHED, palette);
};

/** @param {{data: Data, parentElement: ParentNode, setTriggerValue: import("./settings.js").Send}} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement & {plane?: Plane, words?: string}} */ (part(parentElement, ".plane"));
  const words = JSON.stringify(data.words);
  if (root.words !== words) root.plane = new Plane(root, data); // new, or the language is
  root.words = words;
  root.plane?.update(data, setTriggerValue);
}
