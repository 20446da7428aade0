// @ts-check
// A network's layers as a table: one row a layer, one of them selected, others marked beside it.
import { button, counted, fill, focusedIn, make, part } from "./dom.js";

const PAGE = 10;
const PAUSE = 120; // milliseconds of quiet before the server hears of a walk through the rows
const FEW = 3; // pieces of advice that are all told at their rows; of more only those on the selected layer

/**
 * @typedef {{rule: string, sentence: string, fix: string}} Advice
 * @typedef {number | string} Count  text where a number would not be exact
 * @typedef {object} Layer  what is not known where the network does not fit together is left out
 * @property {string} name
 * @property {string} kind
 * @property {string} group
 * @property {string} facts
 * @property {string} [part]  the part of the network that begins here
 * @property {string} [from]
 * @property {string[]} [inputs]  where they are not the layer above
 * @property {boolean} [many]  whether it may take more than one input
 * @property {string} [remark]
 * @property {Advice[]} [advice]
 * @property {string} [shape]
 * @property {Count} [parameters]
 * @property {Count} [multiplyAdds]
 * @property {Count} [bytes]
 * @property {string} [memory]
 * @property {string} [field]
 * @typedef {{parameters: Count, multiplyAdds: Count, memory: string, bytes: Count}} Totals
 * @typedef {Record<"total" | "share" | "bytes" | "table" | "keys" | "connect" | "connecting" | "connectingMany", string> &
 *   {heads: string[], meanings: string[]}} Words
 * @typedef {object} Data
 * @property {(Partial<Layer> & {alike: number})[]} rows  each with what is its own, and of which of `alike` it is one
 * @property {Partial<Layer>[]} alike  what equal layers with equal inputs have in common
 * @property {{row: number, sentence: string} | null} wrong
 * @property {number} selected
 * @property {string[]} marked  beside the selected one, or none
 * @property {{number: number, line: string} | null} copied  the layers that were copied, and by which thing done here
 * @property {number} answered  the number of the last thing done here that the server has answered
 * @property {Totals} totals
 * @property {Words} words
 * @typedef {"select" | "move" | "remove" | "duplicate" | "copy" | "cut" | "paste" | "connect" | "follow" | "undo" | "redo"} Verb
 * @typedef {object} Said
 * @property {number} number
 * @property {Verb} what
 * @property {string} name
 * @property {string[]} names  the marked layers; to connect, those that the layer takes its input from
 * @property {number} by
 * @property {string} text  what is pasted; the rule of the advice that is followed
 * @typedef {object} Memory
 * @property {number} number
 * @property {Said[]} said
 * @property {number} timer
 * @property {string} name
 * @property {number} selected
 * @property {Set<string>} marked
 * @property {string} anchor  where a range of marked layers begins
 * @property {number} copying  the number of the copy that is waited for
 * @property {string} connecting  the layer whose inputs are being chosen
 * @property {number} [shown]
 * @property {string} [drawn]
 * @property {string} [spoken]  the words in which the rows are drawn
 * @property {Map<string, HTMLTableRowElement>} drawnRows  by all that their cells say of the layer
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
  const { words } = data;
  const rows = data.rows.map((row) => /** @type {Layer} */ ({ ...data.alike[row.alike], ...row }));
  const memory = (frame.memory ??= {
    number: 0,
    said: [],
    timer: 0,
    name: "",
    selected: 0,
    marked: new Set(),
    anchor: "",
    copying: 0,
    connecting: "",
    drawnRows: /** @type {Map<string, HTMLTableRowElement>} */ (new Map()),
  });
  memory.said = memory.said.filter((one) => one.number > data.answered);
  memory.number = Math.max(memory.number, data.answered);
  // Until all is answered the selection is ours: an earlier answer must not take it back.
  const ours = rows.findIndex((layer) => layer.name === memory.name);
  const isOurs = Boolean(memory.said.length || memory.timer) && ours >= 0;
  memory.selected = isOurs ? ours : data.selected;
  memory.name = rows[memory.selected].name;
  if (!isOurs) memory.marked = new Set(data.marked);
  memory.marked.add(memory.name);
  if (!rows.some((layer) => layer.name === memory.anchor)) memory.anchor = memory.name;
  if (!rows.some((layer) => layer.name === memory.connecting)) memory.connecting = "";
  const fixed = rows[0].group === "input" ? 1 : 0;

  const layers = () => /** @type {HTMLTableRowElement[]} */ ([...body.querySelectorAll("tr.layer")]);

  const mark = () => {
    const taken = sourcesOf(memory.connecting);
    const drawn = layers();
    for (const [i, row] of drawn.entries()) {
      const selected = String(memory.marked.has(rows[i].name));
      if (row.getAttribute("aria-selected") !== selected) row.setAttribute("aria-selected", selected);
      row.toggleAttribute("data-current", i === memory.selected);
      row.toggleAttribute("data-source", taken.includes(rows[i].name));
      const tab = i === memory.selected ? 0 : -1;
      if (row.tabIndex !== tab || !row.hasAttribute("tabindex")) row.tabIndex = tab;
    }
    for (const row of body.querySelectorAll("tr.advice")) {
      row.toggleAttribute("data-shown", /** @type {HTMLElement} */ (row).dataset.of === String(memory.selected));
    }
    frame.toggleAttribute("data-connecting", memory.connecting !== "");
    const layer = rows.find((one) => one.name === memory.connecting);
    const hint = layer && fill(layer.many ? words.connectingMany : words.connecting, { name: layer.name });
    const keys = part(parentElement, ".keys");
    if (keys.textContent !== (hint ?? words.keys)) keys.textContent = hint ?? words.keys;
    return drawn[memory.selected];
  };

  /** @param {string} name */
  const sourcesOf = (name) => {
    const at = rows.findIndex((layer) => layer.name === name);
    return at < 0 ? [] : (rows[at].inputs ?? (at ? [rows[at - 1].name] : []));
  };

  // Not scrollIntoView: that would also scroll the page under somebody who is in the form beside the table.
  /** @param {HTMLTableRowElement} row */
  const reveal = (row) => {
    const top = row.offsetTop - head.offsetHeight;
    const bottom = row.offsetTop + row.offsetHeight + foot.offsetHeight;
    if (top < frame.scrollTop) frame.scrollTop = top;
    else if (bottom > frame.scrollTop + frame.clientHeight) frame.scrollTop = bottom - frame.clientHeight;
  };

  const markedNames = () => rows.map((layer) => layer.name).filter((name) => memory.marked.has(name));

  /** @param {Verb} what  @param {Partial<Said>} [more] */
  const say = (what, more) => {
    memory.number = Math.max(memory.number + 1, Date.now());
    if (what === "select" && memory.said[memory.said.length - 1]?.what === "select") memory.said.pop();
    memory.said.push({ number: memory.number, what, name: memory.name, names: markedNames(), by: 0, text: "", ...more });
    setStateValue("said", [...memory.said]);
  };

  const saySelection = () => {
    clearTimeout(memory.timer);
    memory.timer = 0;
    if (frame.isConnected) say("select");
  };

  /**
   * Select a row: alone, with all between it and where the range began, or in addition to what is marked.
   * @param {number} position  @param {number} pause  @param {"alone" | "range" | "added"} [how]
   */
  const select = (position, pause, how = "alone") => {
    const next = Math.max(0, Math.min(rows.length - 1, position));
    const before = [memory.name, ...memory.marked].join();
    if (how === "range") {
      const from = rows.findIndex((layer) => layer.name === memory.anchor);
      const range = rows.slice(Math.min(from, next), Math.max(from, next) + 1);
      memory.marked = new Set(range.map((layer) => layer.name));
    } else {
      memory.anchor = rows[next].name;
      if (how === "alone") memory.marked.clear();
      else if (memory.marked.has(rows[next].name) && memory.marked.size > 1) {
        memory.marked.delete(rows[next].name);
        if (next === memory.selected) return select(rows.findIndex((layer) => memory.marked.has(layer.name)), pause, "added");
        saySelection();
        return mark().focus();
      }
    }
    memory.selected = next;
    memory.name = rows[next].name;
    memory.marked.add(memory.name);
    if ([memory.name, ...memory.marked].join() !== before) {
      clearTimeout(memory.timer);
      memory.timer = window.setTimeout(saySelection, pause);
    }
    mark().focus();
  };

  /** @param {Verb} what  @param {Partial<Said>} [more] */
  const act = (what, more) => {
    if (memory.timer) saySelection();
    say(what, more);
  };

  // Choosing what a layer takes its input from ------------------------------------------------------------------------

  /** @param {string} name */
  const connect = (name) => {
    memory.connecting = memory.connecting === name ? "" : name;
    mark();
  };

  /** @param {number} position */
  const connectTo = (position) => {
    const to = rows.findIndex((layer) => layer.name === memory.connecting);
    const { name } = rows[position];
    if (position >= to) return connect(memory.connecting);
    const taken = sourcesOf(memory.connecting);
    const others = taken.filter((one) => one !== name);
    const names = !rows[to].many ? [name] : others.length < taken.length ? others : [...taken, name];
    if (names.length) act("connect", { name: memory.connecting, names });
    if (!rows[to].many) connect(memory.connecting);
  };

  /** @param {MouseEvent} event  @param {number} position */
  const click = (event, position) => {
    if (memory.connecting) return connectTo(position);
    select(position, 0, event.shiftKey ? "range" : event.ctrlKey || event.metaKey ? "added" : "alone");
  };

  // Dragging ----------------------------------------------------------------------------------------------------------

  const dropped = () => body.querySelector("[data-drop]")?.removeAttribute("data-drop");

  /** @param {HTMLTableRowElement} row  @param {number} position */
  const drag = (row, position) => {
    row.draggable = position >= fixed;
    row.ondragstart = (event) => {
      if (!memory.marked.has(rows[position].name)) select(position, 0);
      event.dataTransfer?.setData("text/plain", rows[position].name);
      frame.toggleAttribute("data-dragging", true);
    };
    row.ondragend = () => {
      frame.removeAttribute("data-dragging");
      dropped();
    };
    row.ondragover = (event) => {
      if (!frame.hasAttribute("data-dragging")) return;
      const box = row.getBoundingClientRect();
      const below = event.clientY > box.top + box.height / 2 || position < fixed;
      event.preventDefault();
      if (row.dataset.drop !== (below ? "below" : "above")) dropped();
      row.dataset.drop = below ? "below" : "above";
    };
    row.ondrop = (event) => {
      event.preventDefault();
      const by = distance(position + (row.dataset.drop === "below" ? 1 : 0));
      dropped();
      if (by) act("move", { by });
    };
  };

  /** By how many places the marked rows must go to stand before the row at a place.
   * @param {number} to */
  const distance = (to) => {
    const places = rows.flatMap((layer, i) => (memory.marked.has(layer.name) ? [i] : []));
    const [first, last] = [places[0], places[places.length - 1]];
    return to <= first ? to - first : to > last + 1 ? to - 1 - last : 0;
  };

  /** @param {string} className  @param {Count} count */
  const share = (className, count) => {
    const cell = make("td", className);
    cell.append(make("span", Number(count) === 0 ? "none" : "", counted(count)));
    if (Number(count) > 0) {
      const bar = make("span", "bar");
      const part = make("i");
      part.style.setProperty("--count", String(Number(count)));
      bar.append(part);
      bar.setAttribute("aria-hidden", "true");
      cell.append(bar);
    }
    return cell;
  };

  /** Say of all bars how long they are, which every edit changes: each knows its own count. */
  const weigh = () => {
    frame.style.setProperty("--parameters", String(Number(data.totals.parameters)));
    frame.style.setProperty("--multiply-adds", String(Number(data.totals.multiplyAdds)));
  };

  /** Say in a cell that is pointed at how much of all it is.
   * @param {Element} target */
  const tellShare = (target) => {
    const cell = /** @type {HTMLElement | null} */ (target.closest(".parameters, .multiply-adds"));
    const row = cell?.closest("tr.layer");
    if (!cell || !row || !cell.querySelector(".bar")) return;
    const layer = rows[layers().findIndex((one) => one === row)];
    const [count, all] = cell.classList.contains("parameters")
      ? [layer.parameters, data.totals.parameters]
      : [layer.multiplyAdds, data.totals.multiplyAdds];
    cell.title = words.share.replace("{percent}", ((100 * Number(count)) / Number(all)).toFixed(1));
  };

  /** @param {Layer} layer */
  const first = (layer) => {
    const cell = make("td");
    const name = make("span", "name", layer.name);
    name.title = layer.name;
    const facts = make("span", "facts");
    const text = [layer.kind, layer.facts, layer.from].filter(Boolean).join(" · ");
    const told = layer.advice ?? [];
    if (layer.remark || told.length) facts.append(make("span", "remark", "! "));
    facts.append(text);
    facts.title = [text, layer.remark, ...told.map((one) => one.sentence)].filter(Boolean).join("\n");
    cell.append(name, ...(layer.part ? [make("span", "part", layer.part)] : []), facts);
    if (layer.group !== "input") {
      const from = button("⤷", fill(words.connect, { name: layer.name }), () => {}, `connect ${layer.name}`);
      from.className = "from";
      from.tabIndex = -1; // the form beside the table offers the same
      cell.append(from);
    }
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
      share("parameters", parameters),
      share("multiply-adds", multiplyAdds),
      memoryCell,
      make("td", field ? "" : "none", field || "–"),
    ];
  };

  /** Return the row of a layer: the one from before where it says the same.
   * @param {Layer} layer  @param {Map<string, HTMLTableRowElement>} before */
  const rowOf = (layer, before) => {
    const said = JSON.stringify(layer);
    let row = before.get(said);
    if (!row) {
      row = make("tr");
      row.append(first(layer), ...figures(layer));
    }
    memory.drawnRows.set(said, row);
    return row;
  };

  /** Return a layer's row with what belongs to it, for this place in this network.
   * @param {Layer} layer  @param {number} position  @param {Map<string, HTMLTableRowElement>} before */
  const drawRow = (layer, position, before) => {
    const row = rowOf(layer, before);
    const wrong = data.wrong?.row === position;
    const below = data.wrong && position > data.wrong.row;
    const classes = `layer group-${layer.group}${below ? " below" : ""}${wrong ? " wrong" : ""}`;
    if (row.className !== classes) row.className = classes;
    row.toggleAttribute("aria-describedby", wrong);
    row.onclick = (event) => click(event, position);
    const from = /** @type {HTMLElement | null} */ (row.querySelector(".from"));
    if (from) {
      from.onclick = (event) => {
        event.stopPropagation();
        connect(layer.name);
      };
    }
    drag(row, position);
    const advice = (layer.advice ?? []).map((one) => advised(one, layer, position));
    if (!data.wrong || !wrong) return [row, ...advice];
    row.setAttribute("aria-describedby", "why");
    const why = make("tr", "why");
    const cell = make("td");
    cell.colSpan = words.heads.length;
    const sentence = make("p", "", data.wrong.sentence);
    sentence.id = "why";
    cell.append(sentence);
    why.append(cell);
    why.onclick = () => select(position, 0);
    return [row, why, ...advice];
  };

  /** @param {Advice} advice  @param {Layer} layer  @param {number} position */
  const advised = (advice, layer, position) => {
    const row = make("tr", "advice");
    row.dataset.of = String(position);
    const cell = make("td");
    cell.colSpan = words.heads.length;
    const fix = make("button", "", advice.fix);
    fix.type = "button";
    fix.onclick = () => act("follow", { name: layer.name, text: advice.rule });
    cell.append(make("p", "", advice.sentence), fix);
    row.append(cell);
    return row;
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

  const drawRows = () => {
    const spoken = JSON.stringify(words);
    const before = memory.spoken === spoken ? memory.drawnRows : new Map();
    memory.spoken = spoken;
    memory.drawnRows = new Map();
    return rows.flatMap((layer, position) => drawRow(layer, position, before));
  };

  const draw = () => {
    const drawn = JSON.stringify([rows, data.wrong, data.totals, words]);
    if (memory.drawn === drawn) return mark(); // only another row was selected
    memory.drawn = drawn;
    const focused = table.contains(focusedIn(frame));
    table.setAttribute("aria-label", words.table);
    head.replaceChildren(headings());
    weigh();
    putInto(body, drawRows());
    foot.replaceChildren(totals());
    frame.toggleAttribute("data-few", rows.reduce((count, layer) => count + (layer.advice?.length ?? 0), 0) <= FEW);
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
    const control = ctrlKey || metaKey;
    /** @type {Record<string, Verb>} */
    const verbs = { d: "duplicate", x: "cut", c: "copy", z: shiftKey ? "redo" : "undo", y: "redo" };
    const verb = control && !altKey ? verbs[key.toLowerCase()] : undefined;
    if (altKey && (key === "ArrowUp" || key === "ArrowDown")) act("move", { by: steps[key] });
    else if (verb) {
      act(verb);
      if (verb === "copy" || verb === "cut") memory.copying = memory.number;
    } else if (control && key.toLowerCase() === "a") {
      memory.anchor = rows[Math.min(fixed, rows.length - 1)].name;
      select(rows.length - 1, 0, "range");
    } else if (altKey || control) return;
    else if (key in steps) select(here + steps[key], PAUSE, shiftKey ? "range" : "alone");
    else if (key === "Delete") act("remove");
    else if (key === "Enter" || key === " ") select(here, 0);
    else if (key === "Escape" && memory.connecting) connect(memory.connecting);
    else if (key === "Escape" && memory.marked.size > 1) select(here, 0);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  table.onpointerover = (event) => tellShare(/** @type {Element} */ (event.target));

  table.onpaste = (event) => {
    event.preventDefault();
    event.stopPropagation();
    act("paste", { text: event.clipboardData?.getData("text/plain").trim() ?? "" });
  };

  if (data.copied && memory.copying && data.copied.number === memory.copying) {
    memory.copying = 0;
    copy(data.copied.line, frame);
  }
  const shown = memory.shown;
  const row = draw();
  memory.shown = memory.selected;
  if (shown !== memory.shown) reveal(row);
}

/**
 * Let an element have these children; those that stay in their order are left where they are.
 * @param {Element} parent  @param {Element[]} children
 */
const putInto = (parent, children) => {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let at = parent.firstElementChild;
  for (const child of children) {
    if (child === at) at = at.nextElementSibling;
    else parent.insertBefore(child, at);
  }
};

/**
 * Put a text into the clipboard; where the browser offers none to this address, in the way that works everywhere.
 * @param {string} text  @param {HTMLElement} root
 */
const copy = async (text, root) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const focused = focusedIn(root);
    const field = make("textarea");
    field.value = text;
    root.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    focused?.focus({ preventScroll: true });
  }
};
