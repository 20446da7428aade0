// @ts-check
// Edges of a network as curves: paths of SVG, and how thick and in which colour one is that means an amount.

/**
 * @typedef {[number, number]} Point
 * @typedef {{id: string, x: number, y: number, w: number, h: number}} Standing  a node with its place
 * @typedef {{from: string, to: string, points: Point[], skips: boolean}} Edge
 */

const ROUND = 16; // radius of a corner
const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element of a drawing.
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} [attributes]
 * @returns {SVGElementTagNameMap[Tag]}
 */
export const drawn = (tag, attributes = {}) => {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
};

/** @param {number} value */
const short = (value) => Math.round(value * 10) / 10;

/**
 * Return the place so far from one point on the way to another, half-way at most.
 * @param {Point} from
 * @param {Point} to
 * @param {number} far
 * @returns {Point}
 */
const towards = (from, to, far) => {
  const [across, down] = [to[0] - from[0], to[1] - from[1]];
  const share = Math.min(0.5, far / Math.max(1e-6, Math.hypot(across, down)));
  return [from[0] + across * share, from[1] + down * share];
};

/**
 * Return the path of a smooth curve along points. Between two it leaves and enters horizontally; of more, the corners are
 * rounded off.
 * @param {Point[]} points
 */
export const curveOf = (points) => {
  const write = (/** @type {Point} */ [x, y]) => `${short(x)} ${short(y)}`;
  const [first, last] = [points[0], points[points.length - 1]];
  if (points.length === 2) {
    const reach = Math.max(12, Math.abs(last[0] - first[0]) / 2);
    return `M${write(first)}C${write([first[0] + reach, first[1]])} ${write([last[0] - reach, last[1]])} ${write(last)}`;
  }
  const bends = points.slice(1, -1).map((point, i) => {
    const [near, far] = [towards(point, points[i], ROUND), towards(point, points[i + 2], ROUND)];
    return `L${write(near)}Q${write(point)} ${write(far)}`;
  });
  return `M${write(first)}${bends.join("")}L${write(last)}`;
};

/**
 * Return the stroke of an edge that means an amount: the thicker the larger, blue for less and red for more, as the maps
 * themselves are coloured.
 * @param {number} amount
 * @param {number} largest  magnitude of all that are drawn together
 */
export const strokeOf = (amount, largest) => {
  const share = largest > 0 ? Math.min(1, Math.abs(amount) / largest) : 0;
  return { width: short(1 + 5 * share), className: amount < 0 ? "less" : "more", opacity: short(0.35 + 0.65 * share) };
};

/** @type {Record<string, [number, number] | undefined>} */
const WAYS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };

/** @param {Standing} node  @returns {Point} */
const middleOf = ({ x, y, w, h }) => [x + w / 2, y + h / 2];

/**
 * Return the node that is nearest in a direction: what lies straight ahead before what lies aside.
 * @param {Standing[]} nodes
 * @param {Standing} from
 * @param {Point} way
 * @returns {Standing | undefined}
 */
const nearest = (nodes, from, [across, down]) => {
  const here = middleOf(from);
  /** @type {[number, Standing | undefined]} */
  let best = [Infinity, undefined];
  for (const node of nodes) {
    const [x, y] = middleOf(node);
    const ahead = (x - here[0]) * across + (y - here[1]) * down;
    const aside = Math.abs((x - here[0]) * down) + Math.abs((y - here[1]) * across);
    if (ahead > 1 && ahead + 3 * aside < best[0]) best = [ahead + 3 * aside, node];
  }
  return best[1];
};

/**
 * Return the node that a key leads to: left and right along the edges, which do not pass others by where there is a
 * choice; up and down to what stands there; Home and End to the ends. The same one where nothing is.
 * @param {Standing[]} nodes  from input to output
 * @param {Edge[]} edges
 * @param {string} id
 * @param {string} key
 * @returns {string | null}  null for a key that does not walk
 */
export const walkTo = (nodes, edges, id, key) => {
  if (key === "Home") return nodes[0].id;
  if (key === "End") return nodes[nodes.length - 1].id;
  const way = WAYS[key];
  const from = nodes.find((node) => node.id === id);
  if (!way || !from) return null;
  if (way[1]) return nearest(nodes, from, way)?.id ?? id;
  const [near, far] = way[0] > 0 ? /** @type {const} */ (["from", "to"]) : /** @type {const} */ (["to", "from"]);
  const along = edges.filter((edge) => edge[near] === id);
  return (along.find((edge) => !edge.skips) ?? along[0])?.[far] ?? id;
};

/**
 * Return the numbers of the edges on the shortest way from one node to another; none where no way leads there.
 * @param {{from: string, to: string}[]} edges
 * @param {string} from
 * @param {string} to
 * @returns {number[]}
 */
export const routeBetween = (edges, from, to) => {
  /** @type {Map<string, number[]>} */
  const routes = new Map([[from, []]]);
  for (const [id, route] of routes) {
    if (id === to) return route;
    edges.forEach((edge, i) => {
      if (edge.from === id && !routes.has(edge.to)) routes.set(edge.to, [...route, i]);
    });
  }
  return [];
};

/**
 * Return the nodes in waves: those of a wave are reached at the same time by what enters at the input.
 * @param {string[]} ids  from input to output
 * @param {{from: string, to: string}[]} edges
 * @returns {string[][]}
 */
export const wavesOf = (ids, edges) => {
  /** @type {Map<string, number>} */
  const waves = new Map(ids.map((id) => [id, 0]));
  for (const id of ids) {
    for (const edge of edges) {
      if (edge.from === id) waves.set(edge.to, Math.max(waves.get(edge.to) ?? 0, (waves.get(id) ?? 0) + 1));
    }
  }
  /** @type {string[][]} */
  const found = [];
  for (const [id, wave] of waves) (found[wave] ??= []).push(id);
  return found.filter(Boolean);
};
