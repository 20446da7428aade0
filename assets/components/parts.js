// @ts-check
// The numbers that are put together to one value as a table, the strongest first: each opens the value it is.

import { button, counted, fill, make, show } from "./dom.js";

/**
 * @typedef {import("./steps.js").Part} Part
 * @typedef {object} PartsData
 * @property {Part[]} parts
 * @property {{count: number, amount: number} | null} others
 * @property {{part: string, value: string, weight: string, amount: string | null}} columns  no word for what does not stand here
 * @property {{open: string, the_others: string}} words
 */

/**
 * Return the table.
 * @param {PartsData} data
 * @param {(layer: string, place: number[]) => void} open
 */
export const partsTable = ({ parts, others, columns, words }, open) => {
  const table = make("table", "parts");
  const hasWeights = parts.some((part) => part.weight !== null);
  const heads = [columns.part, columns.value, ...(hasWeights ? [columns.weight] : []), ...(columns.amount ? [columns.amount] : [])];
  const head = table.createTHead().insertRow();
  head.append(...heads.map((text) => make("th", "", text)));
  for (const cell of head.cells) cell.setAttribute("scope", "col");
  const body = table.createTBody();
  const largest = Math.max(...parts.map((part) => Math.abs(part.amount)), 1e-12);
  parts.forEach((part, index) => {
    const row = body.insertRow();
    row.append(namedBy(part, index, words.open, open), make("td", "", show(part.value, 4)));
    if (hasWeights) row.append(weightCell(part, index, words.open, open));
    if (columns.amount) row.append(amountCell(part.amount, largest));
  });
  if (others) {
    const row = body.insertRow();
    const name = make("th", "", fill(words.the_others, { count: counted(others.count) }));
    name.setAttribute("scope", "row");
    row.append(name, make("td"), ...(hasWeights ? [make("td")] : []));
    if (columns.amount) row.append(make("td", "amount", show(others.amount, 4)));
  }
  return table;
};

/**
 * Show the rows that are there after a step; the others keep their room.
 * @param {HTMLTableElement} table
 * @param {import("./steps.js").Step} step
 * @param {number} count  of parts
 */
export const showParts = (table, step, count) => {
  [...table.tBodies[0].rows].forEach((row, index) => {
    const isThere = index < count ? index < step.parts : step.others;
    row.classList.toggle("waiting", !isThere);
    row.classList.toggle("newest", step.made === 0 && index === step.parts - 1);
  });
};

/**
 * @param {Part} part
 * @param {number} index
 * @param {string} label
 * @param {(layer: string, place: number[]) => void} open
 */
const namedBy = ({ layer, place, name }, index, label, open) => {
  const cell = make("th");
  cell.setAttribute("scope", "row");
  if (place) cell.append(button(name, fill(label, { name }), () => open(layer, place), `part${index}`));
  else cell.textContent = name;
  return cell;
};

/**
 * Return what weighs a part; where that is an input value too, it opens as the part itself does.
 * @param {Part} part
 * @param {number} index
 * @param {string} label
 * @param {(layer: string, place: number[]) => void} open
 */
const weightCell = ({ weight, weighing }, index, label, open) => {
  const cell = make("td", "", weight === null || weighing ? "" : show(weight, 4));
  if (weight !== null && weighing) {
    const { layer, place, name } = weighing;
    cell.append(button(show(weight, 4), fill(label, { name }), () => open(layer, place), `weight${index}`));
  }
  return cell;
};

/**
 * @param {number} amount
 * @param {number} largest
 */
const amountCell = (amount, largest) => {
  const cell = make("td", "amount");
  const bar = make("span", amount < 0 ? "bar-of below" : "bar-of");
  bar.style.width = `${Math.round((40 * Math.abs(amount)) / largest)}px`;
  cell.append(bar, make("span", "", show(amount, 4)));
  return cell;
};
