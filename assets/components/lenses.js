// @ts-check
// An input and what was made of it, beside one another; a lens on each shows the same place of all, under the pointer.

import { context } from "./colours.js";
import { ARROWS, bringIntoView, clamp, fill, make, part } from "./dom.js";

/**
 * @typedef {[number, number]} Pair  down and across
 * @typedef {object} Picture
 * @property {string} key
 * @property {string} title
 * @property {string} picture
 * @property {boolean} isLevels  its greys, 0 to 255, are its values, rounded
 * @typedef {object} Data
 * @property {string} version  of all that follows
 * @property {Picture[]} pictures  the input, then what was made of it, each value a pixel
 * @property {Pair} input  rows and columns
 * @property {Pair} output
 * @property {Pair} first  where the first window begins on the input: below 0 where that is padded
 * @property {Pair} step  of the windows
 * @property {Pair} span  of a window
 * @property {string} leads  the key of the part of the page that shows what was chosen
 * @property {{pictures: string, hint: string, place: string}} words
 * @typedef {{input: number, output: number, first: number, step: number, span: number}} Axis
 * @typedef {{whole: number, offset: number, frame: Pair}} Enlarged  pixels of the screen: all of the picture's side, where it
 *   begins in the lens, and where the frame begins there and how long it is
 */

export const LENS = 92; // pixels of the screen
const LEAST_SEEN = 16; // values of the input along a lens
const TALLEST = 150; // pixels of a picture on a screen that holds them all
/** Of a picture, at least and at most. @type {Pair} */
const WIDTHS = [116, 190];

/** @param {Data} data  @returns {[Axis, Axis]} */
export const axesOf = ({ input, output, first, step, span }) => {
  /** @param {0 | 1} i @returns {Axis} */
  const axis = (i) => ({ input: input[i], output: output[i], first: first[i], step: step[i], span: span[i] });
  return [axis(0), axis(1)];
};

/**
 * Return the output whose window lies nearest to a share of a picture's side.
 * @param {Axis} axis
 * @param {number} share
 * @param {boolean} isInput  the picture shows the input, not a result
 */
export const outputAt = (axis, share, isInput) => {
  const { input, output, first, step, span } = axis;
  const place = isInput ? (share * input - first - span / 2) / step + 0.5 : share * output;
  return clamp(Math.floor(place), output);
};

/** Return how many pixels of the screen a lens gives one value of the input. @param {[Axis, Axis]} axes */
export const unitOf = (axes) => LENS / Math.max(LEAST_SEEN, ...axes.map(({ span, step }) => 2 * Math.max(span, step)));

/**
 * Return what a lens shows along an axis: the window of an output in its middle, or that output itself.
 * @param {Axis} axis
 * @param {number} index  of the output
 * @param {number} unit  pixels for one value of the input
 * @param {boolean} isInput
 * @returns {Enlarged}
 */
export const enlarged = (axis, index, unit, isInput) => {
  const { input, output, first, step, span } = axis;
  const [start, long, count] = isInput ? [first + index * step, span, input * unit] : [index * step, step, output * step * unit];
  const offset = LENS / 2 - (start + long / 2) * unit;
  return { whole: count, offset, frame: [offset + start * unit, long * unit] };
};

/** Return where a frame lies on a picture itself, in shares of its side.
 * @param {Axis} axis @param {number} index @param {boolean} isInput @returns {Pair} */
export const framed = ({ input, output, first, step, span }, index, isInput) =>
  isInput ? [(first + index * step) / input, span / input] : [index / output, 1 / output];

/**
 * Return the grey levels of a picture, row by row, each four times (red, green, blue, opacity).
 * @param {HTMLImageElement} image  that is there
 */
const levelsOf = (image) => {
  const { naturalWidth: width, naturalHeight: height } = image;
  const brush = context(Object.assign(document.createElement("canvas"), { width, height }));
  brush.drawImage(image, 0, 0);
  return { width, levels: brush.getImageData(0, 0, width, height).data };
};

