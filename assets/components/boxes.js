// @ts-check
// A picture with boxes on it; one of them can be the reader's own, moved by pointer or keys, and is measured at once.

import { ARROWS, fill, make, part } from "./dom.js";

/**
 * @typedef {[number, number, number, number]} Box  top, left, bottom, right in pixels of the picture, ends excluded
 * @typedef {{box: Box, text: string, look: string}} Drawn  look: "found", "true", "faint", "wrong"
 * @typedef {object} Data
 * @property {string} picture
 * @property {number} rows
 * @property {number} columns
 * @property {Drawn[]} boxes
 * @property {Box | null} own
 * @property {{box: Box, text: string}[]} measured  what the own box is held against, each with a sentence
 * @property {number} cut  where the own box is a cut of a fixed size: by how many pixels a key moves it; otherwise 0
 * @property {{picture: string, own: string, place: string}} words  place: says where the own box lies; may be empty
 */

const LEAST = 2; // pixels of the picture that a box is high and wide
const CORNERS = /** @type {const} */ (["nw", "ne", "sw", "se"]);

/** @param {Box} box */
const area = ([top, left, bottom, right]) => Math.max(0, bottom - top) * Math.max(0, right - left);

/**
 * Return the part that two boxes share.
 * @param {Box} one
 * @param {Box} other
 * @returns {Box}
 */
export const shared = (one, other) => [
  Math.max(one[0], other[0]),
  Math.max(one[1], other[1]),
  Math.min(one[2], other[2]),
  Math.min(one[3], other[3]),
];

/**
 * Return the areas that two boxes share and cover together, and the first as a share of the second.
 * @param {Box} one
 * @param {Box} other
 */
export const overlap = (one, other) => {
  const common = area(shared(one, other));
  const covered = area(one) + area(other) - common;
  return { shared: common, covered, iou: covered ? common / covered : 0 };
};

/**
 * Return a box moved within the picture.
 * @param {Box} box
 * @param {number} down
 * @param {number} across
 * @param {[number, number]} size  rows and columns of the picture
 * @returns {Box}
 */
export const moved = ([top, left, bottom, right], down, across, [rows, columns]) => {
  const [y, x] = [Math.min(Math.max(down, -top), rows - bottom), Math.min(Math.max(across, -left), columns - right)];
  return [top + y, left + x, bottom + y, right + x];
};

/**
 * Return a box with its middle led to a place, as far as it stays within the picture.
 * @param {Box} box
 * @param {[number, number]} to  row and column
 * @param {[number, number]} size  rows and columns of the picture
 * @returns {Box}
 */
export const centred = (box, [row, column], size) =>
  moved(box, Math.round(row - (box[0] + box[2]) / 2), Math.round(column - (box[1] + box[3]) / 2), size);

/**
 * Return a box with a corner led to a place; it stays within the picture and keeps a height and width.
 * @param {Box} box
 * @param {string} corner  "nw", "ne", "sw" or "se"
 * @param {[number, number]} to  row and column
 * @param {[number, number]} size  rows and columns of the picture
 * @returns {Box}
 */
export const resized = ([top, left, bottom, right], corner, [row, column], [rows, columns]) => [
  corner[0] === "n" ? Math.max(0, Math.min(row, bottom - LEAST)) : top,
  corner[1] === "w" ? Math.max(0, Math.min(column, right - LEAST)) : left,
  corner[0] === "s" ? Math.min(rows, Math.max(row, top + LEAST)) : bottom,
  corner[1] === "e" ? Math.min(columns, Math.max(column, left + LEAST)) : right,
];

