// @ts-check
// The window stage: input with its padding, kernel, products and output as grids of numbers and colours.

import { colourOf, tintOf } from "./colours.js";
import { ARROWS, button, clamp, fill, focusedIn, focusPart, make, part, show, showShort } from "./dom.js";
import { Grid } from "./grid.js";
import { listenToInput } from "./input_board.js";
import { kernelFields } from "./kernel_fields.js";
import { Pen } from "./pen.js";
import { Player } from "./player.js";
import { cellSide, isNarrow, productSide } from "./stage_size.js";
import { combined, reachedFrom, termsOf, unseen, winners, written } from "./sums.js";

/**
 * @typedef {import("./sums.js").Place} Place
 * @typedef {import("./sums.js").Term} Term
 * @typedef {import("./colours.js").Range} Range
 * @typedef {number[][]} Plane  [row][column]
 * @typedef {object} Data
 * @property {Plane[]} input  a plane for each channel
 * @property {Plane[][] | null} kernel  [filter][channel]; null under a pool
 * @property {number[]} bias  one for each filter
 * @property {Plane[]} output  a plane for each filter, the numbers of the server
 * @property {import("./sums.js").Axis} vertical
 * @property {import("./sums.js").Axis} horizontal
 * @property {boolean} turned  the kernel acts turned by 180°
 * @property {import("./sums.js").Pooling} pooling
 * @property {string[]} channels  names
 * @property {import("./colours.js").Colour[]} tints  of the channels of a picture; none of other maps
 * @property {string[]} filters  names
 * @property {{input: boolean, kernel: boolean}} editable
 * @property {{input: Range, kernel: Range, products: Range, output: Range}} ranges
 * @property {{input: Place, output: Place}} corner  the upper left cell in the whole map, where this is a piece of it
 * @property {import("./colours.js").Tables} colours
 * @property {Place} start
 * @property {string} version  of all this
 * @property {Record<string, string> & {more: string, bias: string} & import("./player.js").PlayerWords & {draw: string, pen: string}} words
 *
 * @typedef {(name: string, value: unknown) => void} Send
 * @typedef {{input: Grid, products: Grid, partial: Grid}} Lane
 */

class Stage {
  /** @type {Data} */ data;
  /** @type {Send} */ send = () => {};
  /** @type {Plane[]} */ x = [];
  /** @type {Plane[][] | null} */ kernel = null;
  /** @type {Plane[]} */ output = [];
  /** @type {[number, number]} */ size = [0, 0]; // of the output
  /** @type {boolean[][]} */ unseen = [];
  /** @type {Lane[]} */ lanes = [];
  /** @type {Term[][]} */ terms = []; // of the output that is explained, for each channel
  /** @type {Place} */ here; // the output that is explained
  filter = 0;
  painted = false;
  shown = Infinity; // outputs up to here are there; the others are still to be computed
  marked = false;
  width = 0;

  /**
   * @param {HTMLElement} root
   * @param {Data} data
   */
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.here = data.start;
    this.out = new Grid();
    this.said = make("p", "said");
    this.pen = new Pen(() => this.#mark());
    this.player = new Player(root, {
      speed: 4,
      fastest: 20,
      begin: () => this.#begin(),
      tick: () => this.#tick(),
      step: (by) => this.#step(by),
    });
    new ResizeObserver(() => this.#resized()).observe(root);
  }

  get count() {
    return this.size[0] * this.size[1];
  }

  get many() {
    return this.data.channels.length > 1;
  }

  /**
   * @param {Data} data
   * @param {Send} send
   */
  update(data, send) {
    const same = this.version === data.version;
    this.send = send;
    this.data = data;
    if (same) return;
    this.version = data.version;
    this.x = structuredClone(data.input);
    this.kernel = structuredClone(data.kernel);
    this.output = data.output;
    this.size = [data.vertical.taps.length, data.horizontal.taps.length];
    this.filter = Math.min(this.filter, data.output.length - 1);
    this.here = [clamp(this.here[0], this.size[0]), clamp(this.here[1], this.size[1])];
    if (this.shown > this.count) this.shown = Infinity;
    this.unseen = [unseen(data.vertical), unseen(data.horizontal)];
    this.#build();
    this.#drawAll();
  }

  // What one output is made of ------------------------------------------------------------------------------------

  /**
   * @param {number} channel
   * @param {Place} output
   * @param {number} filter
   */
  #terms(channel, output, filter) {
    return termsOf(this.data, this.x[channel], this.kernel?.[filter][channel], output);
  }

