// @ts-check
// A small network drawn whole: a column a layer, every map, every edge, the classes as bars at the end.

import { make, part } from "./dom.js";
import { curveOf, drawn } from "./edges.js";
import { boxAt, putAt } from "./folded.js";
import { fitted, letteringOf, widthOf } from "./lettering.js";

/**
 * @typedef {import("./folded.js").Actions} Actions
 * @typedef {import("./folded.js").Drawing} Drawing
 * @typedef {import("./viewport.js").Pair} Pair
 * @typedef {{x: number, y: number, w: number, h: number}} Place
 * @typedef {object} Column  a layer
 * @property {string} id
 * @property {string} layer
 * @property {string} title
 * @property {string} detail  its shape
 * @property {string} group
 * @property {string} label
 * @property {string[]} facts
 * @property {number[]} strongest
 * @property {"maps" | "vector" | "classes"} drawn
 * @property {number} count  of its maps, or classes
 * @property {[number, number]} side  width and height of a map, in values
 * @property {string | null} picture  all maps below one another, or the vector as bars
 * @property {string[]} names  what each map is called
 * @typedef {{share: number | null, text: string, label: string}} ClassBar  `share`: of the bar, 0 to 1
 * @typedef {{first: string, last: string, colours: string, low: string, high: string, about: string}} Scale  columns with one range
 * @typedef {{from: string, to: string, first: number, count: number, groups: number}} Way  which maps enter which: those of
 *   `to` from `first`, `count` of them, in so many groups of neighbours, all of a group into all of its own
 * @typedef {object} WholeData
 * @property {Column[]} nodes
 * @property {Way[]} edges
 * @property {ClassBar[]} classes
 * @property {Scale[]} scales
 * @property {import("./folded.js").Stretch[]} [stretches]
 */

const [HEAD_LINE, FOOT, SLIM, BARS] = [33, 54, 12, 118]; // pixels: a line of heads, below the maps, a vector, the classes
const STRETCH = 18; // of what stands below the maps
const HEAD = 2 * HEAD_LINE + 6; // above the maps: heads stand in two lines by turns, for their letters are wider than a column
const [BETWEEN, NARROWEST, WIDEST] = [4, 620, 72]; // between maps; the least width of all; the largest map
const EDGE = 5; // beside the first and the last column, for the line around what is open or has the focus
const SCALES_APART = 8; // between the numbers of two colour scales
/** @type {[number, number, number]} */
const NAME = [600, 12, -0.03]; // weight, size and spacing of the letters above a column, as network.css has them
/** @type {[number, number, number]} */
const SHAPE = [400, 12, -0.07];
const SPACE = 0.9; // between two columns where every map enters every map, in widths of a map
const [EACH, ONE] = [0.4, 0.6]; // shares of it where each enters one, and where one of them is a single thing

/**
 * Return the place of every map, bar and vector so that all columns fill a window; one that is too narrow for them is
 * filled from top to bottom.
 * @param {Pick<Column, "drawn" | "count" | "side">[]} columns
 * @param {number[]} rooms  how much room the edges between two columns need, one number less than there are columns
 * @param {Pair} view
 * @param {number} close  the zoom at which a part of a picture is shown
 * @returns {{size: Pair, columns: {x: number, w: number, cells: Place[]}[]}}
 */
export const arrange = (columns, rooms, view, close) => {
  const down = view[0] < NARROWEST ? view[1] / close : view[1];
  const size = /** @type {Pair} */ ([Math.max(view[0], NARROWEST), Math.max(down, 240)]);
  const height = size[1] - HEAD - FOOT;
  const maps = columns.filter((column) => column.drawn === "maps");
  const most = Math.max(1, ...maps.map((column) => column.count));
  const fixed = columns.reduce((sum, { drawn: way }) => sum + (way === "vector" ? SLIM : way === "classes" ? BARS : 0), 0);
  const allRooms = rooms.reduce((sum, room) => sum + room, 0) || 1;
  const across = (size[0] - 2 * EDGE - fixed) / (maps.length + SPACE * allRooms);
  const side = Math.max(6, Math.floor(Math.min(WIDEST, height / most - BETWEEN, across)));
  const widths = columns.map(({ drawn: way }) => (way === "maps" ? side : way === "vector" ? SLIM : BARS));
  const space = (size[0] - 2 * EDGE - widths.reduce((sum, width) => sum + width, 0)) / allRooms;
  let x = EDGE;
  const placed = columns.map((column, i) => {
    const left = x;
    x += widths[i] + space * (rooms[i] ?? 0);
    return { x: left, w: widths[i], cells: cellsOf(column, left, widths[i], height) };
  });
  return { size, columns: placed };
};

