// @ts-check
// The network as a picture: folded into cards or drawn whole; zoomed, walked, unfolded, sent through.

import { Connecting } from "./connecting.js";
import { cutOut } from "./cut_out.js";
import { fill, focusedIn, leadTo, make, part } from "./dom.js";
import { drawn, routeBetween, strokeOf, walkTo, wavesOf } from "./edges.js";
import { boxAt, drawFolded } from "./folded.js";
import { drawInfluences, largestOf, partsOf, saidOf } from "./influences.js";
import { opening } from "./opening.js";
import { onPassing } from "./passing.js";
import { hearing, listen, tell } from "./told.js";
import { Viewport } from "./viewport.js";
import { drawWhole } from "./whole.js";

/**
 * @typedef {import("./folded.js").Actions} Actions
 * @typedef {import("./folded.js").Drawing} Drawing
 * @typedef {import("./folded.js").FoldedData} FoldedData
 * @typedef {import("./influences.js").Influences} Influences
 * @typedef {import("./told.js").MapOfLayer} MapOfLayer
 * @typedef {import("./viewport.js").Box} Box
 * @typedef {import("./viewport.js").Pair} Pair
 * @typedef {import("./whole.js").WholeData} WholeData
 * @typedef {object} Common
 * @property {string} version  of what is drawn
 * @property {string} selected  the layer that is open; empty where none is
 * @property {number | null} open  its map or unit
 * @property {boolean} sends  the picture travels the network once by itself
 * @property {Record<"network" | "keys" | "opened" | "mapOpened" | "closer" | "farther" | "all" | "send" | "arrived",
 *   string>} words
 * @property {import("./connecting.js").Words} [connects]  where edges may be drawn, what is said of them
 * @typedef {(FoldedData & Common & {mode: "folded"}) | (WholeData & Common & {mode: "whole"})} Data
 * @typedef {object} Passing  what another picture changes
 * @property {Record<string, {picture: string | null, strongest: number[]}>} nodes  by their layers
 * @property {WholeData["classes"]} [classes]
 * @property {WholeData["scales"]} [scales]
 * @typedef {(name: string, value: unknown) => void} Trigger
 * @typedef {ReturnType<typeof drawWhole>} Whole
 */

const ZOOMS = { least: 0.1, most: 4, readable: 0.6, close: 0.85 };
const JOURNEY = 3000; // milliseconds that a picture takes through a network

/** Say whether the reader asked for less motion. */
const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

class NetworkPicture {
  version = "";
  mode = "";
  unfolded = ""; // a block that the reader has just unfolded
  /** @type {Drawing} */
  drawing = { size: [1, 1], content: [], boxOf: () => null, boxOfMap: () => null, zoomed: () => {}, renew: () => {} };
  /** @type {Whole | null} */
  whole = null;
  /** @type {Influences | null} */
  influences = null;
  /** @type {MapOfLayer | null} */
  pointed = null;
  /** @type {MapOfLayer[]} */
  path = [];
  /** @type {Trigger} */
  trigger = () => {};
  /** @type {Animation[]} */
  journey = [];
  hasSent = false; // by itself

