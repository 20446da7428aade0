// @ts-check
// Edges of a network drawn by hand: from the dot of a card to another card, by pointer, touch or keyboard; and an edge that
// is chosen taken away.

import { fill, make } from "./dom.js";
import { curveOf, drawn } from "./edges.js";

/**
 * @typedef {import("./edges.js").Point} Point
 * @typedef {import("./folded.js").Card} Card
 * @typedef {Record<"from" | "chosen" | "cut", string>} Words
 * @typedef {object} Picture  what the picture of the network lets its edges be drawn on
 * @property {HTMLElement} world
 * @property {SVGSVGElement} marks
 * @property {() => number} zoom
 * @property {() => Card[]} nodes
 * @property {(text: string) => void} say
 * @property {(from: Card, to: Card) => boolean} hasEdge
 * @property {(edge: {isDrawn: boolean, sources: string[], targets: string[]}) => void} send  the layers of both cards
 */

const TREMBLE = 6; // pixels that a pointer may move in a click
const MARGIN = 28; // pixels from the window's borders within which it scrolls under an edge that is being drawn
const FASTEST = 14; // pixels that it scrolls at once

/**
 * Return how far a window scrolls along an axis for a pointer at its border or beyond; 0 within.
 * @param {number} at
 * @param {number} first
 * @param {number} last
 */
export const pushOf = (at, first, last) => {
  const before = first + MARGIN - at;
  const behind = at - (last - MARGIN);
  if (before > 0) return -Math.min(before, FASTEST);
  return behind > 0 ? Math.min(behind, FASTEST) : 0;
};

/**
 * Return the curve of an edge on its way from a card to a place.
 * @param {{x: number, y: number, w: number, h: number}} from
 * @param {Point} to
 */
export const curveFrom = ({ x, y, w, h }, to) => curveOf([[x + w, y + h / 2], to]);

export class Connecting {
  /** @type {Card | null} */
  from = null;
  /** @type {Words} */
  words = { from: "", chosen: "", cut: "" };
  #button = make("button", "cut");
  #drawn = drawn("path", { class: "path drawing" });

  /** @param {Picture} picture */
  constructor(picture) {
    this.picture = picture;
    this.#button.type = "button";
  }

  /**
   * Give every card a dot to draw from, and every edge room to be chosen.
   * @param {Words} words
   */
  dress(words) {
    this.words = words;
    this.end();
    const { world, nodes } = this.picture;
    for (const node of /** @type {NodeListOf<HTMLElement>} */ (world.querySelectorAll(".node"))) {
      const id = /** @type {HTMLElement | null} */ (node.querySelector("[data-node]"))?.dataset.node;
      const card = nodes().find((other) => other.id === id);
      if (card) node.append(this.#dot(card));
    }
    for (const edge of /** @type {SVGPathElement[]} */ ([...world.querySelectorAll("path.edge")])) {
      const room = drawn("path", { d: edge.getAttribute("d") ?? "", class: "room" });
      room.onpointerdown = (event) => event.stopPropagation();
      room.onclick = (event) => this.#choose(edge, event);
      edge.after(room);
    }
  }

  /** @param {Card} card */
  #dot(card) {
    const dot = make("span", "dot");
    dot.title = fill(this.words.from, { layer: card.title });
    dot.onpointerdown = (event) => {
      if (event.button) return;
      event.preventDefault();
      event.stopPropagation();
      const wasChosen = this.from === card;
      this.begin(card);
      this.#follow(event, dot, wasChosen);
    };
    return dot;
  }

  /**
   * Let the end of the edge follow a pointer until it is let go: over another card it is drawn; where it has hardly moved,
   * the other card is still to be chosen.
   * @param {PointerEvent} start
   * @param {HTMLElement} dot
   * @param {boolean} wasChosen
   */
  #follow(start, dot, wasChosen) {
    const listening = new AbortController();
    const { signal } = listening;
    dot.setPointerCapture(start.pointerId);
    let pointer = start;
    dot.addEventListener("pointermove", (event) => this.#draw((pointer = event)), { signal });
    this.#scroll(() => pointer, start, signal);
    dot.addEventListener("pointercancel", () => (listening.abort(), this.end()), { signal });
    dot.addEventListener(
      "pointerup",
      (event) => {
        listening.abort();
        const isClick = Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < TREMBLE;
        const card = this.#cardAt(event);
        if (card && card !== this.from) this.take(card);
        else if (!isClick || wasChosen) this.end();
      },
      { signal },
    );
  }

