// @ts-check
// A picture that may be larger than its window: zoom and pan by wheel, drag, pinch, keys and buttons; a small map where
// it does not fit. The window scrolls as every window does, so that touch, scroll bars and focus need no code of ours.

import { make } from "./dom.js";

/**
 * @typedef {[number, number]} Pair  across and down, in pixels
 * @typedef {{left: number, top: number, width: number, height: number}} Box
 * @typedef {{least: number, most: number, readable: number, close: number}} Zooms  `readable`: the smallest at which all
 *   is shown at first; `close`: what is taken where all does not fit
 */

const STEP = 1.25;
/** @type {Pair} */
const COVERED = [140, 80]; // pixels of the window's corner that the small map takes
const DRAGGED = 4; // pixels that a pointer may tremble in a click

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
const between = (value, low, high) => Math.min(high, Math.max(low, value));

/**
 * Return the zoom at which all of a picture is seen.
 * @param {Pair} world
 * @param {Pair} view
 */
export const fittingZoom = (world, view) => Math.min(view[0] / world[0], view[1] / world[1]);

/**
 * Return the zoom with which a picture opens: all of it where it can be read, else all of its height, else a part.
 * @param {Pair} world
 * @param {Pair} view
 * @param {Zooms} zooms
 */
export const firstZoom = (world, view, { most, readable, close }) => {
  const fitting = [fittingZoom(world, view), Math.min(close, view[1] / world[1])].find((zoom) => zoom >= readable);
  return fitting === undefined ? close : Math.min(fitting, most);
};

/**
 * Return the zoom for a part of a picture that is larger than the window now: all of the part where it can be read then,
 * else its whole width where that can, for what is too high is scrolled through as text is.
 * @param {number} now
 * @param {number} fitting  the zoom at which all of the part is seen
 * @param {number} across  the one at which all of its width is
 * @param {Pick<Zooms, "readable" | "close">} zooms
 */
export const partZoom = (now, fitting, across, { readable, close }) =>
  fitting >= readable ? fitting : Math.max(fitting, Math.min(now, Math.max(readable, Math.min(across, close))));

/**
 * Return the space on the near side of a picture that is smaller than its window, which has it in its middle.
 * @param {number} world
 * @param {number} view
 * @param {number} zoom
 */
export const spaceBefore = (world, view, zoom) => Math.max(0, (view - world * zoom) / 2);

/**
 * Return how far to scroll so that what lies under a point of the window stays there, along one axis.
 * @param {number} scroll
 * @param {number} point  from the window's edge
 * @param {number} world
 * @param {number} view
 * @param {[number, number]} zooms  before and after
 */
export const scrollKept = (scroll, point, world, view, [before, after]) => {
  const place = (scroll + point - spaceBefore(world, view, before)) / before;
  return place * after + spaceBefore(world, view, after) - point;
};

/**
 * Return the part of a picture that is seen, in shares of it.
 * @param {Pair} scroll
 * @param {Pair} view
 * @param {Pair} extent  what can be scrolled over
 * @returns {Box}
 */
export const shownPart = (scroll, view, extent) => ({
  left: scroll[0] / extent[0],
  top: scroll[1] / extent[1],
  width: Math.min(1, view[0] / extent[0]),
  height: Math.min(1, view[1] / extent[1]),
});

/**
 * Return how far to scroll so that a span is seen, along one axis: not at all where it is.
 * @param {number} scroll
 * @param {number} view
 * @param {number} start  of the span
 * @param {number} end
 * @param {number} margin
 */
export const scrollTo = (scroll, view, start, end, margin) => {
  if (start - margin >= scroll && end + margin <= scroll + view) return scroll;
  return (start + end - view) / 2;
};

/**
 * Return what can be scrolled over beyond a picture, so that nothing of it has to lie under the small map in the corner:
 * along the lines where it is too high, else where it is too wide.
 * @param {Pair} drawn  the picture's size on the screen
 * @param {Pair} view
 * @param {Pair} covered  by the small map
 * @returns {Pair}
 */
export const roomBeside = ([across, down], view, covered) => {
  if (down > view[1] + 1) return [0, covered[1]];
  return across > view[0] + 1 ? [covered[0], 0] : [0, 0];
};

export class Viewport {
  /** @type {Pair} */
  world = [1, 1];
  zoom = 1;
  isTouched = false; // the reader has zoomed: another size of the window changes nothing
  /** @type {(() => void)[]} */
  #drawn = [];

  /**
   * @param {HTMLElement} view  the window
   * @param {HTMLElement} content  what is zoomed
   * @param {HTMLElement} small  the small map
   * @param {Zooms} zooms
   */
  constructor(view, content, small, zooms) {
    this.view = view;
    this.content = content;
    this.small = small;
    this.zooms = zooms;
    this.extent = make("div", "extent");
    this.shown = make("div", "shown");
    view.append(this.extent);
    this.extent.append(content);
    small.append(this.shown);
    this.#listen();
  }

  /** @returns {Pair} */
  get size() {
    return [this.view.clientWidth, this.view.clientHeight];
  }

