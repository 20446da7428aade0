// @ts-check
// A part of a picture, as a picture of its own.

/**
 * Return a part of a picture as an address; null as long as the picture is not there.
 * @param {HTMLImageElement} image
 * @param {{left: number, top: number, width: number, height: number}} part  in pixels of the picture
 */
export const cutOut = (image, { left, top, width, height }) => {
  if (!image.complete || !image.naturalWidth) return null;
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  canvas.getContext("2d", { willReadFrequently: true })?.drawImage(image, left, top, width, height, 0, 0, width, height);
  return canvas.toDataURL();
};
