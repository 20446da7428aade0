// @ts-check
// Draws nothing: tells the components of the page what the server has found.

import { tell } from "./told.js";

/**
 * @param {{data: {name: string, detail: unknown}}} component
 */
export default function ({ data }) {
  tell(data.name, data.detail);
  return () => tell(data.name, null);
}
