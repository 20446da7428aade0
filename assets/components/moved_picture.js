// @ts-check
// A picture that is moved, turned, shuffled or drawn by hand, and what several networks answer to it, at once.
// In: data, and what the server tells as `hears`: the networks. Out: the trigger "set", the settings as an address says
// them; what is drawn by hand stays here.

import { context } from "./colours.js";
import { button, fill, make, part } from "./dom.js";
import { answered } from "./forward.js";
import { inked, laidOn, moved, shuffled } from "./moving.js";
import { decode } from "./packed.js";
import { Settings } from "./settings.js";
import { Slider } from "./slider.js";
import { followTheme } from "./theme.js";
import { hearing, listen } from "./told.js";

/**
 * A layer whose arrays are still text.
 * @typedef {Omit<import("./forward.js").Layer, "kernel" | "bias"> & {kernel?: string, bias?: string}} PackedLayer
 * @typedef {{title: string, about: string, layers: PackedLayer[]}} PackedNetwork
 * The names of the settings; what a picture has no setting for is missing.
 * @typedef {{right: string, down: string, angle?: string, shuffled?: string, chosen?: string, shown?: string}} Names
 * @typedef {object} Data
 * @property {string} hears
 * @property {number} side
 * @property {string} sources  the pictures that can be moved, one behind the other
 * @property {string[]} captions  of each of them
 * @property {string} ground  what they are laid on; empty where that is black
 * @property {number[]} order  from which pixel each one of a shuffled picture comes
 * @property {[number, number] | null} middle  row and column of what moves, where a click places it; null where one draws
 * @property {string[]} classes
 * @property {number[]} labels  the class of each picture
 * @property {{none: number, border: number} | null} placed  where the place says the class: that of a picture without what
 *   moves, and the column from which on the right one is seen; the classes behind it are left and right
 * @property {Names} names
 * @property {import("./settings.js").Said} values
 * @property {Record<string, import("./slider.js").Bounds>} bounds
 * @property {Record<string, string>} words
 */

const SCALE = 8; // pixels of the screen for one of the picture
const FEW = 5; // classes, whose names are words and stand above their bars
const SIGNS = /** @type {const} */ ({ right: "→", down: "↓", angle: "↺" });

/**
 * Cut what lies behind one another into parts of equal length.
 * @param {Float32Array} values
 * @param {number} length
 */
export const partsOf = (values, length) =>
  Array.from({ length: values.length / length }, (_, i) => values.subarray(i * length, (i + 1) * length));

/**
 * Return the whole number within the bounds that is nearest.
 * @param {number} value
 * @param {import("./slider.js").Bounds} bounds
 */
const within = (value, { low, high }) => Math.min(high, Math.max(low, Math.round(value)));

/** @param {PackedLayer} layer @returns {import("./forward.js").Layer} */
const unpacked = (layer) => ({
  ...layer,
  kernel: layer.kernel === undefined ? undefined : decode(layer.kernel),
  bias: layer.bias === undefined ? undefined : decode(layer.bias),
});

class MovedPicture {
  settings = new Settings();
  /** @type {Record<string, Slider>} */ sliders = {};
  /** @type {Record<string, HTMLButtonElement>} */ toggles = {};
  /** @type {HTMLButtonElement[]} */ choices = [];
  /** @type {{title: string, about: string, layers: import("./forward.js").Layer[], answer: Answer}[]} */ networks = [];
  /** @type {PackedNetwork[] | null} */ told = null;
  /** @type {Float32Array | null} */ own = null; // what the reader draws