  /** @param {() => void} draw  called whenever the zoom changes */
  onZoom(draw) {
    this.#drawn.push(draw);
  }

  /**
   * Take another picture's size; the zoom stays.
   * @param {Pair} world
   */
  take(world) {
    this.world = world;
    this.#apply();
  }

  /** Show all of it, or as much as can be read. */
  open() {
    this.isTouched = false;
    this.zoom = firstZoom(this.world, this.size, this.zooms);
    this.#apply();
  }

  /** Show all of it, however small. */
  fit() {
    this.isTouched = true;
    this.zoom = between(fittingZoom(this.world, this.size), this.zooms.least, this.zooms.most);
    this.#apply();
  }

  /**
   * Zoom, with a point of the window staying where it is; without one the middle.
   * @param {number} factor
   * @param {Pair} [point]
   */
  zoomBy(factor, point) {
    const [across, down] = this.size;
    const [x, y] = point ?? [across / 2, down / 2];
    const before = this.zoom;
    const after = between(before * factor, Math.min(this.zooms.least, fittingZoom(this.world, this.size)), this.zooms.most);
    if (after === before) return;
    const left = scrollKept(this.view.scrollLeft, x, this.world[0], across, [before, after]);
    const top = scrollKept(this.view.scrollTop, y, this.world[1], down, [before, after]);
    this.isTouched = true;
    this.zoom = after;
    this.#apply();
    this.view.scrollTo({ left, top, behavior: "instant" });
  }

  /** @param {number} across  @param {number} down */
  pan(across, down) {
    this.view.scrollBy({ left: across, top: down, behavior: "instant" });
  }

  /**
   * Zoom so that a box of the picture is seen, smaller where it does not fit as long as it can be read; return whether all
   * of it fits.
   * @param {Box} box
   */
  zoomFor(box) {
    const [across, down] = [box.width + 24, box.height + 24];
    const fitting = fittingZoom([across, down], this.size);
    if (fitting < this.zoom) this.zoom = partZoom(this.zoom, fitting, this.size[0] / across, this.zooms);
    this.#apply();
    return fitting >= this.zoom;
  }

  /**
   * Show a box of the picture, at least its beginning.
   * @param {Box} box
   */
  show(box) {
    this.zoomFor(box);
    const [width, height] = this.size.map((side) => side / this.zoom - 24);
    this.reveal({ ...box, width: Math.min(box.width, width), height: Math.min(box.height, height) });
  }

  /**
   * Scroll until a box of the picture is seen.
   * @param {Box} box
   * @param {ScrollBehavior} [behavior]
   */
  reveal({ left, top, width, height }, behavior = "instant") {
    const { zoom } = this;
    const [across, down] = this.size;
    const [x, y] = [spaceBefore(this.world[0], across, zoom), spaceBefore(this.world[1], down, zoom)];
    this.view.scrollTo({
      left: scrollTo(this.view.scrollLeft, across, x + left * zoom, x + (left + width) * zoom, 12),
      top: scrollTo(this.view.scrollTop, down, y + top * zoom, y + (top + height) * zoom, 12),
      behavior,
    });
  }

  #apply() {
    const { zoom, world } = this;
    const [across, down] = this.size;
    // Rounded down: half a pixel too much would bring a scroll bar.
    const drawn = /** @type {Pair} */ (world.map((side) => Math.floor(side * zoom)));
    const room = roomBeside(drawn, this.size, COVERED);
    const [x, y] = [spaceBefore(world[0], across, zoom), spaceBefore(world[1], down, zoom)];
    this.extent.style.width = `${drawn[0] + room[0]}px`;
    this.extent.style.height = `${drawn[1] + room[1]}px`;
    const all = [Math.max(across, drawn[0] + room[0]), Math.max(down, drawn[1] + room[1])];
    const place = { left: x / all[0], top: y / all[1], width: drawn[0] / all[0], height: drawn[1] / all[1] };
    for (const [side, share] of Object.entries(place)) this.small.style.setProperty(`--drawn-${side}`, `${100 * share}%`);
    this.content.style.width = `${world[0]}px`;
    this.content.style.height = `${world[1]}px`;
    this.content.style.transform = `translate(${x}px, ${y}px) scale(${zoom})`;
    this.content.style.setProperty("--zoom", String(zoom));
    this.content.style.setProperty("--shrink", String(Math.min(1, zoom)));
    this.content.classList.toggle("sharp", zoom >= 1);
    this.content.classList.toggle("far", zoom < 0.5);
    this.#drawSmall();
    for (const draw of this.#drawn) draw();
  }