/**
 * Out: the trigger "box", the own box once it is let go.
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const root = part(parentElement, ".boxes");
  const board = part(root, ".board");
  const image = /** @type {HTMLImageElement} */ (part(root, "img"));
  const [layer, said] = [part(root, ".drawn"), part(root, ".said")];
  /** @type {[number, number]} */
  const size = [data.rows, data.columns];

  if (image.getAttribute("src") !== data.picture) image.src = data.picture;
  image.alt = data.words.picture;
  board.style.aspectRatio = `${data.columns} / ${data.rows}`;

  /** @param {HTMLElement} element  @param {Box} box */
  const put = (element, [top, left, bottom, right]) => {
    element.style.top = `${(100 * top) / size[0]}%`;
    element.style.left = `${(100 * left) / size[1]}%`;
    element.style.height = `${(100 * Math.max(0, bottom - top)) / size[0]}%`;
    element.style.width = `${(100 * Math.max(0, right - left)) / size[1]}%`;
  };

  layer.replaceChildren(
    ...data.boxes.map(({ box, text, look }) => {
      const element = make("div", `box ${look}`);
      put(element, box);
      if (text) element.append(make("span", box[0] < 0.12 * size[0] ? "below" : "", text));
      return element;
    }),
  );

  const own = part(root, ".own");
  own.hidden = !data.own;
  said.hidden = !data.own;
  board.classList.toggle("answers", Boolean(data.own));
  board.onclick = null;
  if (!data.own) return;

  let box = data.own;
  const common = data.measured.map(() => make("div", "common"));
  layer.append(...common);
  const show = () => {
    put(own, box);
    data.measured.forEach((one, number) => put(common[number], shared(box, one.box)));
    const [top, left, bottom, right] = box.map(Math.round);
    said.replaceChildren(
      ...(data.words.place ? [make("p", "", fill(data.words.place, { top, left, bottom, right }))] : []),
      ...data.measured.map((one) => {
        const found = overlap(box, one.box);
        const text = fill(one.text, { shared: Math.round(found.shared), covered: Math.round(found.covered), iou: found.iou.toFixed(2) });
        return make("p", "", text);
      }),
    );
  };
  const tell = () => setTriggerValue("box", box.map(Math.round));
  own.setAttribute("aria-label", data.words.own);
  own.classList.toggle("cut", data.cut > 0);
  show();

  if (!own.childElementCount && !data.cut) {
    own.append(
      ...CORNERS.map((corner) => {
        const handle = make("i", `handle ${corner}`);
        handle.dataset.corner = corner;
        return handle;
      }),
    );
  }

  /** @param {MouseEvent} event @returns {[number, number]} */
  const placeOf = (event) => {
    const around = board.getBoundingClientRect();
    return [
      Math.round(((event.clientY - around.top) / around.height) * size[0]),
      Math.round(((event.clientX - around.left) / around.width) * size[1]),
    ];
  };
  own.onpointerdown = (event) => {
    if (event.button) return;
    event.preventDefault();
    own.focus({ preventScroll: true });
    own.setPointerCapture(event.pointerId);
    const corner = /** @type {HTMLElement} */ (event.target).dataset.corner;
    const [from, start] = [placeOf(event), box];
    own.onpointermove = (move) => {
      const to = placeOf(move);
      box = corner ? resized(start, corner, to, size) : moved(start, to[0] - from[0], to[1] - from[1], size);
      show();
    };
    own.onpointerup = own.onpointercancel = () => {
      own.onpointermove = own.onpointerup = own.onpointercancel = null;
      tell();
    };
  };
  board.onclick = (event) => {
    if (own.contains(/** @type {Node} */ (event.target))) return;
    box = centred(box, placeOf(event), size);
    show();
    tell();
  };
  own.onkeydown = (event) => {
    const by = ARROWS[event.key];
    if (!by) return;
    event.preventDefault();
    const [down, across] = by.map((one) => one * (data.cut || 1));
    const isResized = event.shiftKey && !data.cut;
    box = isResized ? resized(box, "se", [box[2] + down, box[3] + across], size) : moved(box, down, across, size);
    show();
  };
  own.onkeyup = (event) => {
    if (ARROWS[event.key]) tell();
  };
}