/**
 * @param {Pick<Column, "drawn" | "count" | "side">} column
 * @param {number} x
 * @param {number} w
 * @param {number} height
 * @returns {Place[]}
 */
const cellsOf = ({ drawn: way, count, side }, x, w, height) => {
  if (way === "vector") return [{ x, y: HEAD, w, h: height }];
  const longest = Math.max(...side);
  const [cellWidth, cellHeight] = way === "maps" ? [(w * side[0]) / longest, (w * side[1]) / longest] : [w, 20];
  const step = Math.min((height + BETWEEN) / count, 1.7 * Math.max(cellHeight, way === "maps" ? w : 0));
  const top = HEAD + (height - count * step + BETWEEN) / 2;
  return Array.from({ length: count }, (_, i) => ({
    x: x + (w - cellWidth) / 2,
    y: top + i * step + (step - BETWEEN - Math.min(cellHeight, step - BETWEEN)) / 2,
    w: cellWidth,
    h: Math.min(cellHeight, step - BETWEEN),
  }));
};

/**
 * Return which maps an edge joins, as pairs of their numbers.
 * @param {Way} way
 * @param {number} from  how many maps it comes from
 * @param {number} to  how many cells its end has
 * @returns {[number, number][]}
 */
export const joined = ({ first, count, groups }, from, to) => {
  const ends = Math.min(count, to - first);
  const all = Array.from({ length: from * ends }, (_, k) => /** @type {[number, number]} */ ([Math.floor(k / ends), k % ends]));
  return all
    .filter(([i, j]) => Math.floor((i * groups) / from) === Math.floor((j * groups) / ends))
    .map(([i, j]) => [i, first + j]);
};

/**
 * Return the curve from one cell to another; past columns in between it goes above them.
 * @param {Place} from
 * @param {Place} to
 * @param {number} above  0 where nothing stands between
 */
export const curveBetween = (from, to, above) => {
  const start = /** @type {[number, number]} */ ([from.x + from.w, from.y + from.h / 2]);
  const end = /** @type {[number, number]} */ ([to.x, to.y + to.h / 2]);
  if (!above) return curveOf([start, end]);
  return curveOf([start, [start[0] + 14, start[1]], [start[0] + 14, above], [end[0] - 14, above], [end[0] - 14, end[1]], end]);
};

/**
 * Return how much room the edges between two columns need.
 * @param {WholeData} data
 */
const roomsOf = ({ nodes, edges }) =>
  nodes.slice(1).map((column, i) => {
    const into = edges.filter(({ from, to }) => from === nodes[i].layer && to === column.layer);
    if (nodes[i].drawn === "vector" || column.drawn === "vector") return ONE;
    return into.some(({ groups }) => groups === 1 && nodes[i].count > 1) ? 1 : EACH;
  });

/**
 * Return where spans stand that shall not touch one another nor reach out of a width: moved to the left as far as they must.
 * @param {{x: number, w: number}[]} spans  from left to right
 * @param {number} apart
 * @param {number} width
 * @returns {{x: number, w: number}[]}
 */
export const keptApart = (spans, apart, width) => {
  let end = width;
  return spans.toReversed().map(({ x, w }) => {
    const left = Math.max(0, Math.min(x, end - w));
    end = left - apart;
    return { x: left, w };
  }).toReversed();
};

/**
 * Draw every map and every edge.
 * @param {WholeData} data
 * @param {Pair} view
 * @param {number} close  see `arrange`
 * @param {Actions} actions
 * @returns {Drawing & {curveInto: (from: string, channel: number, to: string, other: number) => string,
 *   waysInto: (layer: string, channel: number) => [string, number][]}}
 */