class Lenses {
  /** @type {Data | null} */ data = null;
  /** @type {[Axis, Axis] | null} */ axes = null;
  /** @type {((name: string, value: unknown) => void) | null} */ send = null;
  /** @type {Pair | null} */ place = null;
  /** Where the keys walk on from. @type {Pair | null} */ last = null;
  /** @type {HTMLElement[]} */ tiles = [];
  /** Levels of the pictures that were looked at. @type {WeakMap<HTMLElement, {width: number, levels: Uint8ClampedArray}>} */
  levels = new WeakMap();
  said = make("p", "said");
  /** Whether the place is that of the keys. */
  isWalking = false;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.said.setAttribute("aria-live", "polite");
    root.onkeydown = (event) => this.#walk(event);
    root.onfocus = () => this.#show(this.last ?? this.#middle());
    root.onblur = () => {
      this.isWalking = false;
      this.#show(null);
    };
    // A finger leaves at once; a page that scrolls leaves a pointer behind, which is not what the keys look at.
    root.onpointerleave = ({ pointerType }) => pointerType === "mouse" && !this.isWalking && this.#show(null);
  }

  /** @param {Data} data  @param {(name: string, value: unknown) => void} send */
  update(data, send) {
    this.send = send;
    if (this.data?.version === data.version) return;
    [this.data, this.axes, this.last] = [data, axesOf(data), null];
    this.root.setAttribute("aria-label", `${data.words.pictures}. ${data.words.hint}`);
    const aspect = data.input[1] / data.input[0];
    this.root.style.setProperty("--tile", `${Math.min(WIDTHS[1], Math.max(WIDTHS[0], TALLEST * aspect))}px`);
    this.tiles = data.pictures.map((picture, number) => this.#tile(picture, number === 0));
    this.root.replaceChildren(...this.tiles, this.said);
    this.#show(null);
  }

  /** @param {Picture} picture  @param {boolean} isInput */
  #tile({ key, title, picture, isLevels }, isInput) {
    const tile = make("figure", isInput ? "input" : "");
    const [view, image, lens] = [make("div", "view"), make("img"), make("div", "lens")];
    const sides = isInput ? this.data?.input : this.data?.output;
    image.src = picture;
    image.alt = title;
    image.draggable = false;
    image.classList.toggle("exact", (sides?.[1] ?? 0) < WIDTHS[1]);
    tile.dataset.key = key;
    view.style.aspectRatio = `${this.data?.input[1]} / ${this.data?.input[0]}`;
    lens.style.backgroundImage = `url("${picture}")`;
    lens.append(make("div", "frame"));
    view.append(image, lens);
    if (isLevels && !isInput) view.append(make("output"));
    tile.append(view, make("figcaption", "", title));
    view.onpointermove = view.onpointerdown = (event) => {
      this.isWalking = false;
      this.#show(this.#under(event, view, isInput));
    };
    view.onclick = (event) => {
      // A finger that points does not choose: there is no other way for it to look.
      if (event instanceof PointerEvent && event.pointerType === "touch") return;
      this.#pick(key);
    };
    return tile;
  }

  /** @param {PointerEvent} event  @param {HTMLElement} view  @param {boolean} isInput @returns {Pair | null} */
  #under(event, view, isInput) {
    if (!this.axes) return null;
    const { left, top, width, height } = view.getBoundingClientRect();
    const [down, across] = this.axes;
    return [
      outputAt(down, (event.clientY - top) / height, isInput),
      outputAt(across, (event.clientX - left) / width, isInput),
    ];
  }

  /** @returns {Pair} */
  #middle() {
    const [rows, columns] = this.data?.output ?? [1, 1];
    return [Math.floor((rows - 1) / 2), Math.floor((columns - 1) / 2)];
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const step = ARROWS[event.key];
    if (event.key === "Enter" && this.place) return this.#pick("");
    if (!step || !this.data) return;
    event.preventDefault();
    this.isWalking = true;
    const [row, column] = this.last ?? this.#middle();
    this.#show([clamp(row + step[0], this.data.output[0]), clamp(column + step[1], this.data.output[1])]);
  }

  /** @param {string} key  of a picture, "" where none was pointed at */
  #pick(key) {
    if (!this.place) return;
    this.send?.("pick", { key, row: this.place[0], column: this.place[1] });
    bringIntoView(this.data?.leads, "nearest");
  }

  /** @param {Pair | null} place */
  #show(place) {
    this.place = place;
    this.last = place ?? this.last;
    const { data, axes } = this;
    if (!data || !axes) return;
    this.root.classList.toggle("pointed", place !== null);
    this.tiles.forEach((tile, number) => {
      if (place) this.#enlarge(tile, axes, place, number === 0);
      this.#say(tile, place);
    });
    this.said.textContent = place ? this.#sentence(data, axes, place) : data.words.hint;
    this.said.classList.toggle("hand", !place);
  }

  /** Write the value in the corner of a result. @param {HTMLElement} tile  @param {Pair | null} place */
  #say(tile, place) {
    const [value, image] = [tile.querySelector("output"), /** @type {HTMLImageElement} */ (part(tile, "img"))];
    if (!value) return;
    if (!place || !image.complete) return void (value.textContent = "");
    const known = this.levels.get(tile) ?? levelsOf(image);
    this.levels.set(tile, known);
    value.textContent = String(known.levels[4 * (place[0] * known.width + place[1])]);
  }

  /** @param {Data} data  @param {[Axis, Axis]} axes  @param {Pair} place */
  #sentence(data, axes, [row, column]) {
    const [top, left] = [axes[0].first + row * axes[0].step, axes[1].first + column * axes[1].step];
    const [bottom, right] = [top + axes[0].span - 1, left + axes[1].span - 1];
    return fill(data.words.place, { top, bottom, left, right, row, column }).replaceAll("-", "−");
  }

  /** @param {HTMLElement} tile  @param {[Axis, Axis]} axes  @param {Pair} place  @param {boolean} isInput */
  #enlarge(tile, axes, place, isInput) {
    const [view, lens, frame] = [part(tile, ".view"), part(tile, ".lens"), part(tile, ".frame")];
    const [width, height] = [view.clientWidth, view.clientHeight];
    const unit = unitOf(axes);
    // Where a picture is as large as the lens would show it, the frame alone is enough.
    const isLarge = width / axes[1].input >= unit;
    lens.classList.toggle("plain", isLarge);
    const [down, across] = [0, 1].map((i) => framed(axes[i], place[i], isInput));
    if (isLarge) {
      Object.assign(lens.style, { left: "0", top: "0", width: `${width}px`, height: `${height}px` });
      put(frame, [across[0] * width, down[0] * height], [across[1] * width, down[1] * height]);
      return;
    }
    const [tall, wide] = axes.map((axis, i) => enlarged(axis, place[i], unit, isInput));
    const middle = [(across[0] + across[1] / 2) * width, (down[0] + down[1] / 2) * height];
    const [left, top] = [within(middle[0] - LENS / 2, width - LENS), within(middle[1] - LENS / 2, height - LENS)];
    put(lens, [left, top], [LENS, LENS]);
    lens.style.backgroundSize = `${wide.whole}px ${tall.whole}px`;
    lens.style.backgroundPosition = `${wide.offset}px ${tall.offset}px`;
    put(frame, [wide.frame[0], tall.frame[0]], [wide.frame[1], tall.frame[1]]);
  }
}

/** @param {HTMLElement} element  @param {number[]} corner  left and top  @param {number[]} size */
const put = (element, [left, top], [width, height]) =>
  Object.assign(element.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });

/** @param {number} value  @param {number} most */
const within = (value, most) => Math.max(Math.min(0, most), Math.min(value, Math.max(0, most)));

/**
 * Out: the trigger "pick" {key, row, column}: the output that was chosen, and of which picture.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement & {lenses?: Lenses}} */ (part(parentElement, ".lenses"));
  root.lenses ??= new Lenses(root);
  root.lenses.update(data, setTriggerValue);
}
