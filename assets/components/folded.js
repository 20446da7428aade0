// @ts-check
// A network as cards with curves between them: a card a layer, with its strongest maps, or a folded block.

import { make, part } from "./dom.js";
import { curveOf, drawn } from "./edges.js";
import { fitted, letteringOf, widthOf } from "./lettering.js";

/**
 * @typedef {import("./viewport.js").Box} Box
 * @typedef {import("./viewport.js").Pair} Pair
 * @typedef {import("./edges.js").Edge} Edge
 * @typedef {object} Card
 * @property {string} id
 * @property {string} layer  what a click opens; of a folded block its last
 * @property {string[]} layers  all that it stands for
 * @property {string} title
 * @property {string} detail  the second line: the shape, of a folded block how many layers it holds
 * @property {string} group
 * @property {string} label  all that is said of it to those who do not see it
 * @property {string[]} facts
 * @property {number[]} strongest  the channels in its picture
 * @property {string[]} names  what these are called where they are those of the picture
 * @property {string | null} picture
 * @property {number} x
 * @property {number} y
 * @property {number} w
 * @property {number} h
 * @typedef {{title: string, name: string, label: string, x: number, y: number, w: number, h: number}} Frame
 * @typedef {{title: string, first: string, last: string}} Stretch  a part of the network, from a layer to a layer
 * @typedef {object} FoldedData
 * @property {Pair} size
 * @property {Card[]} nodes
 * @property {Frame[]} frames
 * @property {Edge[]} edges
 * @property {Stretch[]} [stretches]
 * @property {boolean} [bare]  a network that nothing has gone through: its cards have no pictures
 * @typedef {object} Actions  what the reader may do
 * @property {(layer: string) => void} pick
 * @property {(layer: string, channel: number) => void} open
 * @property {(title: string, isUnfolded: boolean) => void} fold
 * @property {(layer: string, channel: number | null) => void} point
 * @typedef {object} Drawing  a network as it stands in its window
 * @property {Pair} size
 * @property {Node[]} content
 * @property {(layer: string) => Box | null} boxOf  where a layer stands
 * @property {(layer: string, channel: number) => Box | null} boxOfMap  where a map stands, at least its layer
 * @property {(zoom: number) => void} zoomed  hears how large it is drawn
 * @property {(data: any) => void} renew  show the same layers with another picture
 */

const ABOVE = 18; // pixels above a card in which the name of a part stands
const INSET = 10; // pixels of a card beside its title: border and padding
/** @type {[number, number, number]} */
const TITLE = [600, 12, -0.03]; // weight, size in pixels of the screen, spacing: as network.css has them
/** @type {[number, number, number]} */
const DETAIL = [400, 12, -0.07];

/** @param {HTMLElement} element  @param {{x: number, y: number, w: number, h: number}} place */
export const putAt = (element, { x, y, w, h }) => {
  const sides = { left: `${x}px`, top: `${y}px`, width: `${w}px`, height: `${h}px` };
  Object.assign(element.style, sides);
  return element;
};

/** @param {{x: number, y: number, w: number, h: number}} place  @returns {Box} */
export const boxAt = ({ x, y, w, h }) => ({ left: x, top: y, width: w, height: h });

/**
 * Return which of several maps beside one another a point lies on, in shares of their picture's width.
 * @param {number} share
 * @param {number[]} channels
 */
export const mapUnder = (share, channels) =>
  channels[Math.min(channels.length - 1, Math.max(0, Math.floor(share * channels.length)))] ?? null;

/**
 * Return a card, and what shows another picture in it.
 * @param {Card} card
 * @param {Actions} actions
 * @returns {{node: HTMLElement, renew: (card: Card) => void}}
 */
