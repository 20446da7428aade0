// @ts-check
// A network's layers as a table: one row a layer, one of them selected.
import { counted, focusedIn, make, part } from "./dom.js";

const PAGE = 10;
const PAUSE = 120; // milliseconds of quiet before the server hears of a walk through the rows

/**
 * @typedef {number | string} Count  text where a number would not be exact
 * @typedef {object} Layer  what is not known where the network does not fit together is left out
 * @property {string} name
 * @property {string} kind
 * @property {string} group
 * @property {string} facts
 * @property {string} from
 * @property {string} remark
 * @property {string} [shape]
 * @property {Count} [parameters]
 * @property {Count} [multiplyAdds]
 * @property {Count} [bytes]
 * @property {string} [memory]
 * @property {string} [field]
 * @typedef {{parameters: Count, multiplyAdds: Count, memory: string, bytes: Count}} Totals
 * @typedef {{heads: string[], meanings: string[], total: string, share: string, bytes: string, table: string, keys: string}} Words
 * @typedef {object} Data
 * @property {Layer[]} rows
 * @property {{row: number, sentence: string} | null} wrong
 * @property {number} selected
 * @property {number} answered  the number of the last thing done here that the server has answered
 * @property {Totals} totals
 * @property {Words} words
 * @typedef {"select" | "move" | "remove" | "undo" | "redo"} Verb
 * @typedef {{number: number, what: Verb, name: string, by: number}} Said
 * @typedef {object} Memory
 * @property {number} number
 * @property {Said[]} said
 * @property {number} timer
 * @property {string} name
 * @property {number} selected
 * @property {number} [shown]
 * @property {string} [drawn]
 */

