// @ts-check
// Shows a drawing of the server's, SVG text, in the page's own colour, and saves it as PNG or SVG.
// In: data {svg, colour, alt, name, words {png, svg}}; `colour` is what letters and lines have in the text.

import { make, part } from "./dom.js";

const SHARPNESS = 2; // pixels of the file for one of the drawing
const REST = 150; // milliseconds without a change after which another drawing takes the place of one
/** @type {WeakMap<Element, number>} */
const waiting = new WeakMap();

/** @param {string} svg */
const address = (svg) => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;

/**
 * Return the drawing with letters and lines in another colour; it stands once, on the outermost element.
 * @param {string} svg
 * @param {string} colour
 * @param {string} wanted
 */
export const recoloured = (svg, colour, wanted) => svg.replace(`color="${colour}"`, `color="${wanted}"`);

/**
 * Return the drawing as PNG on white, as it is printed.
 * @param {string} svg
 * @returns {Promise<Blob>}
 */
const asPng = async (svg) => {
  const image = new Image();
  image.src = address(svg);
  await image.decode();
  const canvas = make("canvas");
  canvas.width = SHARPNESS * image.naturalWidth;
  canvas.height = SHARPNESS * image.naturalHeight;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.fillStyle = "white";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The browser made no PNG."))), "image/png");
  });
};

/**
 * @param {Blob} blob
 * @param {string} name
 */
const save = (blob, name) => {
  const link = make("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
};

/**
 * @param {string} text
 * @param {() => void} act
 */
const file = (text, act) => {
  const button = make("button", "", text);
  button.type = "button";
  button.onclick = act;
  return button;
};

/**
 * @typedef {{svg: string, colour: string, alt: string, name: string, words: {png: string, svg: string}}} Data
 * @param {{data: Data, parentElement: ParentNode}} component
 */
export default function ({ data, parentElement }) {
  const root = part(parentElement, ".drawing");
  const image = /** @type {HTMLImageElement} */ (part(root, "img"));
  image.alt = data.alt;
  const draw = () => {
    image.src = address(recoloured(data.svg, data.colour, getComputedStyle(root).color));
  };
  // What has changed in the table is painted first; edits that follow one another draw once.
  clearTimeout(waiting.get(root));
  if (image.src) waiting.set(root, window.setTimeout(draw, REST));
  else draw();
  root.ontransitionend = draw; // another theme: the page's colour has changed (drawing.css)
  part(root, ".files").replaceChildren(
    file(data.words.png, async () => save(await asPng(data.svg), `${data.name}.png`)),
    file(data.words.svg, () => save(new Blob([data.svg], { type: "image/svg+xml" }), `${data.name}.svg`)),
  );
}
