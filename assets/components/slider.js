// @ts-check
// A number that is moved: its name, a slider, and what it is.

import { make, show } from "./dom.js";

/**
 * @typedef {{low: number, high: number, step: number}} Bounds
 * @typedef {object} Moved
 * @property {string} name  of the setting
 * @property {string} label
 * @property {string} sign  a letter that stands for it where there is little room
 * @property {Bounds} bounds
 * @property {(value: number) => void} move  while it is moved
 * @property {() => void} settle  once it is let go
 */

export class Slider {
  /** @param {Moved} moved */
  constructor({ name, label, sign, bounds, move, settle }) {
    this.root = make("label", "slider");
    this.field = make("input");
    this.field.type = "range";
    [this.field.min, this.field.max, this.field.step] = [bounds.low, bounds.high, bounds.step].map(String);
    this.field.dataset.part = name;
    this.field.setAttribute("aria-label", label);
    this.root.title = label;
    this.shown = make("output");
    this.field.oninput = () => {
      this.#say();
      move(Number(this.field.value));
    };
    this.field.onchange = settle;
    this.root.append(make("span", "sign", sign), this.field, this.shown);
  }

  /** @param {number} value */
  set(value) {
    this.field.value = String(value);
    this.#say();
  }

  #say() {
    this.shown.textContent = show(Number(this.field.value));
  }
}