  /** @param {HTMLElement} root  @param {Data} data */
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.said = part(root, ".said");
    this.tip = part(root, ".tip");
    this.made = part(root, ".influences");
    this.marks = drawn("svg", { class: "marks", "aria-hidden": "true" });
    this.world = part(root, ".world");
    this.small = part(root, ".small");
    this.view = new Viewport(part(root, ".window"), this.world, this.small, ZOOMS);
    this.outlines = drawn("svg", { preserveAspectRatio: "none", "aria-hidden": "true" });
    this.small.prepend(this.outlines);
    this.connecting = new Connecting({
      world: this.world,
      marks: this.marks,
      zoom: () => this.view.zoom,
      nodes: () => (this.data.mode === "folded" ? this.data.nodes : []),
      say: (text) => (part(root, ".sum").textContent = text),
      hasEdge: (from, to) => this.#edgesById().some((edge) => edge.from === from.id && edge.to === to.id),
      send: (edge) => this.trigger("edge", edge),
    });
    this.#listen();
  }

  /** @param {Data} data  @param {Trigger} trigger */
  take(data, trigger) {
    const isOther = this.data.selected !== data.selected || this.data.open !== data.open;
    this.data = data;
    this.trigger = trigger;
    const version = JSON.stringify([data.version, data.words]);
    if (version !== this.version) this.#draw();
    else if (isOther) this.#mark();
    this.version = version;
  }

  /** @param {Passing} passing */
  pass({ nodes, ...others }) {
    const shown = this.data.nodes.map((node) => ({ ...node, ...nodes[node.layer] }));
    this.data = /** @type {Data} */ ({ ...this.data, ...others, nodes: shown });
    this.drawing.renew(this.data);
  }

  /** @returns {boolean} */
  get #hasRoom() {
    return this.view.size[0] > 0;
  }

  // Drawing -----------------------------------------------------------------------------------------------------------

  #draw() {
    const { data, root, view } = this;
    const kept = this.#keptPlace();
    root.classList.toggle("is-whole", data.mode === "whole");
    root.classList.toggle("is-bare", data.mode === "folded" && Boolean(data.bare));
    part(root, ".window").setAttribute("aria-label", data.words.network);
    this.whole = data.mode === "whole" ? drawWhole(data, view.size, ZOOMS.close, this.#actions()) : null;
    this.drawing = this.whole ?? drawFolded(/** @type {FoldedData} */ (data), this.#actions());
    this.world.replaceChildren(...this.drawing.content, this.marks);
    for (const [name, value] of Object.entries({ width: this.drawing.size[0], height: this.drawing.size[1] })) {
      this.marks.setAttribute(name, String(value));
    }
    if (data.connects) this.connecting.dress(data.connects);
    this.#drawSmall();
    view.take(this.drawing.size);
    const isFirst = !this.version || this.mode !== data.mode;
    if (this.#hasRoom && (isFirst || (!view.isTouched && this.whole))) this.#open();
    this.mode = data.mode;
    this.#mark();
    kept();
    this.#showUnfolded();
    this.#sendByItself();
  }

  /** Show a block that was just unfolded. */
  #showUnfolded() {
    const frames = this.data.mode === "folded" ? this.data.frames : [];
    const frame = frames.find(({ title }) => title === this.unfolded);
    if (frame) this.view.show(boxAt(frame));
    this.unfolded = "";
  }

  #open() {
    this.view.open();
    const box = this.drawing.boxOf(this.data.selected);
    if (!box) return;
    const frames = this.data.mode === "folded" ? this.data.frames.map(boxAt) : [];
    // Frames within frames come last.
    const around = frames.findLast((frame) => frame.left < box.left && box.left < frame.left + frame.width && frame.top < box.top && box.top < frame.top + frame.height);
    if (around && this.view.zoomFor(around)) this.view.reveal(around);
    this.view.reveal(box);
  }

  #drawSmall() {
    const [width, height] = this.drawing.size;
    this.outlines.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.outlines.replaceChildren(
      ...this.data.nodes.map(({ layer, group }) => {
        const { left: x, top: y, width: w, height: h } = this.drawing.boxOf(layer) ?? { left: 0, top: 0, width: 0, height: 0 };
        return drawn("rect", { x, y, width: w, height: h, class: `group-${group}` });
      }),
    );
  }

  /** Return what brings the focus back, and what had it to where it was on the screen. */
  #keptPlace() {
    const focused = focusedIn(this.root);
    const { layer, channel, block } = focused?.dataset ?? {};
    const before = focused?.getBoundingClientRect();
    return () => {
      if (!focused || this.root.contains(focused) || !(layer || block)) return;
      const again = this.#element(layer, channel, block) ?? this.#element(this.data.selected);
      if (!again) return;
      again.focus({ preventScroll: true });
      const after = again.getBoundingClientRect();
      if (before) this.view.pan(after.left - before.left, after.top - before.top);
    };
  }

  /**
   * @param {string} [layer]
   * @param {string} [channel]
   * @param {string} [block]
   * @returns {HTMLButtonElement | undefined}
   */
  #element(layer, channel, block) {
    return this.#buttons().find(({ dataset }) =>
      block ? dataset.block === block : dataset.layer === layer && dataset.channel === channel,
    );
  }

  /** @returns {HTMLButtonElement[]} */
  #buttons() {
    return [...this.world.querySelectorAll("button")];
  }

  // What is open ------------------------------------------------------------------------------------------------------

  #mark() {
    const { data } = this;
    const stops = this.#buttons().filter((button) => button.dataset.node || button.dataset.channel);
    for (const button of stops) {
      const { node, layer, channel } = button.dataset;
      const card = data.mode === "folded" ? data.nodes.find(({ id }) => id === node) : undefined;
      const isLayer = card ? card.layers.includes(data.selected) : layer === data.selected;
      const isOpen = isLayer && (channel === undefined || Number(channel) === data.open);
      button.classList.toggle("open", isOpen);
      button.setAttribute("aria-pressed", String(isOpen));
      button.tabIndex = -1;
    }
    const first = stops.find((button) => button.classList.contains("open") && button.dataset.channel) ??
      stops.find((button) => button.classList.contains("open")) ??
      stops[0];
    if (first) first.tabIndex = 0;
    this.#drawMarks();
  }

  /** @returns {Actions} */
  #actions() {
    return {
      pick: (layer) => this.#show(layer, null, "pick", layer),
      open: (layer, channel) => this.#show(layer, channel, "map", [layer, channel]),
      fold: (title, isUnfolded) => {
        this.unfolded = isUnfolded ? title : "";
        this.trigger(isUnfolded ? "unfold" : "fold", title);
      },
      point: (layer, channel) => this.#point(channel === null ? null : { layer, channel }),
    };
  }

  /**
   * Mark at once what was opened: the server's answer takes a moment.
   * @param {string} layer
   * @param {number | null} channel  null for the strongest
   * @param {string} name
   * @param {unknown} value
   */
  #show(layer, channel, name, value) {
    const node = this.data.nodes.find((other) => other.layer === layer);
    if (this.data.mode === "folded" && this.connecting.take(this.data.nodes.find((other) => other.layer === layer))) return;
    const strongest = node?.strongest[0] ?? null;
    this.data = { ...this.data, selected: layer, open: channel ?? strongest };
    this.#mark();
    const { opened, mapOpened } = this.data.words;
    const named = channel === null ? layer : node?.names[channel];
    this.said.textContent = named ? fill(opened, { layer: named }) : fill(mapOpened, { layer, channel });
    this.trigger(name, value);
    opening("opening_layer", { layer, channel: this.data.open });
    void this.#openFromColumn(layer, this.data.open);
    leadTo(channel === null && this.data.mode !== "whole" ? "layer_line" : "map_line");
  }

  /**
   * Show a map of a network that is drawn whole as its picture has it: what the server draws takes its place.
   * @param {string} layer
   * @param {number | null} channel
   */
  async #openFromColumn(layer, channel) {
    const column = this.data.mode === "whole" ? this.data.nodes.find((other) => other.layer === layer) : undefined;
    if (!column?.picture || column.drawn !== "maps" || channel === null) return;
    const image = make("img");
    image.src = column.picture;
    await image.decode();
    const height = image.naturalHeight / column.count;
    const picture = cutOut(image, { left: 0, top: channel * height, width: image.naturalWidth, height });
    const isOpen = this.data.selected === layer && this.data.open === channel;
    if (picture && isOpen) opening("opening_map", { layer, channel, picture, size: column.side });
  }

  // What a map is made of, and paths ----------------------------------------------------------------------------------

  /** @param {MapOfLayer | null} map */
  #point(map) {
    if (map?.layer === this.pointed?.layer && map?.channel === this.pointed?.channel) return;
    this.pointed = map;
    tell("point", map);
    this.#drawMarks();
  }

  /** @returns {MapOfLayer | null} */
  #openMap() {
    const { selected, open } = this.data;
    return open === null ? null : { layer: selected, channel: open };
  }

  #drawMarks() {
    const map = this.pointed;
    const known = map && this.influences?.layer === map.layer ? this.influences.parts[map.channel] : undefined;
    const shown = map ?? this.#openMap();
    const into = shown && this.whole && !this.path.length ? this.#curvesInto(this.whole, shown) : [];
    this.marks.replaceChildren(...this.#pathCurves(), ...into);
    this.#markPathEdges();
    const isListed = Boolean(known && this.influences && !this.whole);
    this.made.replaceChildren(...(isListed && map && this.influences ? [drawInfluences(this.influences, map.channel)] : []));
    this.made.hidden = !isListed;
    const told = known && map && this.influences ? saidOf(this.influences, map.channel) : "";
    if (this.whole) part(this.root, ".sum").textContent = told;
  }

  /**
   * Return the curves into a map of a network that is drawn whole: what each adds where that is known, else plain.
   * @param {Whole} whole
   * @param {MapOfLayer} map
   */
  #curvesInto(whole, map) {
    const known = this.influences?.layer === map.layer ? this.influences : null;
    const parts = known ? partsOf(known, map.channel) : [];
    const largest = largestOf(parts);
    const meant = new Set(parts.map(([source, from]) => `${known?.sources[source].layer} ${from}`));
    const plain = whole.waysInto(map.layer, map.channel).filter(([from, channel]) => !meant.has(`${from} ${channel}`));
    const faint = { class: "plain", "stroke-width": 1, opacity: parts.length ? 0.25 : 0.8 };
    return [
      ...plain.map(([from, channel]) => drawn("path", { d: whole.curveInto(from, channel, map.layer, map.channel), ...faint })),
      ...parts.map(([source, from, amount]) => {
        const { width, className, opacity } = strokeOf(amount ?? 0, largest);
        const d = whole.curveInto(known?.sources[source].layer ?? "", from, map.layer, map.channel);
        return drawn("path", { d, class: className, "stroke-width": width, opacity });
      }),
    ];
  }

  /** Return curves between the maps, or at least the layers, of the path that is shown. */
  #pathCurves() {
    const boxes = this.path.map(({ layer, channel }) => this.drawing.boxOfMap(layer, channel));
    const stops = boxes.filter((box) => box !== null);
    return stops.flatMap((box, i) => {
      const ring = { x: box.left - 2, y: box.top - 2, width: box.width + 4, height: box.height + 4, rx: 5, class: "stop" };
      const next = stops[i + 1];
      const isSame = !next || (next.left === box.left && next.top === box.top);
      return isSame || !this.whole ? [drawn("rect", ring)] : [drawn("rect", ring), drawn("path", { d: bridge(box, next), class: "path" })];
    });
  }

  /** Mark the edges of a folded network along which the path goes: its stops leave out what only hands on values. */
  #markPathEdges() {
    const { data } = this;
    if (data.mode !== "folded") return;
    const ids = this.path.map(({ layer }) => data.nodes.find((node) => node.layers.includes(layer))?.id ?? "");
    const walked = new Set(ids.slice(1).flatMap((id, i) => routeBetween(data.edges, id, ids[i])));
    this.world.querySelectorAll(".edge").forEach((edge, i) => edge.classList.toggle("walked", walked.has(i)));
  }

  // Listening ---------------------------------------------------------------------------------------------------------

  #listen() {
    const { root, world, view } = this;
    root.onkeydown = (event) => this.#press(event);
    world.onpointerleave = () => {
      this.#point(null);
      this.#tell(null);
    };
    world.addEventListener("pointerover", ({ target }) => this.#near(target));
    world.addEventListener("focusin", ({ target }) => this.#near(target));
    world.addEventListener("pointerover", (event) => {
      if (event.pointerType === "mouse") this.#tell(this.#buttonAt(event.target));
    });
    world.addEventListener("focusin", (event) => {
      const button = this.#buttonAt(event.target);
      if (!button?.matches(":focus-visible")) return;
      const { layer, channel } = button.dataset;
      this.#point(layer && channel !== undefined ? { layer, channel: Number(channel) } : null);
      this.#tell(button);
    });
    world.addEventListener("focusout", () => this.#tell(null));
    view.onZoom(() => {
      this.#tell(null);
      this.drawing.zoomed(view.zoom);
    });
    for (const [name, act] of /** @type {[string, () => void][]} */ ([
      ["closer", () => view.zoomBy(1.25)],
      ["farther", () => view.zoomBy(0.8)],
      ["all", () => view.fit()],
      ["send", () => this.send()],
    ])) {
      part(root, `.${name}`).onclick = act;
    }
    new ResizeObserver(() => this.#resized()).observe(part(root, ".window"));
  }

  /**
   * Let the page know which layer may be opened next.
   * @param {EventTarget | null} target
   */
  #near(target) {
    opening("near_layer", { layer: this.#buttonAt(target)?.dataset.layer ?? null });
  }

  #resized() {
    if (!this.#hasRoom || !this.version) return;
    if (this.whole) this.#draw();
    if (!this.view.isTouched) this.#open();
    else this.view.take(this.drawing.size);
  }

  /** @param {EventTarget | null} target */
  #buttonAt(target) {
    return target instanceof Element ? /** @type {HTMLButtonElement | null} */ (target.closest("button")) : null;
  }

  /**
   * Show the facts of a layer beside its card.
   * @param {HTMLButtonElement | null} button
   */
  #tell(button) {
    // Of a map that is drawn whole, what is pointed at are its edges: nothing may cover them.
    const node = this.data.nodes.find(({ id }) => id === button?.dataset.node);
    this.tip.hidden = !node || !button;
    if (!node || !button) return;
    this.tip.replaceChildren(make("strong", "", node.title), ...node.facts.map((fact) => make("span", "", fact)));
    const [box, own] = [button.getBoundingClientRect(), this.root.getBoundingClientRect()];
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    const left = Math.max(0, Math.min(own.width - width, box.left - own.left + (box.width - width) / 2));
    const below = box.bottom - own.top + 6;
    this.tip.style.left = `${left}px`;
    this.tip.style.top = `${below + height <= own.height ? below : Math.max(0, box.top - own.top - height - 6)}px`;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") {
      if (this.connecting.end()) event.stopPropagation();
      return this.#tell(null);
    }
    if (this.#beginEdge(event)) return event.preventDefault();
    if (this.view.press(event)) return event.preventDefault();
    const target = this.#walked(event);
    if (!target) return;
    event.preventDefault();
    for (const button of this.#buttons()) if (!button.dataset.block) button.tabIndex = -1;
    target.tabIndex = 0;
    target.focus({ preventScroll: true });
    const { layer, channel } = target.dataset;
    const box = layer && (channel === undefined ? this.drawing.boxOf(layer) : this.drawing.boxOfMap(layer, Number(channel)));
    if (box) this.view.reveal(box);
  }

  /**
   * Choose the card that has the focus for an edge to be drawn from; return whether that was asked for.
   * @param {KeyboardEvent} event
   */
  #beginEdge({ key, target }) {
    const here = this.#buttonAt(target)?.dataset.node;
    const { data } = this;
    if (!here || !data.connects || data.mode !== "folded" || key.toLowerCase() !== "c") return false;
    const card = data.nodes.find(({ id }) => id === here);
    if (card) this.connecting.begin(card);
    return true;
  }

  /** @param {KeyboardEvent} event  @returns {HTMLButtonElement | undefined} */
  #walked({ key, target }) {
    const here = this.#buttonAt(target)?.dataset;
    if (!here?.layer) return undefined;
    const { data } = this;
    if (data.mode === "folded") {
      const id = walkTo(data.nodes, data.edges, here.node ?? "", key);
      return this.#buttons().find(({ dataset }) => dataset.node === id);
    }
    const index = data.nodes.findIndex(({ layer }) => layer === here.layer);
    const channel = here.channel === undefined ? -1 : Number(here.channel);
    const steps = /** @type {Record<string, [number, number]>} */ ({
      ArrowRight: [index + 1, channel],
      ArrowLeft: [index - 1, channel],
      ArrowDown: [index, channel + 1],
      ArrowUp: [index, channel - 1],
      Home: [0, channel],
      End: [data.nodes.length - 1, channel],
    })[key];
    const column = steps && data.nodes[steps[0]];
    if (!column || steps[1] < -1) return undefined;
    const cell = Math.min(steps[1], (column.drawn === "vector" ? 1 : column.count) - 1);
    return this.#element(column.layer, cell < 0 ? undefined : String(cell));
  }

  /**
   * Hear what other components tell.
   * @param {AbortSignal} signal
   */
  hear(signal) {
    listen("influences", signal, (influences) => {
      this.influences = influences;
      this.#drawMarks();
    });
    listen("path", signal, (path) => {
      this.path = path ?? [];
      this.#drawMarks();
    });
    listen("point", signal, (map) => {
      this.pointed = map;
      this.#drawMarks();
    });
    listen("open", signal, (map) => {
      if (!map || map.layer !== this.data.selected || map.channel === this.data.open) return;
      this.data = { ...this.data, open: map.channel };
      this.#mark();
    });
  }

  // Sent through ------------------------------------------------------------------------------------------------------

  /** Send the picture as the page opens; where it is drawn anew on its way, from the start. */
  #sendByItself() {
    if (!this.#hasRoom || !this.data.sends || isCalm()) return;
    const isOnItsWay = this.journey.some(({ playState }) => playState === "running");
    if (this.hasSent && !isOnItsWay) return;
    this.hasSent = true;
    this.send();
  }

  /** Let the picture travel the network: layer by layer its maps appear. */
  send() {
    for (const step of this.journey) step.cancel();
    this.journey = [];
    const { data, world } = this;
    const waves = wavesOf(data.nodes.map(({ id }) => id), this.#edgesById());
    const stands = isCalm();
    const step = JOURNEY / (waves.length + 1);
    const last = data.nodes[data.nodes.length - 1];
    waves.forEach((wave, i) => {
      const layers = new Set(wave.map((id) => data.nodes.find((node) => node.id === id)?.layer));
      const reached = this.#buttons().filter(({ dataset }) => layers.has(dataset.layer));
      if (!stands) for (const button of reached) this.#appear(button.closest(".node") ?? button, i * step, step);
      if (i === waves.length - 1 && !stands) this.#follow(waves, step);
    });
    if (!stands) {
      for (const edge of /** @type {NodeListOf<SVGPathElement>} */ (world.querySelectorAll(".edge"))) {
        const wave = waves.findIndex((ids) => ids.some((id) => id === edge.dataset.to));
        if (wave > 0) this.#flow(edge, (wave - 0.8) * step, step);
      }
    }
    this.#arrive(last.layer, stands ? 0 : waves.length * step);
  }

  #edgesById() {
    const { data } = this;
    if (data.mode === "folded") return data.edges;
    return data.edges.map(({ from, to }) => ({ from, to }));
  }

  /** @param {Element} element  @param {number} delay  @param {number} step */
  #appear(element, delay, step) {
    const frames = [{ opacity: 0.08 }, { opacity: 1, filter: "brightness(1.5)", offset: 0.7 }, { opacity: 1 }];
    this.journey.push(element.animate(frames, { delay, duration: Math.max(260, step), fill: "backwards", easing: "ease-out" }));
  }

  /** @param {SVGPathElement} edge  @param {number} delay  @param {number} step */
  #flow(edge, delay, step) {
    const length = edge.getTotalLength();
    const dash = { strokeDasharray: `${length}`, stroke: "var(--st-primary-color)" };
    const frames = [{ ...dash, strokeDashoffset: `${length}` }, { ...dash, strokeDashoffset: "0" }];
    this.journey.push(edge.animate(frames, { delay, duration: Math.max(200, step), fill: "backwards" }));
  }

  /**
   * Keep what is reached in the window where not all fits.
   * @param {string[][]} waves
   * @param {number} step
   */
  #follow(waves, step) {
    if (this.small.hidden) return;
    waves.forEach(([id], i) => {
      const node = this.data.nodes.find((other) => other.id === id);
      const box = node && this.drawing.boxOf(node.layer);
      const wait = this.world.animate([], { duration: i * step });
      wait.onfinish = () => box && this.view.reveal(box, "smooth");
      this.journey.push(wait);
    });
  }

  /** @param {string} layer  @param {number} delay */
  #arrive(layer, delay) {
    const wait = this.world.animate([], { duration: Math.max(1, delay) });
    wait.onfinish = () => {
      this.said.textContent = this.data.words.arrived;
      const end = this.#buttons().filter(({ dataset }) => dataset.layer === layer);
      for (const button of end) {
        const glow = [{ outline: "3px solid var(--st-primary-color)" }, { outline: "3px solid transparent" }];
        this.journey.push(button.animate(glow, { duration: 1200 }));
      }
    };
    this.journey.push(wait);
  }
}