  #drawSmall() {
    const { view, small } = this;
    const extent = /** @type {Pair} */ ([view.scrollWidth, view.scrollHeight]);
    const [across, down] = this.size;
    small.hidden = extent[0] <= across + 1 && extent[1] <= down + 1;
    if (small.hidden) return;
    small.style.aspectRatio = `${extent[0]} / ${extent[1]}`;
    const part = shownPart([view.scrollLeft, view.scrollTop], [across, down], extent);
    for (const [side, share] of Object.entries(part)) this.shown.style.setProperty(side, `${100 * share}%`);
  }

  #listen() {
    const { view, small } = this;
    view.addEventListener("scroll", () => this.#drawSmall(), { passive: true });
    view.addEventListener("wheel", (event) => this.#turn(event), { passive: false });
    view.addEventListener("pointerdown", (event) => this.#drag(event));
    view.addEventListener("touchstart", (event) => this.#pinch(event), { passive: false });
    small.addEventListener("pointerdown", (event) => this.#jump(event));
    small.addEventListener("pointermove", (event) => event.buttons && this.#jump(event));
  }

  /** @param {{clientX: number, clientY: number}} event  @returns {Pair} */
  #pointOf({ clientX, clientY }) {
    const box = this.view.getBoundingClientRect();
    return [clientX - box.left, clientY - box.top];
  }

  /**
   * Zoom with Ctrl or ⌘, which is also what a pinch on a touch pad is. A plain wheel scrolls, and at the picture's end the
   * page; where there is nothing above or below and the picture has the focus, it moves along.
   * @param {WheelEvent} event
   */
  #turn(event) {
    const { view } = this;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * 16;
      this.zoomBy(Math.exp(-between(pixels, -100, 100) * 0.004), this.#pointOf(event));
      return;
    }
    const isLine = view.scrollHeight <= view.clientHeight + 1 && view.scrollWidth > view.clientWidth + 1;
    if (!isLine || event.deltaX || event.shiftKey || !view.matches(":focus-within")) return;
    const before = view.scrollLeft;
    this.pan(event.deltaY, 0);
    if (view.scrollLeft !== before) event.preventDefault();
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    if (event.pointerType !== "mouse" || event.button !== 0) return;
    const { view } = this;
    const start = [event.clientX, event.clientY, view.scrollLeft, view.scrollTop];
    const listening = new AbortController();
    let isDragging = false;
    /** @param {PointerEvent} moved */
    const move = (moved) => {
      const [across, down] = [moved.clientX - start[0], moved.clientY - start[1]];
      if (!isDragging && Math.hypot(across, down) < DRAGGED) return;
      if (!isDragging) view.setPointerCapture(event.pointerId);
      isDragging = true;
      view.classList.add("dragged");
      view.scrollTo({ left: start[2] - across, top: start[3] - down, behavior: "instant" });
    };
    const end = () => {
      listening.abort();
      view.classList.remove("dragged");
      if (!isDragging) return;
      // What was dragged was not clicked.
      const stop = new AbortController();
      const options = { capture: true, signal: stop.signal };
      view.addEventListener("click", (click) => click.stopPropagation(), options);
      setTimeout(() => stop.abort());
    };
    for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
      window.addEventListener(name, end, { signal: listening.signal });
    }
    window.addEventListener("pointermove", move, { signal: listening.signal });
  }

  /** @param {TouchEvent} event  with two fingers */
  #pinch(event) {
    if (event.touches.length !== 2) return;
    event.preventDefault();
    const listening = new AbortController();
    const spread = (/** @type {TouchEvent} */ { touches: [one, other] }) =>
      Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    const middle = (/** @type {TouchEvent} */ { touches: [one, other] }) =>
      this.#pointOf({ clientX: (one.clientX + other.clientX) / 2, clientY: (one.clientY + other.clientY) / 2 });
    let [distance, centre] = [spread(event), middle(event)];
    /** @param {TouchEvent} moved */
    const move = (moved) => {
      if (moved.touches.length !== 2) return listening.abort();
      moved.preventDefault();
      const [wider, place] = [spread(moved), middle(moved)];
      this.pan(centre[0] - place[0], centre[1] - place[1]);
      this.zoomBy(wider / distance, place);
      [distance, centre] = [wider, place];
    };
    this.view.addEventListener("touchmove", move, { passive: false, signal: listening.signal });
    for (const name of /** @type {const} */ (["touchend", "touchcancel"])) {
      this.view.addEventListener(name, () => listening.abort(), { signal: listening.signal });
    }
  }

  /** @param {PointerEvent} event  on the small map */
  #jump(event) {
    const box = this.small.getBoundingClientRect();
    const [across, down] = this.size;
    this.view.scrollTo({
      left: ((event.clientX - box.left) / box.width) * this.view.scrollWidth - across / 2,
      top: ((event.clientY - box.top) / box.height) * this.view.scrollHeight - down / 2,
      behavior: "instant",
    });
  }

  /**
   * Answer the keys for zoom and for moving; return whether this was one.
   * @param {KeyboardEvent} event
   */
  press({ key, shiftKey }) {
    const zooms = /** @type {Record<string, number>} */ ({ "+": STEP, "=": STEP, "-": 1 / STEP, _: 1 / STEP });
    const moves = /** @type {Record<string, Pair>} */ ({
      ArrowLeft: [-60, 0],
      ArrowRight: [60, 0],
      ArrowUp: [0, -60],
      ArrowDown: [0, 60],
    });
    if (key === "0") this.fit();
    else if (zooms[key]) this.zoomBy(zooms[key]);
    else if (shiftKey && moves[key]) this.pan(...moves[key]);
    else return false;
    return true;
  }
}
