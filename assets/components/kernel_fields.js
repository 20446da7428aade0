// @ts-check
// The weights of a kernel as fields, which a reader may write in where that is allowed.

import { colourOf, inkOn } from "./colours.js";
import { fill, make, show, showShort } from "./dom.js";

const ROOMY = 5; // letters that stand at their usual distance in a field
const HEAVIEST = 1e6; // magnitude of a weight

/**
 * Return a table of fields.
 * @param {number[][]} plane  the weights; what is written is put in here
 * @param {object} options
 * @param {string} options.part  begins the names of the fields
 * @param {string} options.label  of a field, with {row} and {column}
 * @param {boolean} options.editable
 * @param {import("./colours.js").Range} options.range
 * @param {import("./colours.js").Tables} options.colours
 * @param {() => void} options.changed  called after a weight was written
 */
export const kernelFields = (plane, { part, label, editable, range, colours, changed }) => {
  const table = make("div", "kernel");
  table.style.gridTemplateColumns = `repeat(${plane[0].length}, auto)`;
  plane.forEach((line, row) =>
    line.forEach((weight, column) => {
      const field = make("input");
      field.type = "text";
      field.inputMode = "decimal";
      field.title = show(weight);
      field.readOnly = !editable;
      field.dataset.part = `${part}-${row}-${column}`;
      field.setAttribute("aria-label", fill(label, { row, column }));
      writeWeight(field, weight, range, colours);
      field.onfocus = () => field.select();
      field.onchange = () => {
        const value = numberIn(field.value);
        if (value !== null) {
          line[column] = value;
          changed();
        }
        writeWeight(field, line[column], range, colours);
      };
      table.append(field);
    }),
  );
  return table;
};

/**
 * Return the number that somebody wrote, with a comma or a point, within the bounds; null where it is none.
 * @param {string} text
 */
export const numberIn = (text) => {
  const value = Number(text.trim().replace("−", "-").replace(",", "."));
  return text.trim() === "" || !Number.isFinite(value) ? null : Math.max(-HEAVIEST, Math.min(HEAVIEST, value));
};

/**
 * @param {HTMLInputElement} field
 * @param {number} weight
 * @param {import("./colours.js").Range} range
 * @param {import("./colours.js").Tables} colours
 */
const writeWeight = (field, weight, range, colours) => {
  field.value = showShort(weight);
  field.style.letterSpacing = field.value.length > ROOMY ? "-0.08em" : "";
  const colour = colourOf(weight, range, colours);
  field.style.background = `rgb(${colour.join(",")})`;
  field.style.color = inkOn(colour);
};
