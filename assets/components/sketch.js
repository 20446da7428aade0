// @ts-check
// A sheet on which a digit is drawn by pointer; what is drawn goes to the server as it grows, brought to where the digits
// of MNIST stand. The next state is sent once the last one is shown; while the pen is down, what it changes is put in
// its place, and the page runs once the pen is up.

import { context } from "./colours.js";
import { button, make, part } from "./dom.js";
import { showPassing } from "./passing.js";

/**
 * @typedef {object} Data
 * @property {number | null} shown  the number of the last drawing that the page shows
 * @property {boolean} isOpen  the page shows a drawing and not another picture
 * @property {import("./passing.js").Passing | null} passing  what the drawing that is shown changes on the page
 * @property {{sheet: string, hint: string, clear: string}} words
 * @typedef {(name: string, value: unknown) => void} Send
 * @typedef {{left: number, top: number, right: number, bottom: number, x: number, y: number}} Ink  where the ink lies, and its
 *   centre of mass
 */

export const SIDE = 280; // pixels of the sheet: ten for each that the network sees
const PEN = 22;
/** Of the sheet's side that a digit of MNIST takes at most: 20 of 28 pixels. */
const SHARE = 20 / 28;
/** Milliseconds after which what nobody answered is given up. */
const PATIENCE = 10_000;
const LEAST = 120; // milliseconds between two that are sent

/**
 * Return where the ink of grey levels, four numbers a pixel, lies; null where there is none.
 * @param {ArrayLike<number>} levels
 * @param {number} width
 * @returns {Ink | null}
 */
export const inkOf = (levels, width) => {
  let [left, top, right, bottom, sum, x, y] = [Infinity, Infinity, -1, -1, 0, 0, 0];
  for (let i = 0; i * 4 < levels.length; i++) {
    const level = levels[4 * i];
    if (!level) continue;
    const [row, column] = [Math.floor(i / width), i % width];
    [left, right] = [Math.min(left, column), Math.max(right, column + 1)];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row + 1)];
    [sum, x, y] = [sum + level, x + level * (column + 0.5), y + level * (row + 0.5)];
  }
  return sum ? { left, top, right, bottom, x: x / sum, y: y / sum } : null;
};

/**
 * Return how much a drawing is enlarged and where its corner comes to lie, so that it stands as MNIST's digits do: in a
 * square of 20 of 28 pixels, its centre of mass in the middle (LeCun, Cortes and Burges).
 * @param {Ink} ink
 * @param {number} side
 */
export const placed = ({ left, top, right, bottom, x, y }, side) => {
  const scale = (SHARE * side) / Math.max(right - left, bottom - top);
  return { scale, left: side / 2 - x * scale, top: side / 2 - y * scale };
};

class Sketch {
  /** @type {Data | null} */ data = null;
  /** @type {Send | null} */ send = null;
  /** @type {{number: number, at: number} | null} */ sent = null;
  /** @type {[number, number] | null} */ last = null;
  isNew = false; // there is more than was sent
  /** @type {number | null} */ passed = null; // the last drawing whose changes were put in their places
  wasOpen = false;
  timer = 0;
  canvas = make("canvas", "sheet");
  hint = make("p", "hint");
  tools = make("div", "tools");

  /** @param {HTMLElement} root */
  constructor(root) {
    const { canvas } = this;
    canvas.width = canvas.height = SIDE;
    canvas.setAttribute("role", "img");
    this.brush = context(canvas);
    this.#wipe();
    const paper = make("div", "paper");
    paper.append(canvas, this.hint);
    root.replaceChildren(paper, this.tools);
    canvas.onpointerdown = (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.last = this.#at(event);
      this.#line(event);
    };
    canvas.onpointermove = (event) => this.last && this.#line(event);
    canvas.onpointerup = canvas.onpointercancel = () => {
      if (!this.last) return;
      this.last = null;
      this.isNew = true; // that the pen is up is new
      this.#goOn();
    };
  }

  /** @param {Data} data  @param {Send} send */
  update(data, send) {
    if (this.data?.words.clear !== data.words.clear) {
      this.canvas.setAttribute("aria-label", data.words.sheet);
      this.hint.textContent = data.words.hint;
      this.tools.replaceChildren(button(data.words.clear, data.words.clear, () => this.#clear(), "clear"));
    }
    [this.data, this.send] = [data, send];
    if (data.passing && data.shown !== this.passed) {
      this.passed = data.shown;
      showPassing(data.passing);
    }
    // Another picture was chosen: what is on the sheet is no longer what the page shows.
    if (this.wasOpen && !data.isOpen && !this.last) this.#wipe();
    this.wasOpen = data.isOpen;
    this.#goOn();
  }

  end() {
    clearTimeout(this.timer);
  }

  #wipe() {
    this.isNew = false;
    this.sent = null;
    this.brush.fillStyle = "#000000";
    this.brush.fillRect(0, 0, SIDE, SIDE);
    this.hint.hidden = false;
  }

  #clear() {
    this.#wipe();
    this.send?.("frame", { number: Date.now(), picture: "", isDone: true });
  }

  /** @param {MouseEvent} event  @returns {[number, number]} */
  #at(event) {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [((event.clientX - left) * SIDE) / width, ((event.clientY - top) * SIDE) / height];
  }

  /** Draw on to where the pointer has been since: a busy page tells its places late, but tells them all.
   * @param {PointerEvent} event */
  #line(event) {
    const { brush } = this;
    Object.assign(brush, { lineWidth: PEN, lineCap: "round", lineJoin: "round", strokeStyle: "#ffffff" });
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) {
      const to = this.#at(one);
      brush.beginPath();
      brush.moveTo(...(this.last ?? to));
      brush.lineTo(...to);
      brush.stroke();
      this.last = to;
    }
    this.hint.hidden = true;
    this.isNew = true;
    this.#goOn();
  }

  /** Send what is drawn when it is time. */
  #goOn() {
    clearTimeout(this.timer);
    if (!this.isNew || !this.data) return;
    const isShown = !this.sent || this.sent.number === this.data.shown;
    const wait = this.sent ? this.sent.at + (isShown ? LEAST : PATIENCE) - performance.now() : 0;
    this.timer = window.setTimeout(() => this.#sendNow(), Math.max(0, wait));
  }

  #sendNow() {
    const ink = inkOf(this.brush.getImageData(0, 0, SIDE, SIDE).data, SIDE);
    if (!ink || !this.canvas.isConnected) return;
    const { scale, left, top } = placed(ink, SIDE);
    const copy = context(Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE }));
    copy.fillRect(0, 0, SIDE, SIDE);
    copy.drawImage(this.canvas, left, top, SIDE * scale, SIDE * scale);
    this.isNew = false;
    this.sent = { number: Date.now(), at: performance.now() };
    this.send?.("frame", { number: this.sent.number, picture: copy.canvas.toDataURL("image/png"), isDone: !this.last });
  }
}

/**
 * Out: the state "frame" {number, picture, isDone}: a PNG as a data URL, "" where the sheet was cleared; whether the pen
 * is up.
 * @param {{data: Data, parentElement: ParentNode, setStateValue: Send}} component
 */
export default function ({ data, parentElement, setStateValue }) {
  const root = /** @type {HTMLElement & {sketch?: Sketch}} */ (part(parentElement, ".sketch"));
  root.sketch ??= new Sketch(root);
  root.sketch.update(data, setStateValue);
  return () => root.sketch?.end();
}
