// @ts-check
// What a part of a page waits for: what goes on, the seconds, which are counted here, and how far it is. From time to time
// one of the clocks on the page lets the server look whether something is there, for all of them: several parts that wait
// ask no more often than one. Those that are seen take turns, for a look tells them how far it is.

import { clocks } from "./clocks.js";
import { fill, part } from "./dom.js";

/**
 * @typedef {object} Data
 * @property {string} saying  what goes on; "" where nothing is shown
 * @property {string} more  what else is known
 * @property {string} step  what the worker is at, with a field for its seconds; "" where nobody knows
 * @property {number} stepSeconds  that the step has taken so far
 * @property {number | null} share  of the work that is done; null where nobody knows
 * @property {number} seconds  that all of it has taken so far
 * @property {number} interval  seconds to the next look
 * @typedef {(name: string, value: unknown) => void} Send
 */

/** Seconds after which a look that nobody answered is given up: what goes to a server can be lost. */
const PATIENCE = 10;
/** So many looks in a row without an answer, and the part that waited is no more: Streamlit left its clock behind. */
const LOST = 2;

/**
 * Return the clock that looks next: the first that is seen, where one is.
 * @template {{isSeen: boolean}} Kind
 * @param {Kind[]} waiting  who has waited longest first
 */
export const nextOf = (waiting) => waiting.find((clock) => clock.isSeen) ?? waiting[0];

/**
 * Let the next clock look in so many seconds, instead of when it would have.
 * @param {number} seconds
 */
const lookIn = (seconds) => {
  const all = clocks();
  clearTimeout(all.timer);
  all.timer = window.setTimeout(() => {
    const next = nextOf([...all.clocks]);
    if (!next) return;
    all.clocks.delete(next);
    all.clocks.add(next);
    lookIn(PATIENCE);
    next.look();
  }, seconds * 1000);
};

/**
 * Say what goes on, how long it has taken and what else is known.
 * @param {Data} data
 * @param {number} since  seconds since that was known
 */
export const sentence = ({ saying, more, step, stepSeconds, seconds }, since) => {
  const taken = `${Math.floor(seconds + since)} s`;
  const at = fill(step, { seconds: Math.floor(stepSeconds + since) });
  return [saying, taken, more, at].filter(Boolean).join(" ");
};

class Clock {
  /** @type {Send} */ send = () => {};
  isSeen = false;
  ticking = 0;
  unanswered = 0;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.bar = /** @type {HTMLProgressElement} */ (part(root, "progress"));
    this.text = part(root, "p");
  }

  /**
   * @param {Data} data
   * @param {Send} send
   */
  update(data, send) {
    this.send = send;
    this.unanswered = 0;
    clocks().clocks.add(this);
    this.isSeen = data.saying !== "";
    this.root.hidden = !this.isSeen;
    this.bar.setAttribute("aria-label", data.saying);
    if (data.share === null) this.bar.removeAttribute("value");
    else this.bar.value = data.share;
    const known = performance.now();
    const tick = () => (this.text.textContent = sentence(data, (performance.now() - known) / 1000));
    clearInterval(this.ticking);
    this.ticking = this.isSeen ? window.setInterval(tick, 1000) : 0;
    tick();
    lookIn(data.interval);
  }

  look() {
    if (this.unanswered++ < LOST) this.send("look", Date.now());
    else clocks().drawAnew?.();
  }

  /** The part waits no longer; others go on. */
  end() {
    clearInterval(this.ticking);
    clocks().clocks.delete(this);
    lookIn(1);
  }
}

/**
 * Out: the trigger "look", when it is time to look.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: Send}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement & {clock?: Clock}} */ (part(parentElement, ".clock"));
  root.clock ??= new Clock(root);
  root.clock.update(data, setTriggerValue);
  return () => root.clock?.end();
}
