// A network's layers as a table: one row a layer, one of them selected.
// In: data.rows [{name, kind, group, facts, remark, shape, parameters, multiplyAdds, bytes, memory, field, below}],
//     data.wrong {row, sentence} or null, data.selected, data.answered, data.totals, data.words.
// Out: the trigger "select" {name, asked}; the trigger "act" {what: move | remove | undo | redo, name, by}.

const PAGE = 10;
const PAUSE = 120; // milliseconds of quiet before the server hears of a walk through the rows

const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

const counted = (number) => number.toLocaleString("en-US");

export default function ({ data, parentElement, setTriggerValue }) {
  const frame = parentElement.querySelector(".frame");
  const table = frame.querySelector("table");
  const { rows, words } = data;
  // `asked` is the time of our last selection: an answer to an earlier one must not take it back.
  const memory = (frame.memory ??= { selected: 0, asked: 0, told: 0, timer: 0 });
  if (data.answered >= memory.asked) memory.selected = data.selected;
  memory.selected = Math.min(memory.selected, rows.length - 1);

  const layers = () => [...table.tBodies[0].querySelectorAll("tr.layer")];

  const mark = (focus) => {
    for (const [i, row] of layers().entries()) {
      row.setAttribute("aria-selected", String(i === memory.selected));
      row.tabIndex = i === memory.selected ? 0 : -1;
    }
    const row = layers()[memory.selected];
    if (focus) row?.focus({ preventScroll: true });
    return row;
  };

  // Not scrollIntoView: that would also scroll the page.
  const reveal = (row) => {
    if (!row) return;
    const top = row.offsetTop - table.tHead.offsetHeight;
    const bottom = row.offsetTop + row.offsetHeight + (table.tFoot?.offsetHeight ?? 0);
    if (top < frame.scrollTop) frame.scrollTop = top;
    else if (bottom > frame.scrollTop + frame.clientHeight) frame.scrollTop = bottom - frame.clientHeight;
  };

  const tell = () => {
    memory.told = memory.asked;
    if (frame.isConnected) setTriggerValue("select", { name: rows[memory.selected].name, asked: memory.asked });
  };

  const select = (position, pause) => {
    const next = Math.max(0, Math.min(rows.length - 1, position));
    clearTimeout(memory.timer);
    if (next !== memory.selected) {
      memory.selected = next;
      memory.asked = Math.max(memory.asked + 1, Date.now());
    }
    if (memory.told !== memory.asked) memory.timer = setTimeout(tell, pause);
    reveal(mark(true));
  };

  const act = (what, by) => {
    setTriggerValue("act", { what, name: rows[memory.selected].name, by: by ?? 0 });
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
    const focused = table.contains(parentElement.activeElement ?? document.activeElement);
    const scrolled = frame.scrollTop;
    table.setAttribute("aria-label", words.table);
    table.tHead.replaceChildren(headings());
    table.tBodies[0].replaceChildren(...rows.flatMap(drawRow));
    table.tFoot.replaceChildren(totals());
    frame.scrollTop = scrolled;
    return mark(focused);
  };

  table.onkeydown = (event) => {
    const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
    const here = memory.selected;
    const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -PAGE, PageDown: PAGE, Home: -rows.length, End: rows.length };
    if (altKey && (key === "ArrowUp" || key === "ArrowDown")) act("move", steps[key]);
    else if ((ctrlKey || metaKey) && key.toLowerCase() === "z") act(shiftKey ? "redo" : "undo");
    else if (ctrlKey && key.toLowerCase() === "y") act("redo");
    else if (altKey || ctrlKey || metaKey) return;
    else if (key in steps) select(here + steps[key], PAUSE);
    else if (key === "Delete") act("remove");
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