/** @param {Box} one  @param {Box} other */
const bridge = (one, other) => {
  const [right, left] = one.left < other.left ? [other, one] : [one, other];
  const start = [left.left + left.width, left.top + left.height / 2];
  const end = [right.left, right.top + right.height / 2];
  const reach = Math.max(12, (end[0] - start[0]) / 2);
  return `M${start}C${start[0] + reach},${start[1]} ${end[0] - reach},${end[1]} ${end}`;
};

/**
 * Out: the triggers "pick", a layer that was opened; "map", a layer and a channel; "unfold" and "fold", a block; "edge",
 * one that was drawn or is taken away, with the layers of the cards at its ends {isDrawn, sources, targets}.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: Trigger}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement & {network?: NetworkPicture}} */ (part(parentElement, ".network"));
  const picture = (root.network ??= new NetworkPicture(root, data));
  for (const [name, text] of /** @type {[string, string][]} */ ([
    ["closer", data.words.closer],
    ["farther", data.words.farther],
    ["all", data.words.all],
    ["send", data.words.send],
  ])) {
    const button = part(root, `.${name}`);
    button.title = text;
    button.setAttribute("aria-label", text);
  }
  part(root, ".keys").textContent = data.words.keys;
  picture.take(data, setTriggerValue);
  const listening = hearing(parentElement);
  picture.hear(listening.signal);
  onPassing("network", listening.signal, (passing) => picture.pass(passing));
  return () => listening.abort();
}
