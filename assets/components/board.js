// @ts-check
// A picture of equal cells in which one is pointed at, walked to with the arrow keys, and chosen.

import { ARROWS, clamp, part } from "./dom.js";

/**
 * @typedef {[number, number]} Place  row and column
 * @typedef {object} Layout
 * @property {number} rows
 * @property {number} columns
 * @property {number} count  cells that hold something; the last row may be short
 * @property {[number, number]} size  width and height of the picture
 * @property {[number, number]} step  from one cell to the next, across and down
 * @property {[number, number]} cell  width and height of the frame around a cell
 */

/**
 * Return the place of a cell by its number, counted row by row.
 * @param {number} index
 * @param {number} columns
 * @returns {Place}
 */
export const placeOf = (index, columns) => [Math.floor(index / columns), index % columns];

/**
 * Return where a cell's frame lies, in shares of the picture.
 * @param {Layout} layout
 * @param {Place} place
 */
export const frameOf = ({ size, step, cell }, [row, column]) => ({
  left: (column * step[0]) / size[0],
  top: (row * step[1]) / size[1],
  width: cell[0] / size[0],
  height: cell[1] / size[1],
});

/**
 * Return the cell under a point given in shares of the picture, or null where none is.
 * @param {Layout} layout
 * @param {number} x
 * @param {number} y
 * @returns {Place | null}
 */
export const cellUnder = ({ rows, columns, count, size, step }, x, y) => {
  const row = clamp(Math.floor((y * size[1]) / step[1]), rows);
  const column = clamp(Math.floor((x * size[0]) / step[0]), columns);
  return row * columns + column < count ? [row, column] : null;
};

/**
 * Return the cell that an arrow key leads to: the same one at an edge.
 * @param {Layout} layout
 * @param {Place} from
 * @param {[number, number]} by
 * @returns {Place}
 */
export const walked = ({ rows, columns, count }, [row, column], [down, across]) => {
  const [nextRow, nextColumn] = [clamp(row + down, rows), clamp(column + across, columns)];
  return nextRow * columns + nextColumn < count ? [nextRow, nextColumn] : [row, column];
};

/**
 * Draw the picture and listen to pointer and keys; return what shows another picture in its place.
 * @param {ParentNode} root
 * @param {object} options
 * @param {Layout} options.layout
 * @param {string} options.picture
 * @param {{picture: string, board: string}} options.words
 * @param {number} options.widest  pixels of the screen
 * @param {Place | null} options.chosen
 * @param {(place: Place | null) => string} options.say  what is said of a cell that is pointed at
 * @param {(place: Place) => void} options.pick
 * @param {(place: Place | null) => void} [options.point]  hears which cell is pointed at, null for none
 */
export const drawBoard = (root, { layout, picture, words, widest, chosen, say, pick, point: hear = () => {} }) => {
  const board = part(root, ".board");
  const image = /** @type {HTMLImageElement} */ (part(root, "img"));
  const [here, frame, said] = [part(root, ".here"), part(root, ".chosen"), part(root, ".said")];
  let selected = chosen;
  /** @type {Place | null} */
  let pointed = null;
  let cursor = chosen ?? /** @type {Place} */ ([0, 0]);

  if (image.getAttribute("src") !== picture) image.src = picture;
  image.alt = words.picture;
  board.setAttribute("aria-label", words.board);
  board.style.aspectRatio = `${layout.size[0]} / ${layout.size[1]}`;
  board.style.maxWidth = `${widest}px`;

  /** @param {HTMLElement} box  @param {Place | null} place */
  const put = (box, place) => {
    box.hidden = !place;
    if (!place) return;
    for (const [side, share] of Object.entries(frameOf(layout, place))) box.style.setProperty(side, `${100 * share}%`);
  };
  /** @param {Place | null} place */
  const point = (place) => {
    pointed = place;
    put(here, place);
    said.textContent = say(place);
    hear(place);
  };
  const leave = () => {
    pointed = null;
    put(here, null);
    said.textContent = say(selected);
    hear(null);
  };
  /** @param {MouseEvent} event */
  const under = (event) => {
    const box = board.getBoundingClientRect();
    return cellUnder(layout, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  /** @param {Place | null} place */
  const choose = (place) => {
    if (!place) return;
    selected = cursor = place;
    put(frame, place);
    said.textContent = say(place);
    pick(place);
  };

  put(frame, selected);
  leave();
  board.onpointermove = (event) => point(under(event));
  board.onpointerleave = leave;
  board.onclick = (event) => choose(under(event));
  board.onkeydown = (event) => {
    const by = ARROWS[event.key];
    if (!by && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (!by) return choose(cursor);
    cursor = walked(layout, cursor, by);
    point(cursor);
  };

  /** @param {string} address  @param {Place | null} place  which cell is chosen */
  return (address, place) => {
    if (image.getAttribute("src") !== address) image.src = address;
    selected = place;
    put(frame, selected);
    said.textContent = say(pointed ?? selected);
  };
};
