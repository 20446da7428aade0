// @ts-check
// The values that were opened, from the first to the one that is open, and those ahead: each is one click away. The
// picture of the network is told of the strongest path.

import { button, fill, focusedIn, focusPart, make, part } from "./dom.js";
import { tell } from "./told.js";

/**
 * @typedef {object} Data
 * @property {{layer: string, place: string, ahead: boolean, adds: string}[]} stops
 * @property {number} at  the one that is open
 * @property {{layer: string, channel: number}[]} path  the strongest path through it, none where it was not asked for
 * @property {boolean} follows  that path can be asked for
 * @property {{trail: string, back: string, on: string, follow: string}} words
 * @typedef {(name: string, value: unknown) => void} Send
 */

/**
 * Out: the triggers "pick", the number of the value that was chosen, and "follow": the path is wanted.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: Send}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = part(parentElement, ".trail");
  const { stops, at, words } = data;
  const focused = focusedIn(root)?.dataset.part;
  root.setAttribute("aria-label", words.trail);
  const list = make("ol");
  stops.forEach(({ layer, place, ahead, adds }, index) => {
    const stop = make("button", ahead ? "ahead" : "");
    stop.type = "button";
    stop.dataset.part = `stop${index}`;
    stop.append(make("code", "", layer), ` ${place}`);
    if (index === at) stop.setAttribute("aria-current", "location");
    else stop.title = fill(ahead ? words.on : words.back, { name: `${layer} ${place}` });
    stop.onclick = () => index !== at && setTriggerValue("pick", index);
    const item = make("li");
    item.append(stop, make("small", "", adds));
    list.append(item);
  });
  if (data.follows) {
    const item = make("li", "follow");
    item.append(button(`⇢ ${words.follow}`, words.follow, () => setTriggerValue("follow", true), "follow"));
    list.append(item);
  }
  root.classList.toggle("path", data.path.length > 0);
  root.replaceChildren(list);
  focusPart(root, focused);
  const here = /** @type {HTMLElement} */ (list.children[at]);
  root.scrollTop = here.offsetTop - root.offsetTop;
  tell("path", data.path);
  return () => tell("path", []);
}