/**
 * Out: the state "said", all that was done here and not answered yet. A trigger would be lost when another one follows
 * before the server comes to it.
 * @param {{data: Data, parentElement: ParentNode, setStateValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, parentElement, setStateValue }) {
  const frame = /** @type {HTMLElement & {memory?: Memory}} */ (part(parentElement, ".frame"));
  const table = /** @type {HTMLTableElement} */ (part(frame, "table"));
  const [head, body, foot] = ["thead", "tbody", "tfoot"].map((name) => part(table, name));
  const { rows, words } = data;
  const memory = (frame.memory ??= { number: 0, said: [], timer: 0, name: "", selected: 0 });
  memory.said = memory.said.filter((one) => one.number > data.answered);
  memory.number = Math.max(memory.number, data.answered);
  // Until all is answered the selection is ours: an earlier answer must not take it back.
  const ours = rows.findIndex((layer) => layer.name === memory.name);
  memory.selected = (memory.said.length || memory.timer) && ours >= 0 ? ours : data.selected;
  memory.name = rows[memory.selected].name;

  const layers = () => /** @type {HTMLTableRowElement[]} */ ([...body.querySelectorAll("tr.layer")]);

  const mark = () => {
    for (const [i, row] of layers().entries()) {
      row.setAttribute("aria-selected", String(i === memory.selected));
      row.tabIndex = i === memory.selected ? 0 : -1;
    }
    return layers()[memory.selected];
  };

  // Not scrollIntoView: that would also scroll the page under somebody who is in the form beside the table.
  /** @param {HTMLTableRowElement} row */
  const reveal = (row) => {
    const top = row.offsetTop - head.offsetHeight;
    const bottom = row.offsetTop + row.offsetHeight + foot.offsetHeight;
    if (top < frame.scrollTop) frame.scrollTop = top;
    else if (bottom > frame.scrollTop + frame.clientHeight) frame.scrollTop = bottom - frame.clientHeight;
  };

  /** @param {Verb} what  @param {string} name */
  const say = (what, name, by = 0) => {
    memory.number = Math.max(memory.number + 1, Date.now());
    if (what === "select" && memory.said[memory.said.length - 1]?.what === "select") memory.said.pop();
    memory.said.push({ number: memory.number, what, name, by });
    setStateValue("said", [...memory.said]);
  };

  const saySelection = () => {
    clearTimeout(memory.timer);
    memory.timer = 0;
    if (frame.isConnected) say("select", memory.name);
  };

  /** @param {number} position  @param {number} pause */
  const select = (position, pause) => {
    const next = Math.max(0, Math.min(rows.length - 1, position));
    if (next !== memory.selected) {
      memory.selected = next;
      memory.name = rows[next].name;
      clearTimeout(memory.timer);
      memory.timer = window.setTimeout(saySelection, pause);
    }
    mark().focus();
  };

  /** @param {Verb} what  @param {number} position  @param {number} [by] */
  const act = (what, position, by) => {
    if (memory.timer) saySelection();
    say(what, rows[position].name, by);
  };

  /** @param {string} className  @param {Count} count  @param {Count} all */
  const share = (className, count, all) => {
    const cell = make("td", className);
    const [number, total] = [Number(count), Number(all)];
    cell.append(make("span", number === 0 ? "none" : "", counted(count)));
    if (total > 0 && number > 0) {
      const bar = make("span", "bar");
      const part = make("i");
      part.style.width = `${(100 * number) / total}%`;
      bar.append(part);
      bar.setAttribute("aria-hidden", "true");
      cell.title = words.share.replace("{percent}", ((100 * number) / total).toFixed(1));
      cell.append(bar);
    }
    return cell;
  };

  /** @param {Layer} layer */
  const first = (layer) => {
    const cell = make("td");
    const name = make("span", "name", layer.name);
    name.title = layer.name;
    const facts = make("span", "facts");
    const text = [layer.kind, layer.facts, layer.from].filter(Boolean).join(" · ");
    if (layer.remark) facts.append(make("span", "remark", "! "));
    facts.append(text);
    facts.title = layer.remark ? `${text}\n${layer.remark}` : text;
    cell.append(name, facts);
    return cell;
  };

  /** @param {Layer} layer */
  const figures = (layer) => {
    const { shape, parameters = 0, multiplyAdds = 0, bytes = 0, memory: size, field } = layer;
    if (shape === undefined) return words.heads.slice(1).map(() => make("td", "none", "–"));
    const memoryCell = make("td", "", size);
    memoryCell.title = words.bytes.replace("{bytes}", counted(bytes));
    return [
      make("td", "", shape),
      share("parameters", parameters, data.totals.parameters),
      share("multiply-adds", multiplyAdds, data.totals.multiplyAdds),
      memoryCell,
      make("td", field ? "" : "none", field || "–"),
    ];
  };

  /** @param {Layer} layer  @param {number} position */
  const drawRow = (layer, position) => {
    const row = make("tr", `layer group-${layer.group}`);
    row.append(first(layer), ...figures(layer));
    row.onclick = () => select(position, 0);
    if (data.wrong && position > data.wrong.row) row.classList.add("below");
    if (data.wrong?.row !== position) return [row];
    row.classList.add("wrong");
    row.setAttribute("aria-describedby", "why");
    const why = make("tr", "why");
    const cell = make("td");
    cell.colSpan = words.heads.length;
    const sentence = make("p", "", data.wrong.sentence);
    sentence.id = "why";
    cell.append(sentence);
    why.append(cell);
    why.onclick = () => select(position, 0);
    return [row, why];
  };

  const headings = () => {
    const row = make("tr");
    for (const [i, text] of words.heads.entries()) {
      const head = make("th", "", text);
      head.scope = "col";
      if (words.meanings[i]) head.title = words.meanings[i];
      row.append(head);
    }
    return row;
  };

  const totals = () => {
    const row = make("tr");
    const label = make("th", "", words.total);
    label.scope = "row";
    const { parameters, multiplyAdds, memory: all, bytes } = data.totals;
    const cells = ["", counted(parameters), counted(multiplyAdds), all, ""].map((text) => make("td", "", text));
    cells[3].title = words.bytes.replace("{bytes}", counted(bytes));
    row.append(label, ...cells);
    return row;
  };

  const draw = () => {
    const drawn = JSON.stringify([rows, data.wrong, data.totals, words]);
    if (memory.drawn === drawn) return mark(); // only another row was selected
    memory.drawn = drawn;
    const focused = table.contains(focusedIn(frame));
    const scrolled = frame.scrollTop;
    table.setAttribute("aria-label", words.table);
    part(parentElement, ".keys").textContent = words.keys;
    head.replaceChildren(headings());
    body.replaceChildren(...rows.flatMap(drawRow));
    foot.replaceChildren(totals());
    frame.scrollTop = scrolled;
    const row = mark();
    if (focused) row.focus({ preventScroll: true });
    return row;
  };

  table.onkeydown = (event) => {
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    const row = /** @type {Element} */ (event.target).closest("tr.layer");
    const here = layers().findIndex((layer) => layer === row);
    if (here < 0) return;
    /** @type {Record<string, number>} */
    const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -PAGE, PageDown: PAGE, Home: -rows.length, End: rows.length };
    if (altKey && (key === "ArrowUp" || key === "ArrowDown")) act("move", here, steps[key]);
    else if ((ctrlKey || metaKey) && key.toLowerCase() === "z") act(shiftKey ? "redo" : "undo", here);
    else if (ctrlKey && key.toLowerCase() === "y") act("redo", here);
    else if (altKey || ctrlKey || metaKey) return;
    else if (key in steps) select(here + steps[key], PAUSE);
    else if (key === "Delete") act("remove", here);
    else if (key === "Enter" || key === " ") select(here, 0);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const shown = memory.shown;
  const row = draw();
  memory.shown = memory.selected;
  if (shown !== memory.shown) reveal(row);
}