  /**
   * @param {number} channel
   * @param {Place} output
   * @param {number} filter
   */
  #partial(channel, output, filter) {
    return combined(this.#terms(channel, output, filter), this.data.pooling);
  }

  /**
   * @param {Place} output
   * @param {number} filter
   */
  #result(output, filter) {
    return this.x.reduce((sum, _, channel) => sum + this.#partial(channel, output, filter), this.data.bias[filter]);
  }

  // After an edit the numbers are the browser's own until the server's arrive.
  #recompute() {
    this.output = this.output.map((plane, filter) =>
      plane.map((line, row) => line.map((_, column) => this.#result([row, column], filter))),
    );
    this.#drawAll();
  }

  // The frame: panels, buttons, kernel fields ----------------------------------------------------------------------

  #build() {
    const { many } = this;
    const { words, channels } = this.data;
    const focused = focusedIn(this.root)?.dataset.part;
    this.root.classList.toggle("many", many);
    this.pen.reset();
    const lanes = make("div", "lanes");
    this.lanes = channels.map((name, channel) => {
      const lane = make("div", "lane");
      const label = fill(words[this.data.editable.input ? "input_draw" : "input_keys"], { name });
      const input = new Grid(name ? label : label.replace(" :", ":"));
      const products = new Grid();
      const partial = new Grid();
      lane.append(this.#panel(many ? `${words.input}: ${name}` : words.input, input.board, this.#tools(channel)));
      const middle = make("div", "middle");
      const plane = this.kernel?.[this.filter][channel];
      if (plane) middle.append(this.#panel(words.kernel, this.#kernelFields(plane, channel)));
      middle.append(this.#panel(this.kernel ? words.products : words.window, products.board));
      lane.append(middle);
      if (many && this.kernel) lane.append(this.#panel(fill(words.partial, { name }), partial.board));
      lanes.append(lane);
      this.#listenToInput(input, channel);
      return { input, products, partial };
    });
    this.out = new Grid(words.output_keys);
    const result = make("div", "result");
    result.append(this.#panel(many && this.kernel ? words.sum : words.output, this.out.board, this.#filters()));
    this.#listenToOutput();
    this.said = make("p", "said");
    this.said.setAttribute("aria-live", "polite");
    const body = make("div", "body");
    body.append(lanes, result);
    const legend = make("p", "legend hand", `${words.hint} ${words.legend}`);
    this.root.replaceChildren(...(this.count > 1 ? [this.player.bar(words)] : []), body, this.said, legend);
    focusPart(this.root, focused);
  }

  /**
   * @param {string} title
   * @param {HTMLElement} content
   * @param {HTMLElement | null} [tools]
   */
  #panel(title, content, tools) {
    const panel = make("figure", "panel");
    const caption = make("figcaption", "", title);
    if (tools) caption.append(tools);
    panel.append(caption, content);
    return panel;
  }

  /** @param {number} channel */
  #tools(channel) {
    return this.data.editable.input ? this.pen.tools(this.data.words, channel) : null;
  }

  #filters() {
    if (this.data.filters.length < 2) return null;
    const tools = make("span", "tools");
    this.data.filters.forEach((name, filter) => {
      const turn = () => {
        this.filter = filter;
        this.#build();
        this.#drawAll();
      };
      const choice = button(name, fill(this.data.words.filter, { name }), turn, `filter${filter}`);
      choice.setAttribute("aria-pressed", String(filter === this.filter));
      tools.append(choice);
    });
    return tools;
  }

  /**
   * @param {Plane} plane
   * @param {number} channel
   */
  #kernelFields(plane, channel) {
    const { ranges, colours, words, editable } = this.data;
    return kernelFields(plane, {
      part: `kernel${channel}`,
      label: words.weight,
      editable: editable.kernel,
      range: ranges.kernel,
      colours,
      changed: () => {
        this.#recompute();
        this.send("edit", { kernel: this.kernel });
      },
    });
  }

  // Pointer and keys -----------------------------------------------------------------------------------------------

  #listenToOutput() {
    const { board } = this.out;
    board.tabIndex = 0;
    board.setAttribute("role", "application");
    board.dataset.part = "output";
    board.onpointerdown = board.onpointermove = (event) => {
      if (event.type === "pointermove" && event.pointerType === "touch" && !event.buttons) return;
      this.#stop();
      this.#go(this.out.at(event));
    };
    board.onkeydown = (event) => {
      const next = this.#placeAfter(event.key);
      if (!next && event.key !== " ") return;
      event.preventDefault();
      if (!next) return this.player.toggle();
      this.#stop();
      this.#go(next);
    };
  }

