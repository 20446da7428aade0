// @ts-check
// Draws nothing: lets all of the page be drawn anew where a clock finds that nobody answers it (`clock.js`).

import { clocks } from "./clocks.js";

/**
 * Out: the trigger "anew".
 * @param {{setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ setTriggerValue }) {
  clocks().drawAnew = () => setTriggerValue("anew", Date.now());
  return () => delete clocks().drawAnew;
}
