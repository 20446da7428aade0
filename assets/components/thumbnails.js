// @ts-check
// Small pictures in a line, one of them chosen: click one, or walk with the arrow keys.

import { focusedIn, make, part } from "./dom.js";

/**
 * @typedef {object} Data
 * @property {{key: string, title: string, picture: string}[]} pictures
 * @property {string | null} selected  a key; none where the picture is the reader's own
 * @property {string} version  of the pictures and their titles
 * @property {{choose: string}} words
 */

/**
 * Out: the trigger "pick", the key of the picture that was chosen.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = part(parentElement, ".thumbnails");
  root.setAttribute("aria-label", data.words.choose);
  const buttons = () => /** @type {HTMLButtonElement[]} */ ([...root.querySelectorAll("button")]);

  /** @param {string | null} key */
  const mark = (key) => {
    const all = buttons();
    for (const button of all) {
      button.setAttribute("aria-checked", String(button.dataset.key === key));
      button.tabIndex = button.dataset.key === key ? 0 : -1;
    }
    if (all.length && !all.some((button) => button.tabIndex === 0)) all[0].tabIndex = 0;
  };
  /** @param {string} key */
  const pick = (key) => {
    mark(key); // at once: the server's answer takes a moment
    setTriggerValue("pick", key);
  };

  if (root.dataset.version !== data.version) {
    const focused = focusedIn(root)?.dataset.key;
    root.replaceChildren(
      ...data.pictures.map(({ key, title, picture }) => {
        const button = make("button");
        button.type = "button";
        button.dataset.key = key;
        button.title = title;
        button.setAttribute("role", "radio");
        button.setAttribute("aria-label", title);
        const image = make("img");
        image.src = picture;
        image.alt = "";
        button.append(image);
        return button;
      }),
    );
    root.dataset.version = data.version;
    buttons().find((button) => button.dataset.key === focused)?.focus();
  }
  for (const button of buttons()) button.onclick = () => pick(button.dataset.key ?? "");
  root.onkeydown = (event) => {
    const step = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 })[event.key];
    const all = buttons();
    const here = all.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    if (!step || here < 0) return;
    event.preventDefault();
    const next = all[(here + step + all.length) % all.length];
    next.focus();
    pick(next.dataset.key ?? "");
  };
  mark(data.selected);
}