export const drawWhole = (data, view, close, actions) => {
  const { size, columns } = arrange(data.nodes, roomsOf(data), view, close);
  const number = new Map(data.nodes.map((column, i) => [column.layer, i]));
  /** @param {string} layer  @param {number} channel */
  const cellOf = (layer, channel) => {
    const cells = columns[number.get(layer) ?? -1]?.cells;
    return cells?.[Math.min(channel, cells.length - 1)] ?? null;
  };
  /** @param {string} from  @param {string} to */
  const above = (from, to) => ((number.get(to) ?? 0) - (number.get(from) ?? 0) > 1 ? HEAD - 6 : 0);
  const curves = drawn("svg", { width: size[0], height: size[1], class: "edges", "aria-hidden": "true" });
  for (const way of data.edges) {
    const [from, to] = [columns[number.get(way.from) ?? 0].cells, columns[number.get(way.to) ?? 0].cells];
    const d = joined(way, from.length, to.length).map(([i, j]) => curveBetween(from[i], to[j], above(way.from, way.to)));
    const curve = drawn("path", { d: d.join(""), class: "edge thin" });
    Object.assign(curve.dataset, { from: way.from, to: way.to });
    curves.append(curve);
  }
  const heads = data.nodes.map((column, i) => {
    const head = drawHead(column, headAt(columns, i), actions);
    head.classList.toggle("upper", isUpper(i, columns.length - 1));
    head.style.setProperty("--way-down", `${HEAD_LINE - 2}px`);
    head.style.setProperty("--stem", `${columns[i].x + columns[i].w / 2 - headAt(columns, i).x}px`);
    return head;
  });
  const cells = data.nodes.map((column, i) =>
    column.drawn === "classes"
      ? data.classes.map((bar, k) => drawClass(column, bar, columns[i].cells[k], k, actions))
      : columns[i].cells.map((cell, k) => drawCell(column, cell, k, actions)),
  );
  const places = new Map(data.nodes.map((column, i) => [column.id, columns[i]]));
  const scales = drawScales(data.scales, places, size);
  const parts = (data.stretches ?? []).map(({ title, first, last }) => {
    const [from, to] = [first, last].map((layer) => columns[number.get(layer) ?? 0]);
    return putAt(make("div", "stretch", title), { x: from.x, y: size[1] - STRETCH, w: to.x + to.w - from.x, h: STRETCH });
  });
  return {
    size,
    content: [curves, ...heads.flatMap((head, i) => [head, ...cells[i]]), ...scales, ...parts],
    zoomed: () => heads.forEach((head, i) => nameHead(head, data.nodes[i], headAt(columns, i).w)),
    renew: (/** @type {WholeData} */ shown) => {
      shown.nodes.forEach((column, i) =>
        cells[i].forEach((cell, k) => (column.drawn === "classes" ? showClass(cell, shown.classes[k]) : showMap(cell, column))),
      );
      // A layer that is all zeros has no range: there may be one scale more or less.
      const now = drawScales(shown.scales, places, size);
      scales[0]?.before(...now);
      for (const scale of scales.splice(0, scales.length, ...now)) scale.remove();
    },
    boxOf: (layer) => {
      const column = columns[number.get(layer) ?? -1];
      return column ? boxAt({ x: column.x, y: 0, w: column.w, h: size[1] }) : null;
    },
    boxOfMap: (layer, channel) => {
      const cell = cellOf(layer, channel);
      return cell && boxAt(cell);
    },
    curveInto: (from, channel, to, other) => {
      const [start, end] = [cellOf(from, channel), cellOf(to, other)];
      // What only hands on what is before it, as Flatten does, stands between and has no edge of its own to be gone round.
      const isEdge = data.edges.some((way) => way.from === from && way.to === to);
      return start && end ? curveBetween(start, end, isEdge ? above(from, to) : 0) : "";
    },
    waysInto: (layer, channel) =>
      data.edges
        .filter((way) => way.to === layer)
        .flatMap((way) => {
          const [from, to] = [columns[number.get(way.from) ?? 0].cells, columns[number.get(way.to) ?? 0].cells];
          const pairs = joined(way, from.length, to.length);
          return pairs.filter(([, j]) => j === channel).map(([i]) => /** @type {[string, number]} */ ([way.from, i]));
        }),
  };
};

/**
 * Return where the name of a column stands: above it, as wide as the next ones in its line leave it room.
 * @param {{x: number, w: number}[]} columns
 * @param {number} i
 */
const headAt = (columns, i) => {
  const last = columns.length - 1;
  const middles = columns.map(({ x, w }) => x + w / 2);
  /** @param {number} side  −1: how far it reaches to the left, 1: to the right */
  const reach = (side) => {
    const [beside, next] = [middles[i + side], middles[i + 2 * side]];
    if (beside === undefined) return side < 0 ? 0 : columns[last].x + columns[last].w;
    const half = next === undefined ? beside : (middles[i] + next) / 2;
    // In the lower line it ends before the stem of its neighbour.
    return isUpper(i, last) ? half - side : middles[i] + side * Math.min(Math.abs(half - middles[i]) - 1, Math.abs(beside - middles[i]) - 3);
  };
  const [left, right] = [reach(-1), reach(1)];
  return { x: left, y: isUpper(i, last) ? 0 : HEAD_LINE, w: right - left, h: HEAD_LINE - 3 };
};

