// @ts-check
// Play, pause, steps and speed of anything that goes on step by step.

import { button, make } from "./dom.js";

/**
 * @typedef {{play: string, pause: string, back: string, forward: string, restart?: string, speed: string}} PlayerWords
 * @typedef {object} Played
 * @property {number} speed  steps a second to begin with
 * @property {number} fastest
 * @property {() => void} begin  before it plays: starts anew where the end is reached
 * @property {() => boolean} tick  takes the next step; returns whether there are more
 * @property {(by: number) => void} step  on or back, by hand
 * @property {() => void} [restart]
 */

export class Player {
  /** @type {number | undefined} */ timer;
  /** @type {PlayerWords | undefined} */ words;
  playButton = make("button");

  /**
   * @param {HTMLElement} root  plays as long as it is on the page
   * @param {Played} played
   */
  constructor(root, played) {
    this.root = root;
    this.played = played;
    this.speed = played.speed;
  }

  get isPlaying() {
    return this.timer !== undefined;
  }

  toggle() {
    if (this.isPlaying) return this.pause();
    this.played.begin();
    this.#run();
  }

  pause() {
    clearInterval(this.timer);
    this.timer = undefined;
    this.#sayPlay();
  }

  #run() {
    clearInterval(this.timer);
    this.timer = window.setInterval(() => this.#tick(), 1000 / this.speed);
    this.#tick();
    this.#sayPlay();
  }

  #tick() {
    if (!this.root.isConnected || !this.played.tick()) this.pause();
  }

  /**
   * Return the controls.
   * @param {PlayerWords} words
   */
  bar(words) {
    this.words = words;
    const bar = make("div", "bar");
    this.playButton = button("", words.play, () => this.toggle(), "play");
    bar.append(
      ...(words.restart ? [button("|◀", words.restart, () => this.#byHand(() => this.played.restart?.()), "restart")] : []),
      this.playButton,
      button("◀", words.back, () => this.#byHand(() => this.played.step(-1)), "back"),
      button("▶", words.forward, () => this.#byHand(() => this.played.step(1)), "forward"),
      make("span", "hint", words.speed),
      this.#speedField(words.speed),
    );
    this.#sayPlay();
    return bar;
  }

  /** @param {() => void} act */
  #byHand(act) {
    this.pause();
    act();
  }

  /** @param {string} label */
  #speedField(label) {
    const field = make("input");
    field.type = "range";
    [field.min, field.max, field.step, field.value] = ["1", String(this.played.fastest), "1", String(this.speed)];
    field.dataset.part = "speed";
    field.setAttribute("aria-label", label);
    field.oninput = () => {
      this.speed = Number(field.value);
      if (this.isPlaying) this.#run();
    };
    return field;
  }

  #sayPlay() {
    if (!this.words) return;
    const { play, pause } = this.words;
    this.playButton.textContent = this.isPlaying ? `❚❚ ${pause}` : `▶ ${play}`;
    this.playButton.setAttribute("aria-label", this.isPlaying ? pause : play);
  }
}
