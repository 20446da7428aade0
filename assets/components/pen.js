// @ts-check
// The pen with which numbers are drawn on an input: whether it is taken up, and the number it writes.

import { button, make } from "./dom.js";

export class Pen {
  isUp = false; // taken up
  number = 1;
  /** @type {HTMLButtonElement[]} */ toggles = [];
  /** @type {HTMLInputElement[]} */ fields = [];

  /** @param {() => void} toggled  called when it is taken up or laid down */
  constructor(toggled) {
    this.toggled = toggled;
  }

  /** Forget the tools of inputs that are no longer there. */
  reset() {
    this.toggles = [];
    this.fields = [];
  }

  /**
   * Return the tools beside an input; those of all inputs say the same.
   * @param {{draw: string, pen: string}} words
   * @param {number} channel
   */
  tools(words, channel) {
    const tools = make("span", "tools");
    const toggle = button("✎", words.draw, () => this.#toggle(), `draw${channel}`);
    const field = make("input", "pen");
    field.type = "number";
    field.step = "any";
    field.title = words.pen;
    field.dataset.part = `pen${channel}`;
    field.setAttribute("aria-label", words.pen);
    field.onchange = () => {
      if (Number.isFinite(field.valueAsNumber)) this.number = field.valueAsNumber;
      this.#say();
    };
    this.toggles.push(toggle);
    this.fields.push(field);
    this.#say();
    tools.append(toggle, field);
    return tools;
  }

  #toggle() {
    this.isUp = !this.isUp;
    this.#say();
    this.toggled();
  }

  #say() {
    for (const toggle of this.toggles) toggle.setAttribute("aria-pressed", String(this.isUp));
    for (const field of this.fields) field.value = String(this.number);
  }
}
