// @ts-check
// Many maps or kernels in one picture.

import { part } from "./dom.js";
import { drawMosaic } from "./maps_board.js";

/**
 * Out: the trigger "pick", the channel that was opened.
 * @param {{data: import("./maps_board.js").Data, parentElement: ParentNode, setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  drawMosaic(part(parentElement, ".mosaic"), data, setTriggerValue);
}