  /**
   * @param {HTMLElement} root
   * @param {Data} data
   */
  constructor(root, data) {
    this.data = data;
    const cells = data.side * data.side;
    this.sources = partsOf(decode(data.sources), cells);
    this.ground = data.ground ? decode(data.ground) : new Float32Array(cells);
    this.canvas = make("canvas");
    this.canvas.width = this.canvas.height = data.side * SCALE;
    this.canvas.setAttribute("role", "img");
    this.#takePointer();
    this.answers = make("div", data.classes.length < FEW ? "answers few" : "answers");
    this.said = make("p", "said");
    this.said.setAttribute("aria-live", "polite");
    const picture = make("div", "picture");
    picture.append(this.canvas, this.#controls());
    root.replaceChildren(picture, this.answers, this.said);
    followTheme(root);
  }

  #controls() {
    const { names, words, bounds, captions } = this.data;
    const box = make("div", "moving");
    if (names.chosen) {
      const row = make("div", "choices");
      row.setAttribute("role", "group");
      row.setAttribute("aria-label", words.choose);
      this.choices = captions.map((caption, i) => button("", caption, () => this.#choose(i), `chosen${i}`));
      this.choices.forEach((choice, i) => choice.append(this.#thumbnail(this.sources[i])));
      row.append(...this.choices);
      box.append(row);
    }
    for (const what of /** @type {const} */ (["right", "down", "angle"])) {
      const name = names[what];
      if (!name) continue;
      const slider = new Slider({
        name,
        label: words[what],
        sign: SIGNS[what],
        bounds: bounds[name],
        move: (value) => this.#set({ [name]: value }),
        settle: () => this.settings.tell(),
      });
      this.sliders[name] = slider;
      box.append(slider.root);
    }
    const tools = make("div", "tools");
    for (const what of /** @type {const} */ (["shuffled", "shown"])) {
      const name = names[what];
      if (!name) continue;
      this.toggles[name] = button(words[what], words[`${what}_about`], () => this.#toggle(name), name);
      tools.append(this.toggles[name]);
    }
    tools.append(button(words.back, words.back_about, () => this.#putBack(), "put_back"));
    box.append(tools, make("p", "hint hand", words.hint));
    return box;
  }

  /** @param {Float32Array} pixels */
  #thumbnail(pixels) {
    const { side } = this.data;
    const canvas = make("canvas");
    canvas.width = canvas.height = side;
    context(canvas).putImageData(new ImageData(greys(pixels), side, side), 0, 0);
    return canvas;
  }

  /** @param {number} number */
  #choose(number) {
    this.own = null;
    this.#set({ [this.data.names.chosen ?? ""]: number });
    this.settings.tell();
  }

  /** @param {string} name */
  #toggle(name) {
    this.#set({ [name]: this.settings.values[name] === "True" ? "False" : "True" });
    this.settings.tell();
  }

  /** Put the picture back as it was. */
  #putBack() {
    const { right, down, angle, shuffled: mixed } = this.data.names;
    this.own = null;
    this.#set({ [right]: 0, [down]: 0, ...(angle && { [angle]: 0 }), ...(mixed && { [mixed]: "False" }) });
    this.settings.tell();
  }

  /** A pointer draws a picture of the reader's own, or puts what moves where it is. */
  #takePointer() {
    const { canvas } = this;
    canvas.onpointerdown = (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      if (!this.data.middle) this.#beginDrawing();
      this.#point(event, null);
      let last = event;
      canvas.onpointermove = (next) => {
        this.#point(next, last);
        last = next;
      };
    };
    canvas.onpointerup = canvas.onpointercancel = () => {
      if (canvas.onpointermove) this.settings.tell();
      canvas.onpointermove = null;
    };
  }

  /** A drawing begins on an empty sheet; one that was begun is gone on with. */
  #beginDrawing() {
    if (this.own) return;
    this.#putBack();
    this.own = new Float32Array(this.data.side ** 2);
  }

  /**
   * @param {PointerEvent} event
   * @param {PointerEvent | null} before  where the pointer was
   */
  #point(event, before) {
    const { side, middle, names, bounds } = this.data;
    const [row, column] = this.#placeOf(event);
    if (middle) {
      this.#set({
        [names.right]: within(column - middle[1], bounds[names.right]),
        [names.down]: within(row - middle[0], bounds[names.down]),
        ...(names.shown && { [names.shown]: "True" }),
      });
    } else if (this.own) {
      const [fromRow, fromColumn] = before ? this.#placeOf(before) : [row, column];
      const steps = Math.max(1, Math.ceil(2 * Math.hypot(row - fromRow, column - fromColumn)));
      for (let step = 0; step <= steps; step++) {
        inked(this.own, side, fromRow + ((row - fromRow) * step) / steps, fromColumn + ((column - fromColumn) * step) / steps);
      }
      this.#show();
    }
  }

  /** @param {PointerEvent} event */
  #placeOf(event) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const { side } = this.data;
    return [((event.clientY - top) / height) * side - 0.5, ((event.clientX - left) / width) * side - 0.5];
  }

  /** @param {Record<string, number | string>} changed */
  #set(changed) {
    for (const [name, value] of Object.entries(changed)) this.settings.set(name, value);
    this.#show();
  }

  /** @param {PackedNetwork[] | null} told */
  hear(told) {
    if (told === this.told) return;
    this.told = told;
    this.networks = (told ?? []).map(({ title, about, layers }) => ({
      title,
      about,
      layers: layers.map(unpacked),
      answer: new Answer(title, about, this.data),
    }));
    this.answers.replaceChildren(...this.networks.map(({ answer }) => answer.root));
    this.#show();
  }

  /**
   * @param {Data} data
   * @param {import("./settings.js").Send} send
   */
  update(data, send) {
    this.data = data;
    if (this.settings.update(data.values, send)) this.#show();
  }

  /** The picture as it enters the networks. */
  #pixels() {
    const { names, side, order } = this.data;
    const { settings } = this;
    const source = this.own ?? this.sources[names.chosen ? settings.number(names.chosen) : 0];
    const by = { right: settings.number(names.right), down: settings.number(names.down), angle: names.angle ? settings.number(names.angle) : 0 };
    const isShown = !names.shown || settings.values[names.shown] === "True";
    const pixels = laidOn(this.ground, isShown ? moved(source, side, by) : new Float32Array(side * side));
    return names.shuffled && settings.values[names.shuffled] === "True" ? shuffled(pixels, order) : pixels;
  }

  /** The class that is right, null where nobody knows: what the reader draws. */
  #label() {
    const { names, placed, middle, labels } = this.data;
    const { settings } = this;
    if (this.own) return null;
    if (!placed || !middle) return labels[names.chosen ? settings.number(names.chosen) : 0];
    if (names.shown && settings.values[names.shown] !== "True") return placed.none;
    return middle[1] + settings.number(names.right) < placed.border ? placed.none + 1 : placed.none + 2;
  }

  #show() {
    const { settings, data } = this;
    const { side, names, words, classes } = data;
    for (const [name, slider] of Object.entries(this.sliders)) slider.set(settings.number(name));
    for (const [name, toggle] of Object.entries(this.toggles)) toggle.setAttribute("aria-pressed", String(settings.values[name] === "True"));
    const chosen = names.chosen && !this.own ? settings.number(names.chosen) : -1;
    this.choices.forEach((choice, i) => choice.setAttribute("aria-pressed", String(i === chosen)));
    const pixels = this.#pixels();
    this.#paint(pixels);
    const label = this.#label();
    this.canvas.setAttribute("aria-label", label === null ? words.own : fill(words.picture, { name: classes[label] }));
    const input = { height: side, width: side, channels: 1, values: pixels };
    const right = this.networks.filter(({ layers, answer }) => answer.show(answered(layers, input), label));
    if (!this.networks.length) return;
    this.said.textContent =
      label === null ? words.unknown : fill(words.right_of, { count: right.length, of: this.networks.length, name: classes[label] });
  }

  /** @param {Float32Array} pixels */
  #paint(pixels) {
    const { side } = this.data;
    const brush = context(this.canvas);
    const small = this.#thumbnail(pixels);
    brush.imageSmoothingEnabled = false;
    brush.drawImage(small, 0, 0, side * SCALE, side * SCALE);
  }
}