  /**
   * Return the output that a key leads to from the one that is explained.
   * @param {string} key
   * @returns {Place | null}
   */
  #placeAfter(key) {
    if (key === "Home") return [0, 0];
    if (key === "End") return [this.size[0] - 1, this.size[1] - 1];
    const by = ARROWS[key];
    return by ? [this.here[0] + by[0], this.here[1] + by[1]] : null;
  }

  /**
   * @param {Grid} grid
   * @param {number} channel
   */
  #listenToInput(grid, channel) {
    listenToInput(grid, {
      part: `input${channel}`,
      pen: this.pen,
      editable: this.data.editable.input,
      point: (place) => this.#reach(this.#inputAt(place), place, channel),
      leave: () => this.#mark(),
      paint: (place) => this.#paint(this.#inputAt(place), channel),
      painted: () => {
        if (this.painted) this.send("edit", { input: this.x });
        this.painted = false;
      },
    });
  }

  /**
   * Return which input a place of the padded grid shows, below 0 for padding.
   * @param {Place} place
   * @returns {Place}
   */
  #inputAt([row, column]) {
    return [this.data.vertical.sources[row], this.data.horizontal.sources[column]];
  }

  /**
   * @param {Place} input
   * @param {number} channel
   */
  #paint([row, column], channel) {
    if (row < 0 || column < 0 || this.x[channel][row][column] === this.pen.number) return;
    this.x[channel][row][column] = this.pen.number;
    this.painted = true;
    this.#recompute();
  }

  /** @param {Place} place */
  #go([row, column]) {
    /** @type {Place} */
    const next = [clamp(row, this.size[0]), clamp(column, this.size[1])];
    if (next[0] === this.here[0] && next[1] === this.here[1] && this.marked) return;
    this.here = next;
    this.#explain();
  }

  // Play: outputs appear one after the other -------------------------------------------------------------------------

  #begin() {
    if (this.shown === Infinity || this.shown >= this.count) this.shown = 0;
  }

  #tick() {
    this.shown += 1;
    const index = this.shown - 1;
    this.here = [Math.floor(index / this.size[1]), index % this.size[1]];
    this.#drawOutput();
    this.#explain();
    const isLast = this.shown >= this.count;
    if (isLast) this.#stop();
    return !isLast;
  }

  #stop() {
    if (!this.player.isPlaying && this.shown === Infinity) return;
    this.shown = Infinity;
    this.player.pause();
    this.#drawOutput();
  }

  /** @param {number} by */
  #step(by) {
    this.#stop();
    const index = this.here[0] * this.size[1] + this.here[1] + by;
    const next = (index + this.count) % this.count;
    this.#go([Math.floor(next / this.size[1]), next % this.size[1]]);
  }

  // Drawing --------------------------------------------------------------------------------------------------------

  #resized() {
    if (this.data && this.width !== this.root.clientWidth) this.#drawAll();
  }

  /** @returns {import("./stage_size.js").Sizes} */
  get sizes() {
    const { vertical, horizontal } = this.data;
    return {
      width: this.width,
      rows: vertical.sources.length,
      columns: horizontal.sources.length,
      output: this.size,
      kernelColumns: this.kernel ? this.kernel[0][0][0].length : 0,
      widest: Math.max(1, ...horizontal.taps.map((pairs) => pairs.length)),
      many: this.many,
    };
  }

  #drawAll() {
    const { root } = this;
    this.width = root.clientWidth;
    root.classList.toggle("narrow", isNarrow(this.width));
    const { rows, columns } = this.sizes;
    const cell = cellSide(this.sizes);
    this.lanes.forEach(({ input }, channel) => {
      input.draw(rows, columns, cell, (row, column) => this.#inputCell(channel, row, column));
    });
    this.#drawOutput();
    this.#explain();
  }

  /**
   * @param {number} channel
   * @param {number} row
   * @param {number} column
   */
  #inputCell(channel, row, column) {
    const [r, c] = [this.data.vertical.sources[row], this.data.horizontal.sources[column]];
    const shows = r >= 0 && c >= 0;
    const value = shows ? this.x[channel][r][c] : 0;
    const isPadding = !shows || isCopy(this.data.vertical, row) || isCopy(this.data.horizontal, column);
    return {
      value,
      colour: this.#inputColour(channel, value),
      faint: isPadding,
      crossed: this.count > 1 && (this.unseen[0][row] || this.unseen[1][column]),
    };
  }

  /** @param {number} channel  @param {number} value */
  #inputColour(channel, value) {
    const { tints, ranges, colours } = this.data;
    if (!tints.length) return colourOf(value, ranges.input, colours);
    return tintOf(value, { colour: tints[channel], low: 0, high: ranges.input.limit });
  }

  #drawOutput() {
    const [rows, columns] = this.size;
    const { ranges, colours } = this.data;
    const { cell } = this.lanes[0].input;
    /** @param {number} row  @param {number} column */
    const shown = (row, column) => row * columns + column < this.shown;
    this.out.draw(rows, columns, cell, (row, column) => {
      if (!shown(row, column)) return null;
      const value = this.output[this.filter][row][column];
      return { value, colour: colourOf(value, ranges.output, colours) };
    });
    if (this.lanes.length < 2 || !this.kernel) return;
    this.lanes.forEach(({ partial }, channel) => {
      partial.draw(rows, columns, cell, (row, column) => {
        if (!shown(row, column)) return null;
        const value = this.#partial(channel, [row, column], this.filter);
        return { value, colour: colourOf(value, ranges.output, colours) };
      });
    });
  }

  #explain() {
    const { ranges, colours } = this.data;
    const [row, column] = this.here;
    const taken = [this.data.vertical.taps[row].length, this.data.horizontal.taps[column].length];
    this.terms = this.lanes.map((_, channel) => this.#terms(channel, this.here, this.filter));
    const cell = productSide(this.sizes);
    this.lanes.forEach(({ products }, channel) => {
      const terms = this.terms[channel];
      products.draw(taken[0], taken[1], cell, (r, c) => {
        const { value, weight, real } = terms[r * taken[1] + c];
        if (!this.kernel) return { value, colour: this.#inputColour(channel, value), faint: !real };
        const product = value * weight;
        const small = `${showShort(value)}·${showShort(weight)}`;
        return { value: product, small, colour: colourOf(product, ranges.products, colours) };
      });
    });
    this.#mark();
    this.#say();
  }

  #mark() {
    if (!this.terms.length) return;
    this.marked = true;
    this.lanes.forEach(({ input, products, partial }, channel) => {
      const terms = this.terms[channel];
      input.mark({ places: terms.map((term) => term.place) });
      const columns = products.columns;
      products.mark({ places: winners(terms, this.data.pooling).map((i) => [Math.floor(i / columns), i % columns]) });
      if (this.lanes.length > 1 && this.kernel) partial.mark({ places: [this.here] });
    });
    this.out.mark({ places: [this.here] });
  }

  /**
   * @param {Place} input
   * @param {Place} place  of it in the padded grid
   * @param {number} channel
   */
  #reach([row, column], place, channel) {
    this.#mark();
    this.marked = false; // the output's own marks are gone, so pointing at it again must draw them
    const { words } = this.data;
    const reached = row < 0 || column < 0 ? [] : reachedFrom(this.data, [row, column]);
    this.lanes[channel].input.mark({ places: [place] });
    this.out.mark({ places: reached, thin: true });
    const value = row < 0 || column < 0 ? 0 : this.x[channel][row][column];
    this.said.textContent =
      row < 0 || column < 0
        ? words.padding
        : fill(words.reach, { ...this.#named([row, column], "input"), value: show(value), count: reached.length });
  }

  #say() {
    const { words, bias, pooling } = this.data;
    const value = show(this.output[this.filter][this.here[0]][this.here[1]]);
    const sum = written(this.terms, pooling, bias[this.filter], words);
    this.said.textContent = `${fill(words.place, this.#named(this.here, "output"))} ${sum} = ${value}`;
  }

  /**
   * Return a place as one of the whole map.
   * @param {Place} place
   * @param {"input" | "output"} grid
   */
  #named([row, column], grid) {
    const [top, left] = this.data.corner[grid];
    return { row: row + top, column: column + left };
  }
}

/**
 * Say whether a place shows an input that also stands at its own place, as reflected and replicated ones do.
 * @param {import("./sums.js").Axis} axis
 * @param {number} place
 */
const isCopy = ({ sources, before }, place) => sources[place] !== place - before;

/**
 * Out: the trigger "edit" {input} or {kernel}.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: Send}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement & {stage?: Stage}} */ (part(parentElement, ".stage"));
  root.stage ??= new Stage(root, data);
  root.stage.update(data, setTriggerValue);
}