/** @param {number} i  @param {number} last */
const isUpper = (i, last) => (last - i) % 2 === 1;

/** @param {Column} column  @param {Place} place  @param {Actions} actions */
const drawHead = (column, place, actions) => {
  const head = make("button", `head group-${column.group}`);
  head.type = "button";
  head.dataset.layer = column.layer;
  head.dataset.node = column.id;
  head.setAttribute("aria-label", column.label);
  head.append(make("span", "title", column.title), make("span", "detail", column.detail));
  putAt(head, place);
  head.onclick = () => actions.pick(column.layer);
  head.onpointermove = () => actions.point(column.layer, null);
  return head;
};

/**
 * Write above a column what fits there: of its name both ends, of its shape all or nothing.
 * @param {HTMLElement} head
 * @param {Column} column
 * @param {number} room
 */
const nameHead = (head, { title, detail }, room) => {
  part(head, ".title").textContent = fitted(title, room, letteringOf(head, ...NAME));
  part(head, ".detail").textContent = widthOf(detail, letteringOf(head, ...SHAPE)) <= room ? detail : "";
};

/** @param {HTMLElement} cell  @param {Column} column */
const showMap = (cell, { picture }) => {
  if (picture) cell.style.backgroundImage = `url("${picture}")`;
};

/** @param {HTMLElement} cell  @param {ClassBar} bar */
const showClass = (cell, { share, text }) => {
  part(cell, ".bar").style.width = `${100 * Math.min(1, Math.max(0, share ?? 0))}%`;
  part(cell, ".score").textContent = text;
};

/** @param {Column} column  @param {Place} cell  @param {number} channel  @param {Actions} actions */
const drawCell = (column, cell, channel, actions) => {
  const button = putAt(make("button", column.drawn === "maps" ? "map" : "map vector"), cell);
  const isMap = column.drawn === "maps";
  Object.assign(button.dataset, { layer: column.layer, channel: String(channel) });
  button.setAttribute("aria-label", isMap ? column.names[channel] : column.label);
  if (column.picture) {
    showMap(button, column);
    button.style.backgroundSize = isMap ? `100% ${100 * column.count}%` : "100% 100%";
    if (isMap && column.count > 1) button.style.backgroundPosition = `0 ${(100 * channel) / (column.count - 1)}%`;
  }
  button.onclick = () => (isMap ? actions.open(column.layer, channel) : actions.pick(column.layer));
  button.onpointermove = () => actions.point(column.layer, isMap ? channel : null);
  return button;
};

/**
 * @param {Column} column
 * @param {ClassBar} bar
 * @param {Place} cell
 * @param {number} unit
 * @param {Actions} actions
 */
const drawClass = (column, bar, cell, unit, actions) => {
  const button = putAt(make("button", "map class"), cell);
  Object.assign(button.dataset, { layer: column.layer, channel: String(unit) });
  button.append(make("span", "bar"), make("span", "name", bar.label), make("span", "score"));
  showClass(button, bar);
  button.onclick = () => actions.open(column.layer, unit);
  button.onpointermove = () => actions.point(column.layer, unit);
  return button;
};

/**
 * Draw the colour scales below their columns, each at least as wide as its numbers.
 * @param {Scale[]} scales
 * @param {Map<string, {x: number, w: number}>} places
 * @param {Pair} size
 */
const drawScales = (scales, places, size) => {
  const lettering = letteringOf(document.body, 400, 12, 0);
  const spans = scales.map(({ first, last, low, high }) => {
    const [from, to] = [places.get(first), places.get(last)];
    const [x, end] = [from?.x ?? 0, (to?.x ?? 0) + (to?.w ?? 0)];
    return { x, w: Math.max(widthOf(low, lettering) + SCALES_APART + widthOf(high, lettering), end - x) };
  });
  const kept = keptApart(spans, SCALES_APART, size[0]);
  return scales.map((scale, i) => drawScale(scale, { ...kept[i], y: size[1] - FOOT + 8, h: 20 }));
};

/** @param {Scale} scale  @param {Place} place */
const drawScale = ({ colours, low, high, about }, place) => {
  const bar = putAt(make("div", "scale"), place);
  bar.title = about;
  const table = make("span", "colours");
  table.style.background = colours;
  const numbers = make("span", "numbers");
  numbers.append(make("span", "", low), make("span", "", high));
  bar.append(table, numbers);
  return bar;
};
