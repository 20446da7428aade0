// @ts-check
// Cards with a picture, a title and a note, one of them chosen: click one, or walk with the arrow keys.

import { make, part } from "./dom.js";

/**
 * @typedef {object} Data
 * @property {{key: string, title: string, note: string, picture: string}[]} cards
 * @property {string} selected  a key
 * @property {string} label
 */

/**
 * Out: the trigger "pick", the key of the card that was chosen.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = part(parentElement, ".cards");
  root.setAttribute("aria-label", data.label);
  const buttons = () => /** @type {HTMLButtonElement[]} */ ([...root.querySelectorAll("button")]);

  /** @param {string} key */
  const mark = (key) => {
    for (const button of buttons()) {
      const isChosen = button.dataset.key === key;
      button.setAttribute("aria-checked", String(isChosen));
      button.tabIndex = isChosen ? 0 : -1;
    }
  };
  /** @param {string} key */
  const pick = (key) => {
    mark(key); // at once: the server's answer takes a moment
    setTriggerValue("pick", key);
  };

  // A card is kept as it changes, and with it the focus.
  for (const [number, { key, title, note, picture }] of data.cards.entries()) {
    let button = buttons()[number];
    if (!button) {
      button = make("button");
      button.type = "button";
      button.setAttribute("role", "radio");
      button.append(make("img"), make("span", "words"));
      part(button, ".words").append(make("strong"), make("small"));
      root.append(button);
    }
    button.dataset.key = key;
    button.onclick = () => pick(key);
    const image = /** @type {HTMLImageElement} */ (part(button, "img"));
    if (image.getAttribute("src") !== picture) image.src = picture;
    image.alt = "";
    part(button, "strong").textContent = title;
    part(button, "small").textContent = note;
  }
  for (const button of buttons().slice(data.cards.length)) button.remove();
  root.onkeydown = (event) => {
    const step = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 })[event.key];
    const all = buttons();
    const here = all.findIndex((button) => button === event.target);
    if (!step || here < 0) return;
    event.preventDefault();
    const next = all[(here + step + all.length) % all.length];
    next.focus();
    pick(next.dataset.key ?? "");
  };
  mark(data.selected);
}
