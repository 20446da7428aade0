// @ts-check
// One value, made step by step: the window or the numbers that are put together, then every stage up to the value.

import { counted, fill, focusedIn, focusPart, make, part, show } from "./dom.js";
import { Lanes } from "./lanes.js";
import { isSpread, numberLine } from "./number_line.js";
import { onOpening } from "./opening.js";
import { pager } from "./pager.js";
import { partsTable, showParts } from "./parts.js";
import { Player } from "./player.js";
import { stepsOf } from "./steps.js";
import { hearing, listen } from "./told.js";
import { valueAt } from "./values.js";

/**
 * @typedef {import("./steps.js").ValueData & import("./parts.js").PartsData & Omit<import("./lanes.js").LanesData, "under"> & {
 *   layer: string,
 *   channel: number,
 *   pages: import("./pager.js").Pages | null,
 *   version: string,
 *   words: import("./player.js").PlayerWords & import("./pager.js").PagerWords & {after: string},
 * }} Data
 * @typedef {(name: string, value: unknown) => void} Send
 */

class ValueStage {
  /** @type {Send} */ send = () => {};
  /** @type {import("./steps.js").Step[]} */ steps = [];
  /** @type {Lanes | null} */ lanes = null;
  /** @type {HTMLTableElement | null} */ table = null;
  version = "";
  at = 0;
  width = 0;

  /**
   * @param {HTMLElement} root
   * @param {Data} data
   */
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.said = make("p", "said");
    this.made = make("ol", "made");
    this.line = make("div");
    this.player = new Player(root, {
      speed: 2,
      fastest: 12,
      begin: () => this.#begin(),
      tick: () => this.#tick(),
      step: (by) => this.#go(this.at + by),
      restart: () => this.#go(0),
    });
    new ResizeObserver(() => this.width !== root.clientWidth && this.#draw()).observe(root);
  }

  /**
   * @param {Data} data
   * @param {Send} send
   */
  update(data, send) {
    this.send = send;
    if (this.version === data.version) return;
    this.version = data.version;
    this.data = data;
    this.steps = stepsOf(data);
    this.player.pause();
    this.at = this.last; // what is built anew loses the focus, and says so
    this.#build();
    this.#draw();
  }

  get last() {
    return this.steps.length - 1;
  }

  #build() {
    const { under, pages, words } = this.data;
    const focused = focusedIn(this.root)?.dataset.part;
    /** @param {string} layer  @param {number[]} place */
    const open = (layer, place) => this.send("open", { layer, place });
    const bar = this.player.bar(words);
    if (pages) bar.append(pager(pages, words, (page) => this.send("page", page)));
    const body = make("div", "body");
    this.lanes = under ? new Lanes({ ...this.data, under }, { say: (text) => this.#say(text), open }) : null;
    this.table = under || !this.data.parts.length ? null : partsTable(this.data, open);
    this.made = make("ol", "made");
    this.line = make("div");
    const result = make("div", "result");
    result.append(this.made, this.line);
    body.append(...[this.lanes?.root, this.table].filter((one) => one instanceof HTMLElement), result);
    this.said = make("p", "said");
    this.said.setAttribute("aria-live", "polite");
    this.root.replaceChildren(bar, body, this.said);
    focusPart(this.root, focused);
  }

  #begin() {
    if (this.at === this.last) this.at = -1;
  }

  #tick() {
    this.#go(this.at + 1);
    return this.at < this.last;
  }

  /** @param {number} step */
  #go(step) {
    this.at = Math.max(0, Math.min(step, this.last));
    this.#draw();
    if (this.at === 0) this.lanes?.sweep();
  }

  #draw() {
    const step = this.steps[this.at];
    this.width = this.root.clientWidth;
    if (!step || !this.width) return;
    this.lanes?.draw(step, this.width);
    if (this.table) showParts(this.table, step, this.data.parts.length);
    this.#drawMade(step);
    this.#say(null);
  }

  /** @param {import("./steps.js").Step} step */
  #drawMade({ made, others }) {
    const { made: all, others: rest, under, parts, words } = this.data;
    const numbers = all.map(({ name, after }, index) => ({ text: index ? fill(words.after, { name }) : name, number: after, isThere: index < made }));
    const beside = under && rest ? [{ text: fill(words.the_others, { count: counted(rest.count) }), number: rest.amount, isThere: others }] : [];
    const newest = this.at === this.last ? undefined : [...beside, ...numbers].findLast(({ isThere }) => isThere);
    this.made.replaceChildren(
      ...[...beside, ...numbers].map((one) => {
        const line = make("li", one.isThere ? "" : "waiting");
        if (one === newest) line.setAttribute("aria-current", "step");
        line.append(make("span", "", one.text), make("b", "", show(one.number, 4)));
        return line;
      }),
    );
    const before = parts.length === 1 ? [parts[0].value] : [];
    const way = [...before, ...all.map(({ after }) => after)];
    if (!under && isSpread(way)) this.line.replaceChildren(numberLine(way, before.length + made));
  }

  /** @param {string | null} text  of what is pointed at; null brings back what the step says */
  #say(text) {
    const step = this.steps[this.at];
    this.said.textContent = text ?? step.text;
    if (text === null) this.lanes?.mark(step);
  }
}

/**
 * Out: the triggers "open" {layer, place}, a value to go on to, and "page", another page of channels or parts.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: Send}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement & {stage?: ValueStage}} */ (part(parentElement, ".value-stage"));
  root.stage ??= new ValueStage(root, data);
  const { stage } = root;
  stage.update(data, setTriggerValue);
  const listening = hearing(parentElement);
  /** @type {import("./values.js").ValuesOfMap | null} */
  let values = null;
  listen("values", listening.signal, (told) => (values = told));
  onOpening("opening_value", listening.signal, ({ layer, channel, row, column, value }) => {
    const isTold = values?.layer === layer && values.channel === channel;
    const shown = values && isTold ? valueAt(values, stage.data, [row, column], value) : null;
    if (shown) stage.update(shown, setTriggerValue);
  });
  return () => listening.abort();
}
