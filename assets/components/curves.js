// @ts-check
// Curves over whole numbers, as epochs are: what was measured while training as points, what on other pictures as a
// line. Point at a place, or walk with the arrow keys, to read all values there.

import { clamp, fill, make, part, show } from "./dom.js";

/**
 * @typedef {object} Series
 * @property {string} name
 * @property {string} group  of its colour, in the legend in place of its name
 * @property {number} colour  its place among the page's colours
 * @property {(number | null)[]} points  from the first place on
 * @property {(number | null)[]} line
 * @property {{at: number, value: number} | null} now  a point that still moves
 * @typedef {object} Chart
 * @property {string} title
 * @property {Series[]} series
 * @property {number | null} top  where the upright axis ends; null where the values say
 * @property {boolean} isLog
 * @property {{value: number, label: string} | null} level  a line across, to compare with
 * @property {{at: number, label: string}[]} marks  upright lines
 * @property {{from: number, label: string} | null} span  from there to the end something holds
 * @property {string} alt  what it shows, for those who do not see it
 * @typedef {object} Data
 * @property {Chart[]} charts
 * @property {number} last  how many places the level axis has at least
 * @property {number} from  what stands at the first place
 * @property {number} step  from one place to the next
 * @property {boolean} plays  the curves grow once
 * @property {{across: string, points: string, line: string, reading: string, one: string}} words
 * @typedef {{left: number, right: number, top: number, bottom: number, width: number, height: number}} Room
 */

const SVG = "http://www.w3.org/2000/svg";
const DIGITS = 3;
const DOT = 3.2;
const MOST_DOTS = 80; // places; where there are more, dots would cover one another
const PLAY_SECONDS = 4.5; // less than five, so that nobody must be able to stop it

/**
 * Return round numbers between two, their distance 1, 2 or 5 times a power of ten, about `count` of them.
 * @param {number} low
 * @param {number} high
 * @param {number} count
 */
export const ticks = (low, high, count) => {
  const rough = (high - low) / count;
  if (!(rough > 0) || !Number.isFinite(rough)) return [low];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((times) => times * power >= rough * 0.999) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const all = [];
  for (let place = first; place * step <= high + step * 1e-9; place += 1) all.push(Number((place * step).toPrecision(12)));
  return all;
};

/**
 * Return the powers of ten between two numbers, every second or third where they are many.
 * @param {number} low
 * @param {number} high
 * @param {number} most
 */
export const powers = (low, high, most) => {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const step = Math.max(1, Math.ceil((last - first + 1) / most));
  const all = [];
  for (let power = first; power <= last; power += step) all.push(10 ** power);
  return all;
};

/**
 * Write a number beside the upright axis, where there is room for five digits.
 * @param {number} value
 * @param {boolean} isLog
 */
export const beside = (value, isLog) => {
  if (isLog) return `1e${Math.round(Math.log10(value))}`.replace("-", "−");
  return Math.abs(value) < 1e5 ? show(value, 3) : value.toExponential().replace("e+", "e").replace("-", "−");
};

/**
 * Return where the upright axis begins and ends.
 * @param {Chart} chart
 * @returns {[number, number]}
 */
export const reach = ({ series, top, isLog, level }) => {
  const every = series.flatMap(({ points, line, now }) => [...points, ...line, now?.value ?? null]);
  const values = /** @type {number[]} */ ([...every, level?.value ?? null].filter((value) => value !== null && Number.isFinite(value)));
  if (isLog) {
    const positive = values.filter((value) => value > 0);
    if (!positive.length) return [0.1, 1];
    const [low, high] = [Math.min(...positive), Math.max(...positive)];
    return [10 ** Math.floor(Math.log10(low)), 10 ** Math.max(Math.ceil(Math.log10(high)), Math.floor(Math.log10(low)) + 1)];
  }
  const low = Math.min(0, ...values);
  return [low * 1.08, top ?? (Math.max(0, ...values) * 1.08 || 1)];
};

