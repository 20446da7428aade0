// @ts-check
// A live camera: a frame goes to the server once the last one is shown, the newest there is; none of them waits in line.

import { button, fill, focusedIn, focusPart, make, part } from "./dom.js";
import { showPassing } from "./passing.js";

/**
 * @typedef {"insecure" | "denied" | "none" | "busy" | "lost" | "failed"} Problem
 * @typedef {Record<Problem | "camera" | "hold" | "goOn" | "stop" | "again" | "starting" | "waiting" | "rate" | "held", string>} Words
 * @typedef {object} Data
 * @property {"live" | "held"} mode
 * @property {number | null} shown  the number of the last frame that the whole page shows
 * @property {number} interval  milliseconds between two frames
 * @property {number} side  pixels of a frame's shorter side
 * @property {import("./passing.js").Passing | null} passing  what the last frame changes on the page
 * @property {boolean} [leads]  it comes into view as it begins, as large as it takes to see what it is pointed at
 * @property {Words} words
 * @typedef {(name: string, value: unknown) => void} Send
 * @typedef {{number: number, at: number}} Sent
 */

/** Milliseconds after which a frame that nobody answered is given up: what goes to a server can be lost. */
export const PATIENCE = 10_000;
/** Milliseconds after which a camera that has no picture yet, or a page that nobody sees, is looked at again. */
const LATER = 250;
const QUALITY = 0.85;
/** Frames from which their rate is told. */
const RECENT = 6;

/**
 * Say how long the next frame has to wait, in milliseconds.
 * @param {number} now
 * @param {Sent | null} sent  the last one
 * @param {number | null} shown  the number of the one that is shown
 * @param {number} interval
 */
export const pause = (now, sent, shown, interval) => {
  if (!sent) return 0;
  return Math.max(0, sent.at + (sent.number === shown ? interval : PATIENCE) - now);
};

/**
 * Return the size at which a frame is sent: whole, its shorter side `side` pixels long, or less where it has less.
 * @param {number} width
 * @param {number} height
 * @param {number} side
 * @returns {[number, number]}
 */