/** What one network answers: a bar for each class. */
class Answer {
  /**
   * @param {string} title
   * @param {string} about
   * @param {Data} data
   */
  constructor(title, about, { classes, words }) {
    this.words = words;
    this.classes = classes;
    this.root = make("div", "answer");
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", title);
    this.verdict = make("p", "verdict");
    const bars = make("div", "bars");
    this.rows = classes.map((name) => {
      const row = { name: make("span", "name", name), bar: make("span", "track"), share: make("span", "share"), fill: make("span", "fill") };
      row.bar.append(row.fill);
      bars.append(row.name, row.bar, row.share);
      return row;
    });
    this.root.append(make("p", "title", title), make("p", "about", about), this.verdict, bars);
  }

  /**
   * @param {Float32Array} shares
   * @param {number | null} label
   * @returns {boolean} whether the answer is right
   */
  show(shares, label) {
    const top = shares.indexOf(shares.reduce((most, share) => Math.max(most, share)));
    this.rows.forEach(({ name, fill: bar, share }, i) => {
      bar.style.width = `${100 * shares[i]}%`;
      bar.classList.toggle("top", i === top);
      name.classList.toggle("true", i === label);
      share.textContent = `${Math.round(100 * shares[i])}%`;
    });
    const isRight = top === label;
    const sign = label === null ? "" : isRight ? "✓ " : "✗ ";
    this.verdict.textContent = sign + fill(this.words.verdict, { name: this.classes[top], share: `${Math.round(100 * shares[top])}%` });
    this.root.classList.toggle("wrong", label !== null && !isRight);
    this.root.classList.toggle("unknown", label === null);
    return isRight;
  }
}

/** @param {Float32Array} pixels */
const greys = (pixels) => {
  const bytes = new Uint8ClampedArray(4 * pixels.length);
  pixels.forEach((value, i) => bytes.set([255 * value, 255 * value, 255 * value, 255], 4 * i));
  return bytes;
};

/** @param {{data: Data, parentElement: ParentNode, setTriggerValue: import("./settings.js").Send}} component */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement & {picture?: MovedPicture}} */ (part(parentElement, ".moved-picture"));
  const isNew = !root.picture || JSON.stringify(root.picture.data.words) !== JSON.stringify(data.words); // or the language is
  if (isNew) root.picture = new MovedPicture(root, data);
  const picture = /** @type {MovedPicture} */ (root.picture);
  picture.update(data, setTriggerValue);
  const controller = hearing(parentElement);
  listen(data.hears, controller.signal, (told) => picture.hear(told));
  return () => controller.abort();
}