/**
 * Return what stands at a place.
 * @param {Series} series
 * @param {number} at  counted from 1
 */
const valuesAt = (series, at) => ({ points: series.points[at - 1] ?? null, line: series.line[at - 1] ?? null });

/**
 * Return a chart as it is once so many places are reached.
 * @param {Chart} chart
 * @param {number} places
 * @returns {Chart}
 */
export const upTo = (chart, places) => ({
  ...chart,
  series: chart.series.map((series) => ({ ...series, points: series.points.slice(0, places), line: series.line.slice(0, places) })),
  marks: chart.marks.filter(({ at }) => at <= places),
  span: chart.span && chart.span.from < places ? chart.span : null,
});

/**
 * Say what is at a place of a chart.
 * @param {Chart} chart
 * @param {number} at
 * @param {Pick<Data, "words" | "from" | "step">} data
 */
export const reading = (chart, at, { words, from, step }) => {
  const said = chart.series.flatMap((series) => {
    const found = valuesAt(series, at);
    return /** @type {("points" | "line")[]} */ (["points", "line"])
      .filter((kind) => found[kind] !== null)
      .map((kind) => {
        const name = [chart.series.length > 1 ? series.name : "", words[kind]].filter(Boolean).join(" · ");
        return fill(words.one, { name, value: show(/** @type {number} */ (found[kind]), DIGITS) });
      });
  });
  return said.length ? fill(words.reading, { across: words.across, at: show(from + (at - 1) * step, DIGITS), values: said.join(", ") }) : "";
};

/**
 * Return the lines of a legend: each series' name, or once the group that several belong to.
 * @param {Series[]} series
 */
export const legend = (series) => {
  const lines = new Map(series.map(({ name, group, colour }) => [group || name, colour]));
  return series.length < 2 ? [] : [...lines].map(([name, colour]) => ({ name, colour }));
};

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 */
const drawn = (tag, attributes, text) => {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
};