export const frameSize = (width, height, side) => {
  const scale = Math.min(1, side / Math.min(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
};

/**
 * Return what went wrong, by the name of the browser's error.
 * @param {string} name
 * @returns {Problem}
 */
export const problemOf = (name) =>
  /** @type {Record<string, Problem>} */ ({
    NotAllowedError: "denied",
    SecurityError: "denied",
    NotFoundError: "none",
    OverconstrainedError: "none",
    NotReadableError: "busy",
    AbortError: "busy",
  })[name] ?? "failed";

/**
 * Return how many frames a second were shown; null as long as there are too few.
 * @param {number[]} times  at which they were shown, in milliseconds
 */
export const rate = (times) => {
  if (times.length < 3) return null;
  return ((times.length - 1) * 1000) / (times[times.length - 1] - times[0]);
};

class Camera {
  /** @type {MediaStream | null} */ stream = null;
  /** @type {Sent | null} */ sent = null;
  /** @type {Problem | null} */ problem = null;
  /** @type {number[]} */ times = [];
  timer = 0;
  isOpening = false;
  hasEnded = false;
  passed = 0; // the last frame that was shown
  drawn = "";
  video = make("video");
  canvas = make("canvas");
  tools = make("div", "tools");
  said = make("p", "said");

  /**
   * @param {HTMLElement} root
   * @param {Data} data
   * @param {Send} send
   */
  constructor(root, data, send) {
    this.root = root;
    this.data = data;
    this.send = send;
    this.video.muted = this.video.playsInline = true;
    this.said.setAttribute("aria-live", "polite");
    root.replaceChildren(this.video, this.canvas, this.tools, this.said);
  }

  /**
   * @param {Data} data
   * @param {Send} send  a state, which is never lost as a trigger can be
   */
  update(data, send) {
    this.data = data;
    this.send = send;
    if (data.passing && data.shown !== null && data.shown !== this.passed) {
      this.passed = data.shown;
      showPassing(data.passing);
    }
    if (this.sent && data.shown === this.sent.number && this.times.at(-1) !== this.sent.at) this.#see(this.sent.at);
    if (data.mode === "held") this.#close();
    else if (!this.stream && !this.problem) void this.#open();
    this.#draw();
    this.#goOn();
  }

  /** The component leaves the page: nothing is left running. */
  end() {
    this.hasEnded = true;
    this.#close();
  }

  /** @param {number} at */
  #see(at) {
    this.times = [...this.times, at].slice(-RECENT);
  }

  async #open() {
    if (this.isOpening) return;
    // Streamlit's own camera puts a function there that only fails.
    if (!window.isSecureContext || !navigator.mediaDevices?.getUserMedia) return this.#fail("insecure");
    this.isOpening = true;
    try {
      // The camera that looks away from the reader, where there are two.
      const video = { facingMode: { ideal: "environment" }, width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15 } };
      const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video });
      this.stream = stream;
      if (this.hasEnded || this.data.mode === "held") return this.#close();
      for (const track of stream.getTracks()) track.onended = () => this.#fail("lost");
      this.video.srcObject = stream;
      await this.video.play();
      if (this.data.leads) this.root.scrollIntoView({ block: "center" });
    } catch (error) {
      if (!this.hasEnded && this.data.mode === "live") this.#fail(problemOf(error instanceof DOMException ? error.name : ""));
    } finally {
      this.isOpening = false;
    }
    this.#draw();
    this.#goOn();
  }

  #close() {
    clearTimeout(this.timer);
    for (const track of this.stream?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.stream = this.video.srcObject = null;
    this.sent = null;
    this.times = [];
  }

  /** @param {Problem} problem */
  #fail(problem) {
    this.#close();
    this.problem = problem;
    this.#draw();
  }

  #again() {
    this.problem = null;
    void this.#open();
    this.#draw();
  }

  /** Send the next frame when it is time. */
  #goOn(least = 0) {
    clearTimeout(this.timer);
    if (!this.stream) return;
    const wait = pause(performance.now(), this.sent, this.data.shown, this.data.interval);
    this.timer = window.setTimeout(() => this.#next(), Math.max(least, wait));
  }

  #next() {
    if (!this.root.isConnected) return this.end();
    if (document.hidden || !this.video.videoWidth) return this.#goOn(LATER);
    const { video, canvas } = this;
    [canvas.width, canvas.height] = frameSize(video.videoWidth, video.videoHeight, this.data.side);
    canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
    // Milliseconds since 1970: a camera that is opened later counts on.
    const number = Math.round(performance.timeOrigin + performance.now());
    this.sent = { number, at: performance.now() };
    this.send("frame", { number, picture: canvas.toDataURL("image/jpeg", QUALITY) });
    this.#goOn();
  }

  #draw() {
    const { words, mode } = this.data;
    const isHeld = mode === "held";
    this.root.classList.toggle("held", isHeld);
    this.root.classList.toggle("sized", Boolean(this.data.leads));
    this.root.classList.toggle("failed", this.problem !== null);
    this.root.setAttribute("aria-label", words.camera);
    this.#say();
    const drawn = `${mode} ${this.problem} ${words.stop}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const focused = focusedIn(this.root)?.dataset.part;
    const first = this.problem
      ? button(words.again, words.again, () => this.#again(), "first")
      : isHeld
        ? button(words.goOn, words.goOn, () => this.send("verb", { what: "go on", number: Date.now() }), "first")
        : button(words.hold, words.hold, () => this.#hold(), "first");
    this.tools.replaceChildren(first, button(words.stop, words.stop, () => this.#stop(), "stop"));
    focusPart(this.root, focused);
  }

  /** The frame that is shown becomes a photograph; none follows it. */
  #hold() {
    clearTimeout(this.timer);
    this.send("verb", { what: "hold", number: Date.now() });
  }

  #stop() {
    this.#close();
    this.send("verb", { what: "stop", number: Date.now() });
  }

  #say() {
    const { words, mode } = this.data;
    const shown = rate(this.times);
    const text = this.problem
      ? words[this.problem]
      : mode === "held"
        ? words.held
        : !this.stream
          ? words.starting
          : shown === null
            ? words.waiting
            : fill(words.rate, { rate: shown < 10 ? shown.toFixed(1) : Math.round(shown) });
    if (this.said.textContent !== text) this.said.textContent = this.said.title = text;
    // What changes all the time is not read aloud.
    this.said.setAttribute("aria-live", shown === null ? "polite" : "off");
  }
}

/**
 * Out: the state "frame" {number, picture}, a JPEG as a data URL; the state "verb" {what}: hold, go on, stop.
 * @param {{data: Data, parentElement: ParentNode, setStateValue: Send}} component
 */
export default function ({ data, parentElement, setStateValue }) {
  const root = /** @type {HTMLElement & {camera?: Camera}} */ (part(parentElement, ".camera"));
  root.camera ??= new Camera(root, data, setStateValue);
  root.camera.update(data, setStateValue);
  return () => root.camera?.end();
}
