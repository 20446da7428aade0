// @ts-check
// The values that were opened, from the first to the one that is open, and those ahead: each is one click away.

import { fill, focusedIn, focusPart, make, part } from "./dom.js";

/**
 * @typedef {object} Data
 * @property {{layer: string, place: string, ahead: boolean}[]} stops
 * @property {number} at  the one that is open
 * @property {{trail: string, back: string, on: string}} words
 * @typedef {(name: string, value: unknown) => void} Send
 */

/**
 * Out: the trigger "pick", the number of the value that was chosen.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: Send}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = part(parentElement, ".trail");
  const { stops, at, words } = data;
  const focused = focusedIn(root)?.dataset.part;
  root.setAttribute("aria-label", words.trail);
  const list = make("ol");
  stops.forEach(({ layer, place, ahead }, index) => {
    const stop = make("button", ahead ? "ahead" : "");
    stop.type = "button";
    stop.dataset.part = `stop${index}`;
    stop.append(make("code", "", layer), ` ${place}`);
    if (index === at) stop.setAttribute("aria-current", "location");
    else stop.title = fill(ahead ? words.on : words.back, { name: `${layer} ${place}` });
    stop.onclick = () => index !== at && setTriggerValue("pick", index);
    const item = make("li");
    item.append(stop);
    list.append(item);
  });
  root.replaceChildren(list);
  focusPart(root, focused);
  const here = /** @type {HTMLElement} */ (list.children[at]);
  root.scrollTop = here.offsetTop - root.offsetTop;
}