class Curves {
  /** @type {Data | null} */ data = null;
  /** @type {number[]} */ cursors = [];
  /** @type {string[]} */ colours = [];
  places = Infinity; // that are drawn
  hasPlayed = false;
  /** @type {{box: HTMLElement, sheet: SVGElement, names: HTMLElement, said: HTMLElement}[]} */ charts = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    new ResizeObserver(() => this.data && this.draw()).observe(root);
  }

  /** @param {Data} data */
  update(data) {
    this.data = data;
    if (this.charts.length !== data.charts.length) this.#build(data.charts.length);
    if (!data.plays) this.places = Infinity;
    else if (!this.hasPlayed) this.#play();
    this.draw();
  }

  #play() {
    this.hasPlayed = true;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.places = 1;
    const grow = setInterval(() => {
      this.places += 1;
      const { last = 0, plays = false } = this.data ?? {};
      if (!plays || this.places >= last || !this.root.isConnected) {
        this.places = Infinity;
        clearInterval(grow);
      }
      this.draw();
    }, (1000 * PLAY_SECONDS) / Math.max(2, this.data?.last ?? 2));
  }

  /** @param {number} count */
  #build(count) {
    this.cursors = Array(count).fill(0);
    this.charts = this.cursors.map((_, number) => {
      const box = make("div", "chart");
      const sheet = /** @type {SVGElement} */ (drawn("svg", { "aria-hidden": "true" }));
      const [names, said] = [make("div", "names"), make("p", "said")];
      const board = make("div", "sheet");
      board.tabIndex = 0;
      board.setAttribute("role", "application");
      board.append(sheet);
      board.onpointermove = (event) => this.#point(number, this.#under(number, event.clientX));
      board.onpointerleave = () => this.#point(number, 0);
      board.onkeydown = (event) => this.#walk(number, event);
      said.setAttribute("aria-live", "polite");
      box.append(board, names, said);
      return { box, sheet, names, said };
    });
    this.root.replaceChildren(...this.charts.map(({ box }) => box));
  }

  draw() {
    this.colours = getComputedStyle(this.root).getPropertyValue("--st-chart-categorical-colors").split(",");
    for (const number of this.charts.keys()) this.#draw(number);
  }

  /**
   * @param {number} number
   * @returns {Room}
   */
  #room(number) {
    const { sheet } = this.charts[number];
    const { width, height } = sheet.getBoundingClientRect();
    return { left: 40, right: Math.max(60, width) - 8, top: 26, bottom: Math.max(80, height) - 32, width, height };
  }

  /** @param {number} at
   * @param {Room} room */
  #across(at, room) {
    const last = Math.max(2, this.data?.last ?? 2);
    return room.left + 8 + ((at - 1) / (last - 1)) * (room.right - room.left - 16);
  }

  /** @param {number} number */
  #draw(number) {
    const data = /** @type {Data} */ (this.data);
    const chart = upTo(data.charts[number], this.places);
    const { sheet } = this.charts[number];
    const room = this.#room(number);
    const [low, high] = reach(data.charts[number]);
    /** @param {number} value */
    const up = (value) => {
      const share = chart.isLog ? Math.log10(Math.max(value, low) / low) / Math.log10(high / low) : (value - low) / (high - low);
      return room.bottom - Math.min(1, Math.max(0, share)) * (room.bottom - room.top);
    };
    sheet.setAttribute("viewBox", `0 0 ${room.width} ${room.height}`);
    sheet.parentElement?.setAttribute("aria-label", chart.alt);
    sheet.replaceChildren(
      ...(chart.span ? this.#span(chart.span, room) : []),
      drawn("text", { x: 0, y: 14, class: "title" }, chart.title),
      ...this.#axes(chart, room, low, high, up),
      ...chart.marks.flatMap((mark) => this.#mark(mark, room)),
      ...(chart.level ? this.#level(chart.level, room, up) : []),
      ...chart.series.flatMap((series) => this.#series(series, room, up)),
      ...this.#cursor(number, room),
    );
    this.charts[number].names.replaceChildren(...this.#names(chart));
    this.charts[number].said.textContent = reading(chart, this.cursors[number], data) || this.#key(chart);
  }

  /**
   * Say what dots and lines are.
   * @param {Chart} chart
   */
  #key(chart) {
    const { words } = /** @type {Data} */ (this.data);
    const has = (/** @type {"points" | "line"} */ kind) => chart.series.some((series) => series[kind].some((value) => value !== null));
    return [has("points") && words.points ? `● ${words.points}` : "", has("line") && words.line ? `― ${words.line}` : ""].filter(Boolean).join("   ");
  }

  /**
   * @param {Chart} chart
   * @param {Room} room
   * @param {number} low
   * @param {number} high
   * @param {(value: number) => number} up
   */
  #axes(chart, room, low, high, up) {
    const data = /** @type {Data} */ (this.data);
    const values = chart.isLog ? powers(low, high, 6) : ticks(low, high, 5);
    const lines = values.flatMap((value) => [
      drawn("line", { x1: room.left, x2: room.right, y1: up(value), y2: up(value), class: "grid" }),
      drawn("text", { x: room.left - 5, y: up(value) + 4, class: "up" }, beside(value, chart.isLog)),
    ]);
    const { from, step } = data;
    const to = from + (Math.max(2, data.last) - 1) * step;
    const isWhole = Number.isInteger(from) && Number.isInteger(step);
    const below = ticks(from, to, Math.min(8, Math.max(2, data.last) - 1))
      .filter((value) => !isWhole || Number.isInteger(value))
      .map((value) => drawn("text", { x: this.#across(1 + (value - from) / step, room), y: room.bottom + 15, class: "across" }, show(value, DIGITS)));
    const middle = (room.left + room.right) / 2;
    return [...lines, ...below, drawn("text", { x: middle, y: room.bottom + 29, class: "across name" }, data.words.across)];
  }

  /**
   * @param {{value: number, label: string}} level
   * @param {Room} room
   * @param {(value: number) => number} up
   */
  #level({ value, label }, room, up) {
    return [
      drawn("line", { x1: room.left, x2: room.right, y1: up(value), y2: up(value), class: "level" }),
      drawn("text", { x: room.right - 3, "text-anchor": "end", y: up(value) - 4, class: "level" }, label),
    ];
  }

  /**
   * @param {{from: number, label: string}} span
   * @param {Room} room
   */
  #span({ from, label }, room) {
    const x = this.#across(from, room);
    return [
      drawn("rect", { x, y: room.top, width: Math.max(0, room.right - x), height: room.bottom - room.top, class: "span" }),
      drawn("text", { x: room.right, y: room.top - 6, class: "span" }, `${label} →`),
    ];
  }

  /**
   * @param {{at: number, label: string}} mark
   * @param {Room} room
   */
  #mark({ at, label }, room) {
    const x = this.#across(at, room);
    const isLate = x > (room.left + room.right) / 2;
    return [
      drawn("line", { x1: x, x2: x, y1: room.top, y2: room.bottom, class: "mark" }),
      drawn("text", { x: x + (isLate ? -4 : 4), y: room.top + 11, class: isLate ? "mark late" : "mark" }, label),
    ];
  }

  /**
   * @param {Series} series
   * @param {Room} room
   * @param {(value: number) => number} up
   */
  #series(series, room, up) {
    const colour = `color: ${this.colours[series.colour % this.colours.length]}`;
    /** @param {(number | null)[]} values */
    const places = (values) => values.flatMap((value, index) => (value === null ? [] : [[this.#across(index + 1, room), up(value)]]));
    const line = places(series.line);
    const path = line.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    const radius = series.points.length > MOST_DOTS ? 1.5 : DOT;
    const dots = places(series.points).map(([x, y]) => drawn("circle", { cx: x, cy: y, r: radius, class: "dot", style: colour }));
    const now = series.now ? [drawn("circle", { cx: this.#across(series.now.at, room), cy: up(series.now.value), r: DOT + 1, class: "now", style: colour })] : [];
    const end = line.length === 1 ? [drawn("circle", { cx: line[0][0], cy: line[0][1], r: 1.5, class: "dot", style: colour })] : [];
    return [drawn("path", { d: path || "M0 0", class: "line", style: colour }), ...end, ...dots, ...now];
  }

  /**
   * Return the names of several series, each in its colour.
   * @param {Chart} chart
   */
  #names({ series }) {
    return legend(series).map(({ name, colour }) => {
      const made = make("span", "name", name);
      made.style.setProperty("--of", this.colours[colour % this.colours.length]);
      return made;
    });
  }

  /**
   * @param {number} number
   * @param {Room} room
   */
  #cursor(number, room) {
    const at = this.cursors[number];
    if (!at) return [];
    const x = this.#across(at, room);
    return [drawn("line", { x1: x, x2: x, y1: room.top, y2: room.bottom, class: "cursor" })];
  }

  /**
   * @param {number} number
   * @param {number} clientX
   */
  #under(number, clientX) {
    const { sheet } = this.charts[number];
    const room = this.#room(number);
    const last = Math.max(2, this.data?.last ?? 2);
    const share = (clientX - sheet.getBoundingClientRect().left - room.left - 8) / (room.right - room.left - 16);
    return 1 + clamp(Math.round(share * (last - 1)), last);
  }

  /**
   * @param {number} number
   * @param {number} at  0 for none
   */
  #point(number, at) {
    if (this.cursors[number] === at) return;
    this.cursors[number] = at;
    this.#draw(number);
  }

  /**
   * @param {number} number
   * @param {KeyboardEvent} event
   */
  #walk(number, event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const last = Math.max(2, this.data?.last ?? 2);
    this.#point(number, 1 + clamp(this.cursors[number] - 1 + step, last));
  }
}

/** @param {{data: Data, parentElement: ParentNode}} component */
export default function ({ data, parentElement }) {
  const root = /** @type {HTMLElement & {curves?: Curves}} */ (part(parentElement, ".curves"));
  root.curves ??= new Curves(root);
  root.curves.update(data);
}
