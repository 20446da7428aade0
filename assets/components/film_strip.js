// @ts-check
// The network from input to output: one frame a layer, long networks folded into blocks.

import { focusedIn, make, part } from "./dom.js";

/**
 * @typedef {object} Layer
 * @property {string} name
 * @property {string} kind
 * @property {string} group
 * @property {string} shape
 * @property {string} parameters
 * @property {string} picture  empty where it comes when it is wanted
 * @property {string} strongest
 * @typedef {{title: string, label: string, parameters: string, layers: Layer[]}} Block
 * @typedef {object} Data
 * @property {Block[]} blocks
 * @property {string} selected
 * @property {string} version  of what is drawn
 * @property {{strip: string}} words
 * @typedef {{open: Set<string>, drawn: string, selected?: string, marked?: string}} Memory
 */

/**
 * Out: the triggers "pick", the name of the layer that was opened, and "unfold", the title of a block whose pictures are
 * not here yet.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = /** @type {HTMLElement & {memory?: Memory}} */ (part(parentElement, ".strip"));
  const memory = (root.memory ??= { open: new Set(), drawn: "" });
  const holder = data.blocks.find((block) => block.layers.some((layer) => layer.name === data.selected));
  if (holder && holder.layers.length > 1 && memory.selected !== data.selected) memory.open.add(holder.title);
  memory.selected = data.selected;
  root.setAttribute("aria-label", data.words.strip);

  const frames = () => /** @type {HTMLButtonElement[]} */ ([...root.querySelectorAll("button.frame")]);
  const toggles = () => /** @type {HTMLButtonElement[]} */ ([...root.querySelectorAll("button.toggle")]);

  /** @param {string} name */
  const mark = (name) => {
    for (const frame of frames()) {
      const chosen = frame.dataset.layer === name;
      frame.setAttribute("aria-pressed", String(chosen));
      frame.tabIndex = chosen ? 0 : -1;
    }
    if (!frames().some((frame) => frame.tabIndex === 0)) frames()[0].tabIndex = 0;
  };

  /** @param {string} name */
  const pick = (name) => {
    mark(name); // at once: the server's answer takes a moment
    setTriggerValue("pick", name);
  };

  // Inside an open block the common beginning of the names is said once, by its title.
  /** @param {Layer} layer  @param {Block} [block] */
  const short = (layer, block) =>
    block && layer.name.startsWith(`${block.title}_`) ? `…${layer.name.slice(block.title.length)}` : layer.name;

  /** @param {Layer} layer  @param {string} [title]  @param {Block} [block] */
  const drawFrame = (layer, title, block) => {
    const frame = make("button", `frame group-${layer.group}`);
    frame.type = "button";
    frame.dataset.layer = layer.name;
    frame.title = [layer.name, layer.strongest].filter(Boolean).join(" – ");
    const picture = make("span", "picture");
    if (layer.picture) {
      const image = make("img");
      image.src = layer.picture;
      image.alt = "";
      picture.append(image);
    }
    frame.append(
      picture,
      make("span", "name", title ?? short(layer, block)),
      make("span", "fact", title ? layer.name : layer.kind),
      make("span", "fact", layer.shape),
      make("span", "fact", layer.parameters),
    );
    frame.onclick = () => pick(layer.name);
    return frame;
  };

  /** @param {Block} block  @param {boolean} open */
  const drawToggle = (block, open) => {
    const toggle = make("button", "toggle", `${open ? "▾" : "▸"} ${block.label}`);
    toggle.type = "button";
    toggle.dataset.block = block.title;
    toggle.setAttribute("aria-expanded", String(open));
    toggle.setAttribute("aria-label", `${block.title}: ${block.label}`);
    toggle.onclick = () => {
      if (open) memory.open.delete(block.title);
      else {
        memory.open.add(block.title);
        // The pictures of a block come when it is wanted.
        if (block.layers.some((layer) => !layer.picture)) setTriggerValue("unfold", block.title);
      }
      draw();
      toggles().find((other) => other.dataset.block === block.title)?.focus();
    };
    return toggle;
  };

  /** @param {Block} block */
  const drawBlock = (block) => {
    const open = memory.open.has(block.title);
    const group = make("div", open ? "block open" : "block");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", block.title);
    if (open) {
      const head = make("div", "head");
      head.append(make("span", "name", block.title), drawToggle(block, open));
      const row = make("div", "frames");
      row.append(...block.layers.map((layer) => drawFrame(layer, undefined, block)));
      group.append(head, row);
    } else {
      const last = { ...block.layers[block.layers.length - 1], parameters: block.parameters };
      group.append(drawFrame(last, block.title), drawToggle(block, open));
    }
    return group;
  };

  const draw = () => {
    const { layer: focused, block: toggled } = focusedIn(root)?.dataset ?? {};
    root.replaceChildren(
      ...data.blocks.map((block) => (block.layers.length > 1 ? drawBlock(block) : drawFrame(block.layers[0]))),
    );
    mark(data.selected);
    // What was opened by keyboard keeps the focus.
    if (focused) frames().find((frame) => frame.dataset.layer === focused)?.focus({ preventScroll: true });
    if (toggled) toggles().find((toggle) => toggle.dataset.block === toggled)?.focus({ preventScroll: true });
  };

  root.onkeydown = (event) => {
    const step = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 })[event.key];
    const all = frames();
    const here = all.indexOf(/** @type {HTMLButtonElement} */ (event.target));
    if (here < 0 || (!step && event.key !== "Home" && event.key !== "End")) return;
    event.preventDefault();
    const next = event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : here + step;
    const target = all[Math.min(all.length - 1, Math.max(0, next))];
    for (const frame of all) frame.tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
  };

  const version = JSON.stringify([data.version, data.words]);
  if (memory.drawn !== version || memory.marked !== data.selected) draw();
  memory.drawn = version;
  memory.marked = data.selected;
}
