// A network's layers as a table: one row a layer, one of them selected.
// In: data.rows [{name, kind, group, facts, from, remark, shape, parameters, multiplyAdds, bytes, memory, field}],
//     data.wrong {row, sentence} or null, data.selected, data.answered, data.totals, data.words.
// Out: the state "said" [{number, what: select | move | remove | undo | redo, name, by}], all that was done here and
//      not answered yet. A trigger would be lost when another one follows before the server comes to it.

const PAGE = 10;
const PAUSE = 120; // milliseconds of quiet before the server hears of a walk through the rows

const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

const counted = (number) => number.toLocaleString("en-US");

export default function ({ data, parentElement, setStateValue }) {
  const frame = parentElement.querySelector(".frame");
  const table = frame.querySelector("table");
  const { rows, words } = data;
  const memory = (frame.memory ??= { number: 0, said: [], timer: 0, name: "" });
  memory.said = memory.said.filter((one) => one.number > data.answered);
  memory.number = Math.max(memory.number, data.answered);
  // Until all is answered the selection is ours: an earlier answer must not take it back.
  const ours = rows.findIndex((layer) => layer.name === memory.name);
  memory.selected = (memory.said.length || memory.timer) && ours >= 0 ? ours : data.selected;
  memory.name = rows[memory.selected].name;

  const layers = () => [...table.tBodies[0].querySelectorAll("tr.layer")];

  const mark = () => {
    for (const [i, row] of layers().entries()) {
      row.setAttribute("aria-selected", String(i === memory.selected));
      row.tabIndex = i === memory.selected ? 0 : -1;
    }
    return layers()[memory.selected];
  };

  // Not scrollIntoView: that would also scroll the page under somebody who is in the form beside the table.
  const reveal = (row) => {
    const top = row.offsetTop - table.tHead.offsetHeight;
    const bottom = row.offsetTop + row.offsetHeight + (table.tFoot?.offsetHeight ?? 0);
    if (top < frame.scrollTop) frame.scrollTop = top;
    else if (bottom > frame.scrollTop + frame.clientHeight) frame.scrollTop = bottom - frame.clientHeight;
  };

  const say = (what, name, by = 0) => {
    memory.number = Math.max(memory.number + 1, Date.now());
    if (what === "select" && memory.said.at(-1)?.what === "select") memory.said.pop();
    memory.said.push({ number: memory.number, what, name, by });
    setStateValue("said", [...memory.said]);
  };

  const saySelection = () => {
    clearTimeout(memory.timer);
    memory.timer = 0;
    if (frame.isConnected) say("select", memory.name);
  };

  const select = (position, pause) => {
    const next = Math.max(0, Math.min(rows.length - 1, position));
    if (next !== memory.selected) {
      memory.selected = next;
      memory.name = rows[next].name;
      clearTimeout(memory.timer);
      memory.timer = setTimeout(saySelection, pause);
    }
    mark().focus();
  };

  const act = (what, position, by) => {
    if (memory.timer) saySelection();
    say(what, rows[position].name, by);
  };

  const share = (className, number, total) => {
    const cell = make("td", className);
    cell.append(make("span", number === 0 ? "none" : "", counted(number)));
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

  const figures = (layer) => {
    if (layer.shape === undefined) return words.heads.slice(1).map(() => make("td", "none", "–"));
    const memoryCell = make("td", "", layer.memory);
    memoryCell.title = words.bytes.replace("{bytes}", counted(layer.bytes));
    return [
      make("td", "", layer.shape),
      share("parameters", layer.parameters, data.totals.parameters),
      share("multiply-adds", layer.multiplyAdds, data.totals.multiplyAdds),
      memoryCell,
      make("td", layer.field ? "" : "none", layer.field || "–"),
    ];
  };

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
    const cells = ["", counted(parameters), counted(multiplyAdds), all, ""].map((text) => make("th", "", text));
    cells[3].title = words.bytes.replace("{bytes}", counted(bytes));
    row.append(label, ...cells);
    return row;
  };

  const draw = () => {
    const drawn = JSON.stringify([rows, data.wrong, data.totals, words]);
    if (memory.drawn === drawn) return mark(); // only another row was selected
    memory.drawn = drawn;
    const focused = table.contains(parentElement.activeElement ?? document.activeElement);
    const scrolled = frame.scrollTop;
    table.setAttribute("aria-label", words.table);
    parentElement.querySelector(".keys").textContent = words.keys;
    table.tHead.replaceChildren(headings());
    table.tBodies[0].replaceChildren(...rows.flatMap(drawRow));
    table.tFoot.replaceChildren(totals());
    frame.scrollTop = scrolled;
    const row = mark();
    if (focused) row.focus({ preventScroll: true });
    return row;
  };

  table.onkeydown = (event) => {
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    const here = layers().indexOf(event.target.closest("tr.layer"));
    if (here < 0) return;
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
