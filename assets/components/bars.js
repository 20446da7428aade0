// @ts-check
// The values of a vector as bars.

import { drawBars } from "./bars_board.js";
import { onPassing } from "./passing.js";
import { hearing } from "./told.js";

/**
 * Out: the trigger "pick", the unit that was opened.
 * @param {{data: import("./bars_board.js").Data, parentElement: ParentNode, setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  drawBars(parentElement, data, setTriggerValue);
  const listening = hearing(parentElement);
  onPassing("bars", listening.signal, (/** @type {import("./bars_board.js").Data} */ shown) => {
    if (shown.layer === data.layer) drawBars(parentElement, { ...data, ...shown }, setTriggerValue);
  });
  return () => listening.abort();
}
