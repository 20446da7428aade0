// @ts-check
// The open layer: all its maps in one picture, or the values of a vector as bars. A layer that is opened elsewhere on the
// page is painted at once where it was shown before or is told ahead.

import { drawBars } from "./bars_board.js";
import { cutOut } from "./cut_out.js";
import { make, part } from "./dom.js";
import { drawMosaic, tileOf } from "./maps_board.js";
import { onOpening, opening } from "./opening.js";
import { onPassing } from "./passing.js";
import { hearing, listen } from "./told.js";

/**
 * @typedef {object} Made
 * @property {string} made  of what and how; empty where it changes by itself
 * @typedef {import("./maps_board.js").Data & Made & {side: [number, number]}} MapsData  `side`: columns and rows of a map
 * @typedef {import("./bars_board.js").Data & Made} VectorData
 * @typedef {MapsData | VectorData} Data
 * @typedef {(name: string, value: unknown) => void} Send
 */

const MOST_KEPT = 32;
const REST = 30; // milliseconds that a pointer stays on a layer that it does not only pass
/** What was drawn of other layers, and what is told of them, all made in the same way.
 * @type {Map<string, Data>} */
const kept = new Map();

/** @param {Data} data */
const keep = (data) => {
  if (kept.values().next().value?.made !== data.made) kept.clear();
  if (!data.made) return;
  kept.delete(data.layer);
  kept.set(data.layer, data);
  if (kept.size > MOST_KEPT) kept.delete(/** @type {string} */ (kept.keys().next().value));
};

/** @param {Data} data  @returns {data is MapsData} */
const hasMaps = (data) => "maps" in data;

/**
 * Draw a layer; return what shows what another picture makes of it.
 * @param {HTMLElement} root
 * @param {Data} data
 * @param {Send} send
 * @returns {(shown: any) => void}
 */
const draw = (root, data, send) => {
  const [mosaic, bars] = [part(root, ".mosaic"), part(root, ".bars")];
  mosaic.hidden = !hasMaps(data);
  bars.hidden = hasMaps(data);
  if (hasMaps(data)) return drawMosaic(mosaic, data, send);
  drawBars(bars, data, send);
  return (shown) => shown.layer === data.layer && drawBars(bars, { ...data, ...shown }, send);
};

/**
 * Show the open map of a layer that was just painted: what the server draws takes its place.
 * @param {MapsData} data
 * @param {() => boolean} isOpen
 */
const openMap = async (data, isOpen) => {
  const image = make("img");
  image.src = data.picture;
  await image.decode();
  const tile = tileOf(data, data.selected);
  const picture = tile && isOpen() ? cutOut(image, tile) : null;
  if (picture) opening("opening_map", { layer: data.layer, channel: data.selected, picture, size: data.side });
};

/**
 * Out: the triggers "pick", the map or unit that was opened, and "near", a layer that may be opened next.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: Send}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = part(parentElement, ".layer");
  let shown = data;
  let renew = draw(root, data, setTriggerValue);
  keep(data);
  const listening = hearing(parentElement);
  const { signal } = listening;
  onPassing("layer", signal, (passing) => renew(passing));
  listen("neighbours", signal, (/** @type {Data[] | null} */ neighbours) => {
    for (const neighbour of neighbours ?? []) if (neighbour.made === data.made) keep(neighbour);
  });
  onOpening("opening_layer", signal, ({ layer, channel }) => {
    const known = kept.get(layer);
    if (!known) return;
    const opened = { ...known, selected: channel ?? known.selected };
    shown = opened;
    renew = draw(root, opened, setTriggerValue);
    if (hasMaps(opened)) void openMap(opened, () => shown === opened);
  });
  let rest = 0;
  onOpening("near_layer", signal, ({ layer }) => {
    clearTimeout(rest);
    if (!layer) return;
    const isWanted = () => Boolean(data.made) && shown.layer !== layer && !kept.has(layer);
    if (isWanted()) rest = setTimeout(() => isWanted() && setTriggerValue("near", layer), REST);
  });
  return () => listening.abort();
}
