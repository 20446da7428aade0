// @ts-check
// A file that is pasted into the page or dropped on it, wherever that is: it goes to the server as a picture.

import { make, part } from "./dom.js";

/**
 * @typedef {object} Data
 * @property {number} most  bytes; of a larger file only its size is sent, for the sentence that refuses it
 * @property {number} answered  the number of the last file that the server has looked at
 * @property {{drop: string, taking: string}} words
 * @typedef {{number: number, name: string, size: number, data: string}} Given  `data` in base64, `name` as it was given
 * @typedef {(name: string, value: unknown) => void} Send
 */

/** Milliseconds after which a picture on its way is not waited for any longer: what goes to a server can be lost. */
const PATIENCE = 30_000;
/** What takes files itself, and what text is written into. */
const OTHERS = '[data-testid="stFileUploaderDropzone"], [data-testid="stFileUploader"], [data-testid="stChatInput"]';
const WRITTEN = 'input:not([type="radio"], [type="checkbox"], [type="range"], [type="button"]), textarea, [contenteditable="true"]';

/**
 * Say whether one of the elements that an event goes through, from the innermost on, matches.
 * @param {Event} event
 * @param {string} selector
 */
const passesBy = (event, selector) => event.composedPath().some((one) => one instanceof Element && one.matches(selector));

/** @param {DataTransfer | null} carried */
export const firstFile = (carried) => carried?.files?.[0] ?? null;

/** @param {DataTransfer | null} carried */
const hasFiles = (carried) => [...(carried?.types ?? [])].includes("Files");

/**
 * Read a file into base64.
 * @param {File} file
 * @returns {Promise<string>}
 */
const base64 = (file) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });

class Taker {
  /** @type {Data} */ data;
  /** @type {Send} */ send;
  veil = make("p", "veil");
  /** A picture of this page that is dragged is no file of the reader's. */
  isOwn = false;
  /** @type {number | null} */ sent = null;
  listening = new AbortController();

  /**
   * @param {HTMLElement} root
   * @param {Data} data
   * @param {Send} send
   */
  constructor(root, data, send) {
    this.data = data;
    this.send = send;
    this.veil.setAttribute("role", "status");
    // Above all else, also above what Streamlit dims while the page runs.
    this.veil.popover = "manual";
    root.replaceChildren(this.veil);
    this.#show("");
    const { signal } = this.listening;
    document.addEventListener("paste", (event) => this.#paste(event), { signal });
    document.addEventListener("dragstart", () => (this.isOwn = true), { signal });
    document.addEventListener("dragend", () => (this.isOwn = false), { signal });
    document.addEventListener("dragover", (event) => this.#over(event), { signal });
    document.addEventListener("dragleave", (event) => event.relatedTarget === null && this.#show(""), { signal });
    document.addEventListener("drop", (event) => this.#drop(event), { signal });
  }

  /**
   * @param {Data} data
   * @param {Send} send
   */
  update(data, send) {
    this.data = data;
    this.send = send;
    if (this.sent !== null && data.answered === this.sent) {
      this.sent = null;
      this.#show("");
    }
  }

  /** The component leaves the page. */
  end() {
    this.listening.abort();
  }

  /** @param {string} text  nothing hides it */
  #show(text) {
    this.veil.textContent = text;
    this.veil.togglePopover(text !== "");
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    const file = firstFile(event.clipboardData);
    if (!file || passesBy(event, WRITTEN)) return;
    event.preventDefault();
    void this.#take(file);
  }

  /** @param {DragEvent} event */
  #over(event) {
    if (this.isOwn || !hasFiles(event.dataTransfer)) return;
    if (passesBy(event, OTHERS)) return this.#show("");
    event.preventDefault(); // else the browser would open the file instead of this page
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
    this.#show(this.data.words.drop);
  }

  /** @param {DragEvent} event */
  #drop(event) {
    const file = firstFile(event.dataTransfer);
    this.#show("");
    if (this.isOwn || !file || passesBy(event, OTHERS)) return;
    event.preventDefault();
    void this.#take(file);
  }

  /** @param {File} file */
  async #take(file) {
    this.#show(this.data.words.taking);
    // A folder cannot be read, nor a file that has gone meanwhile: the server says of an empty one what to do.
    const data = file.size > this.data.most ? "" : await base64(file).catch(() => "");
    this.sent = Date.now();
    /** @type {Given} */
    const given = { number: this.sent, name: file.name, size: data || file.size > this.data.most ? file.size : 0, data };
    this.send("file", given);
    window.setTimeout(() => this.#show(""), PATIENCE);
  }
}

/**
 * Out: the trigger "file", a Given.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: Send}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement & {taker?: Taker}} */ (part(parentElement, ".given"));
  root.taker ??= new Taker(root, data, setTriggerValue);
  root.taker.update(data, setTriggerValue);
  return () => {
    root.taker?.end();
    delete root.taker;
  };
}