const drawCard = (card, actions) => {
  let { strongest } = card;
  const isBlock = card.layers.length > 1;
  const node = putAt(make("div", `node group-${card.group}${isBlock ? " stack" : ""}`), card);
  const button = make("button", "layer");
  button.type = "button";
  button.dataset.node = card.id;
  button.dataset.layer = card.layer;
  button.setAttribute("aria-label", card.label);
  const picture = make("span", "picture");
  const image = make("img");
  image.alt = "";
  image.draggable = false;
  /** @param {Card} shown */
  const renew = (shown) => {
    ({ strongest } = shown);
    if (!shown.picture) return;
    image.src = shown.picture;
    if (!image.parentElement) picture.append(image);
  };
  renew(card);
  button.append(picture, make("span", "title", card.title));
  if (!isBlock) button.append(make("span", "detail", card.detail));
  button.onclick = () => actions.pick(card.layer);
  button.onpointermove = (event) => {
    const { left, width, bottom } = picture.getBoundingClientRect();
    const isOver = event.clientY <= bottom && strongest.length > 0;
    actions.point(card.layer, isOver ? mapUnder((event.clientX - left) / width, strongest) : null);
  };
  node.append(button);
  if (isBlock) node.append(drawToggle(`▸ ${card.detail}`, card.id, card.detail, false, actions));
  return { node, renew };
};

/**
 * @param {string} text
 * @param {string} block
 * @param {string} label
 * @param {boolean} isUnfolded
 * @param {Actions} actions
 */
const drawToggle = (text, block, label, isUnfolded, actions) => {
  const toggle = make("button", "toggle", text);
  toggle.type = "button";
  toggle.dataset.block = block;
  toggle.setAttribute("aria-expanded", String(isUnfolded));
  toggle.setAttribute("aria-label", `${label}: ${block}`);
  toggle.onclick = () => actions.fold(block, !isUnfolded);
  return toggle;
};

/** @param {Frame} frame  @param {Actions} actions */
const drawFrame = (frame, actions) => {
  const outline = putAt(make("div", "frame"), frame);
  outline.append(drawToggle(`▾ ${frame.name}`, frame.title, frame.label, true, actions));
  return outline;
};

/**
 * Draw the network at the places that it has in its data.
 * @param {FoldedData} data
 * @param {Actions} actions
 * @returns {Drawing}
 */
export const drawFolded = ({ size, nodes, frames, edges, stretches = [] }, actions) => {
  const curves = drawn("svg", { width: size[0], height: size[1], class: "edges", "aria-hidden": "true" });
  for (const edge of edges) {
    const curve = drawn("path", { d: curveOf(edge.points), class: edge.skips ? "edge skips" : "edge" });
    Object.assign(curve.dataset, { from: edge.from, to: edge.to });
    curves.append(curve);
  }
  /** @param {string} layer */
  const boxOf = (layer) => {
    const card = nodes.find((node) => node.layer === layer) ?? nodes.find((node) => node.layers.includes(layer));
    return card ? boxAt(card) : null;
  };
  const cards = nodes.map((card) => drawCard(card, actions));
  const parts = stretches.flatMap(({ title, first }) => {
    const card = nodes.find((node) => node.layers.includes(first));
    return card ? [putAt(make("div", "stretch above", title), { ...card, y: card.y - ABOVE, h: ABOVE })] : [];
  });
  return {
    size,
    content: [...frames.map((frame) => drawFrame(frame, actions)), curves, ...cards.map(({ node }) => node), ...parts],
    boxOf,
    boxOfMap: boxOf,
    zoomed: (zoom) => {
      if (!cards.length) return;
      const [lettering, small] = [letteringOf(cards[0].node, ...TITLE), letteringOf(cards[0].node, ...DETAIL)];
      cards.forEach(({ node }, i) => {
        const { w, title, detail, layers } = nodes[i];
        const room = (w - INSET) * Math.min(1, zoom);
        part(node, ".title").textContent = fitted(title, room, lettering);
        // A shape that is cut off would be another one.
        if (layers.length === 1) part(node, ".detail").textContent = widthOf(detail, small) <= room ? detail : "";
      });
    },
    renew: (/** @type {FoldedData} */ shown) => cards.forEach((card, i) => card.renew(shown.nodes[i])),
  };
};