  /**
   * Scroll as long as the pointer is held at a border, so that the edge reaches cards outside of the window.
   * @param {() => PointerEvent} pointer
   * @param {PointerEvent} start
   * @param {AbortSignal} signal
   */
  #scroll(pointer, start, signal) {
    const view = /** @type {HTMLElement} */ (this.picture.world.closest(".window"));
    const step = () => {
      if (signal.aborted || !view.isConnected) return;
      const { clientX, clientY } = pointer();
      const box = view.getBoundingClientRect();
      if (Math.hypot(clientX - start.clientX, clientY - start.clientY) >= TREMBLE) {
        const before = [view.scrollLeft, view.scrollTop];
        view.scrollLeft += pushOf(clientX, box.left, box.right);
        view.scrollTop += pushOf(clientY, box.top, box.bottom);
        if (view.scrollLeft !== before[0] || view.scrollTop !== before[1]) this.#draw(pointer());
      }
      requestAnimationFrame(step);
    };
    step();
  }

  /** @param {PointerEvent} event */
  #draw(event) {
    if (!this.from) return;
    const box = this.picture.world.getBoundingClientRect();
    const zoom = this.picture.zoom();
    const here = /** @type {Point} */ ([(event.clientX - box.left) / zoom, (event.clientY - box.top) / zoom]);
    this.#drawn.setAttribute("d", curveFrom(this.from, here));
    this.picture.marks.append(this.#drawn);
    this.#mark(this.#cardAt(event));
  }

  /** @param {{clientX: number, clientY: number}} event */
  #cardAt({ clientX, clientY }) {
    const root = /** @type {Document | ShadowRoot} */ (this.picture.world.getRootNode());
    const node = root.elementFromPoint(clientX, clientY)?.closest(".node")?.querySelector("[data-node]");
    const id = /** @type {HTMLElement | null | undefined} */ (node)?.dataset.node;
    return this.picture.nodes().find((card) => card.id === id) ?? null;
  }

  /** @param {Card | null} target */
  #mark(target) {
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (this.picture.world.querySelectorAll("[data-node]"))) {
      const { node } = button.dataset;
      button.classList.toggle("source", node === this.from?.id);
      button.classList.toggle("target", Boolean(target && target !== this.from && node === target.id));
    }
  }

  /**
   * Choose the card that an edge is drawn from.
   * @param {Card} card
   */
  begin(card) {
    this.end();
    this.from = card;
    this.#mark(null);
    this.picture.say(fill(this.words.chosen, { layer: card.title }));
  }

  /**
   * Draw the edge to a card, or take away the one that is there; return whether one was being drawn.
   * @param {Card | undefined} card
   */
  take(card) {
    const { from } = this;
    if (!from || !card) return false;
    this.end();
    if (card !== from) this.#send(from, card, !this.picture.hasEdge(from, card));
    return true;
  }

  /** @param {Card} from  @param {Card} to  @param {boolean} isDrawn */
  #send(from, to, isDrawn) {
    this.picture.send({ isDrawn, sources: from.layers, targets: to.layers });
  }

  /** Leave all as it is; return whether something was being drawn or was chosen. */
  end() {
    const was = Boolean(this.from) || this.#button.isConnected;
    this.from = null;
    this.#drawn.remove();
    this.#button.remove();
    this.picture.world.querySelector(".edge.chosen")?.classList.remove("chosen");
    this.#mark(null);
    this.picture.say("");
    return was;
  }

  /**
   * Mark an edge, and offer to take it away where it was pointed at.
   * @param {SVGPathElement} edge
   * @param {MouseEvent} event
   */
  #choose(edge, event) {
    this.end();
    const [from, to] = [edge.dataset.from, edge.dataset.to].map((id) => this.picture.nodes().find((card) => card.id === id));
    if (!from || !to) return;
    edge.classList.add("chosen");
    const [box, zoom] = [this.picture.world.getBoundingClientRect(), this.picture.zoom()];
    const label = fill(this.words.cut, { source: from.title, target: to.title });
    this.#button.textContent = "✕";
    this.#button.title = label;
    this.#button.setAttribute("aria-label", label);
    this.#button.style.left = `${(event.clientX - box.left) / zoom}px`;
    this.#button.style.top = `${(event.clientY - box.top) / zoom}px`;
    this.#button.onpointerdown = (pressed) => pressed.stopPropagation();
    this.#button.onclick = () => {
      this.end();
      this.#send(from, to, false);
    };
    this.picture.world.append(this.#button);
    this.#button.focus({ preventScroll: true });
  }
}
