// @ts-check
// A network's layers as a table: one row a layer, one of them selected, others marked beside it.
import { button, counted, fill, focusedIn, make, part } from "./dom.js";
import { after, withFigures } from "./expected_network.js";
import { partOf, sourcesOf } from "./layer_edits.js";
import { showTotals, totalsOf } from "./layer_totals.js";
import { hearing } from "./told.js";
import { settingOf, typedIn } from "./typed_settings.js";

const PAGE = 10;
const PAUSE = 120; // milliseconds of quiet before the server hears of a walk through the rows
const PATIENCE = 10_000; // milliseconds after which a value that was typed is taken for lost
const SETTLING = 60; // milliseconds that the page's fields take to show what has come
const AGAIN = 4_000; // milliseconds after which what was said and is not answered is said once more
const MOST_KEPT = 48; // networks that are kept for whoever goes back to them
const FEW = 3; // pieces of advice that are all told at their rows; of more only those on the selected layer

/**
 * @typedef {{rule: string, sentence: string, fix: string}} Advice
 * @typedef {number | string} Count  text where a number would not be exact
 * @typedef {object} Layer  what is not known where the network does not fit together is left out
 * @property {string} name
 * @property {string} kind
 * @property {string} group
 * @property {Record<string, any>} settings
 * @property {string} facts  the settings in words
 * @property {boolean} [isWorded]  false where they are the settings' of before
 * @property {string} [part]  the part of the network that begins here
 * @property {string[]} [inputs]  where they are not the layer above
 * @property {boolean} [many]  whether it may take more than one input
 * @property {string} [remark]
 * @property {Advice[]} [advice]
 * @property {number[]} [shape]
 * @property {boolean} [isWaiting]  whether its figures are not known yet
 * @property {Count} [parameters]
 * @property {Count} [untrained]  those of them that no training changes
 * @property {boolean} [frozen]  whether it changes none
 * @property {Count} [multiplyAdds]
 * @property {Count} [bytes]
 * @property {string} [memory]
 * @property {string} [field]
 * @typedef {import("./layer_totals.js").Totals} Totals
 * @typedef {import("./layer_totals.js").Words & Record<"total" | "share" | "bytes" | "table" | "keys" | "from" | "connect" | "connecting" | "connectingMany", string> &
 *   {heads: string[], meanings: string[]}} Words
 * @typedef {object} Data
 * @property {(Omit<Partial<Layer>, "shape"> & {alike: number})[]} rows  each with what is its own, and of which of `alike` it is one
 * @property {(Omit<Partial<Layer>, "shape"> & {shape?: string})[]} alike  what equal layers with equal inputs have in common
 * @property {{row: number, sentence: string} | null} wrong
 * @property {number} selected
 * @property {string[]} marked  beside the selected one, or none
 * @property {{number: number, line: string} | null} copied  the layers that were copied, and by which thing done here
 * @property {number} answered  the number of the last thing done here that the server has answered
 * @property {number} refused  how many values that were typed were refused
 * @property {string} version  of the network
 * @property {string[]} past  the versions that undo leads to, the nearest last
 * @property {string[]} future  and those that redo leads to
 * @property {Totals} totals
 * @property {Words} words
 * @typedef {"select" | "move" | "remove" | "duplicate" | "copy" | "cut" | "paste" | "connect" | "follow" | "put" | "undo" | "redo"} Verb
 * @typedef {object} Said
 * @property {number} number
 * @property {Verb} what
 * @property {string} name
 * @property {string[]} names  the marked layers; to connect, those that the layer takes its input from
 * @property {number} by
 * @property {string} text  what is pasted; the rule of the advice that is followed; the setting that is typed
 * @property {unknown} [value]  what is typed
 * @property {number} [refused]
 * @typedef {import("./expected_network.js").State & {wrong: Data["wrong"], totals: Totals}} Sent
 * @typedef {object} Memory
 * @property {Data} data
 * @property {Layer[]} rows  as they are shown: with what was done and is not answered yet
 * @property {Data["wrong"]} wrong
 * @property {Totals | undefined} totals
 * @property {Map<string, Sent>} sent  networks that the server has sent, by their versions
 * @property {number} number
 * @property {Said[]} said
 * @property {boolean} waits  whether something that was said waits to be sent
 * @property {number} under  the last thing that was sent and is not answered yet, or 0
 * @property {Said[]} typed  what was typed in the form and is not in the network yet
 * @property {{number: number, part: Layer[]}} [copies]  the layers that were copied, and by which thing done here
 * @property {number} timer
 * @property {string} name
 * @property {number} selected
 * @property {Set<string>} marked
 * @property {string} anchor  where a range of marked layers begins
 * @property {number} copying  the number of the copy that is waited for
 * @property {string} connecting  the layer whose inputs are being chosen
 * @property {number} [shown]
 * @property {string[]} [drawn]  all that the table says
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
  const memory = (frame.memory ??= begun(data));
  if (JSON.stringify(memory.data.words) !== JSON.stringify(data.words)) memory.sent.clear();
  // Rows keep what their first call made of them; so all that changes is read from here.
  memory.data = data;
  memory.said = memory.said.filter((one) => one.number > data.answered);
  memory.number = Math.max(memory.number, data.answered);
  const base = received(data, memory);
  memory.typed = memory.typed.filter((one) => isOpen(one, data, base));
  if (memory.under <= data.answered) memory.under = 0;

  /** Show the server's network with all that was done since. */
  const expect = () => {
    const { copied } = memory.data;
    const sent = /** @type {Sent} */ (memory.sent.get(memory.data.version));
    const done = [...memory.typed, ...memory.said].sort((one, other) => one.number - other.number);
    const own = copied && memory.copies?.number === copied.number ? memory.copies.part : undefined;
    const earlier = Object.fromEntries(memory.sent);
    const state = done.reduce(
      (before, one) => after(before, one, earlier, copied?.line ?? ""),
      /** @type {import("./expected_network.js").State} */ ({ ...sent, copied: own }),
    );
    const known = typeof state.here === "string" ? memory.sent.get(state.here) : undefined;
    memory.rows = /** @type {Layer[]} */ (known ? known.rows : withFigures(state.rows, sent.rows));
    memory.wrong = known ? known.wrong : null;
    memory.totals = known ? known.totals : totalsOf(memory.rows);
    const isOurs = memory.timer && memory.rows.some((layer) => layer.name === memory.name);
    if (!isOurs) {
      memory.name = state.name;
      memory.marked = new Set(state.marked);
    }
    memory.selected = memory.rows.findIndex((layer) => layer.name === memory.name);
    memory.marked.add(memory.name);
    if (!memory.rows.some((layer) => layer.name === memory.anchor)) memory.anchor = memory.name;
    if (!memory.rows.some((layer) => layer.name === memory.connecting)) memory.connecting = "";
  };

  const fixed = () => (memory.rows[0].group === "input" ? 1 : 0);

  const layers = () => /** @type {HTMLTableRowElement[]} */ ([...body.querySelectorAll("tr.layer")]);

  const mark = () => {
    const sources = taken(memory.connecting);
    const drawn = layers();
    for (const [i, row] of drawn.entries()) {
      const selected = String(memory.marked.has(memory.rows[i].name));
      if (row.getAttribute("aria-selected") !== selected) row.setAttribute("aria-selected", selected);
      row.toggleAttribute("data-current", i === memory.selected);
      row.toggleAttribute("data-source", sources.includes(memory.rows[i].name));
      const tab = i === memory.selected ? 0 : -1;
      if (row.tabIndex !== tab || !row.hasAttribute("tabindex")) row.tabIndex = tab;
    }
    for (const row of body.querySelectorAll("tr.advice")) {
      row.toggleAttribute("data-shown", /** @type {HTMLElement} */ (row).dataset.of === String(memory.selected));
    }
    frame.toggleAttribute("data-connecting", memory.connecting !== "");
    const layer = memory.rows.find((one) => one.name === memory.connecting);
    const hint = layer && fill(layer.many ? memory.data.words.connectingMany : memory.data.words.connecting, { name: layer.name });
    const keys = part(parentElement, ".keys");
    if (keys.textContent !== (hint ?? memory.data.words.keys)) keys.textContent = hint ?? memory.data.words.keys;
    return drawn[memory.selected];
  };

  /** @param {string} name */
  const taken = (name) => {
    const at = memory.rows.findIndex((layer) => layer.name === name);
    return at < 0 ? [] : sourcesOf(memory.rows, at);
  };

  // Not scrollIntoView: that would also scroll the page under somebody who is in the form beside the table.
  /** @param {HTMLTableRowElement} row */
  const reveal = (row) => {
    const top = row.offsetTop - head.offsetHeight;
    const bottom = row.offsetTop + row.offsetHeight + foot.offsetHeight;
    if (top < frame.scrollTop) frame.scrollTop = top;
    else if (bottom > frame.scrollTop + frame.clientHeight) frame.scrollTop = bottom - frame.clientHeight;
  };

  const markedNames = () => memory.rows.map((layer) => layer.name).filter((name) => memory.marked.has(name));

  /** @param {Verb} what  @param {Partial<Said>} [more] */
  const say = (what, more) => {
    memory.number = Math.max(memory.number + 1, Date.now());
    if (what === "select" && memory.said[memory.said.length - 1]?.what === "select") memory.said.pop();
    memory.said.push({ number: memory.number, what, name: memory.name, names: markedNames(), by: 0, text: "", ...more });
    send();
  };

  // Streamlit sends the values of all fields along. As long as they show what was before, the server would take them for
  // typed; so what is said waits until the page shows the last answer.
  const send = () => {
    if (memory.waits) return;
    memory.waits = true;
    whenDrawn(() => {
      memory.waits = false;
      const last = memory.said[memory.said.length - 1]?.number ?? 0;
      if (!frame.isConnected || !last || memory.under) return;
      memory.under = last;
      setStateValue("said", [...memory.said]);
      setTimeout(() => {
        if (memory.under !== last) return;
        memory.under = 0;
        send();
      }, AGAIN);
    });
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
    const next = Math.max(0, Math.min(memory.rows.length - 1, position));
    const before = [memory.name, ...memory.marked].join();
    if (how === "range") {
      const from = memory.rows.findIndex((layer) => layer.name === memory.anchor);
      const range = memory.rows.slice(Math.min(from, next), Math.max(from, next) + 1);
      memory.marked = new Set(range.map((layer) => layer.name));
    } else {
      memory.anchor = memory.rows[next].name;
      if (how === "alone") memory.marked.clear();
      else if (memory.marked.has(memory.rows[next].name) && memory.marked.size > 1) {
        memory.marked.delete(memory.rows[next].name);
        if (next === memory.selected) return select(memory.rows.findIndex((layer) => memory.marked.has(layer.name)), pause, "added");
        saySelection();
        return mark().focus();
      }
    }
    memory.selected = next;
    memory.name = memory.rows[next].name;
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
    const number = memory.number;
    if (what === "copy" || what === "cut") memory.copies = { number, part: partOf(memory.rows, markedNames()) };
    show();
  };

  /** Show what is expected, and the selected layer where that is another one. */
  const show = () => {
    const before = memory.shown;
    expect();
    const row = draw();
    memory.shown = memory.selected;
    if (before === memory.shown) return;
    reveal(row);
    // Rows that were never seen are as high as they are only once they are.
    requestAnimationFrame(() => requestAnimationFrame(() => reveal(row)));
  };

  // Choosing what a layer takes its input from ------------------------------------------------------------------------

  /** @param {string} name */
  const connect = (name) => {
    memory.connecting = memory.connecting === name ? "" : name;
    mark();
  };

  /** @param {number} position */
  const connectTo = (position) => {
    const to = memory.rows.findIndex((layer) => layer.name === memory.connecting);
    const { name } = memory.rows[position];
    if (position >= to) return connect(memory.connecting);
    const sources = taken(memory.connecting);
    const others = sources.filter((one) => one !== name);
    const names = !memory.rows[to].many ? [name] : others.length < sources.length ? others : [...sources, name];
    if (names.length) act("connect", { name: memory.connecting, names });
    if (!memory.rows[to].many) connect(memory.connecting);
  };

  // What is done with a row is heard by the table: an edit leaves most rows as they are, but not their places.

  /** Return the row that something happens in, and its place.
   * @param {Event} event  @returns {[HTMLTableRowElement, number] | undefined} */
  const rowAt = ({ target }) => {
    const row = target instanceof Element ? /** @type {HTMLTableRowElement | null} */ (target.closest("tr.layer")) : null;
    return row ? [row, layers().indexOf(row)] : undefined;
  };

  body.onclick = (event) => {
    const [, position = -1] = rowAt(event) ?? [];
    if (position < 0) return;
    if (/** @type {Element} */ (event.target).closest(".from")) connect(memory.rows[position].name);
    else if (memory.connecting) connectTo(position);
    else select(position, 0, event.shiftKey ? "range" : event.ctrlKey || event.metaKey ? "added" : "alone");
  };

  // Dragging ----------------------------------------------------------------------------------------------------------

  const dropped = () => body.querySelector("[data-drop]")?.removeAttribute("data-drop");

  body.ondragstart = (event) => {
    const [, position = -1] = rowAt(event) ?? [];
    if (position < 0) return;
    if (!memory.marked.has(memory.rows[position].name)) select(position, 0);
    event.dataTransfer?.setData("text/plain", memory.rows[position].name);
    frame.toggleAttribute("data-dragging", true);
  };
  body.ondragend = () => {
    frame.removeAttribute("data-dragging");
    dropped();
  };
  body.ondragover = (event) => {
    const [row, position] = rowAt(event) ?? [];
    if (!row || position === undefined || !frame.hasAttribute("data-dragging")) return;
    const box = row.getBoundingClientRect();
    const below = event.clientY > box.top + box.height / 2 || position < fixed();
    event.preventDefault();
    if (row.dataset.drop !== (below ? "below" : "above")) dropped();
    row.dataset.drop = below ? "below" : "above";
  };
  body.ondrop = (event) => {
    const [row, position] = rowAt(event) ?? [];
    if (!row || position === undefined) return;
    event.preventDefault();
    const by = distance(position + (row.dataset.drop === "below" ? 1 : 0));
    dropped();
    if (by) act("move", { by });
  };

  /** By how many places the marked rows must go to stand before the row at a place.
   * @param {number} to */
  const distance = (to) => {
    const places = memory.rows.flatMap((layer, i) => (memory.marked.has(layer.name) ? [i] : []));
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
    if (!memory.totals) return;
    frame.style.setProperty("--parameters", String(Number(memory.totals.parameters)));
    frame.style.setProperty("--multiply-adds", String(Number(memory.totals.multiplyAdds)));
  };

  /** Give the columns the room that their figures take. */
  const widen = () => {
    const lists = [memory.data.words.heads.slice(1).map(widthOfHead), widthsOfTotals(memory.totals), ...memory.rows.map(widthsOf)];
    const widths = memory.data.words.heads.slice(1).map((_, at) => Math.max(...lists.map((list) => list[at])));
    const columns = widths.map((width, at) => `calc(${width.toFixed(1)}ch + ${at < widths.length - 1 ? 13 : 19}px)`);
    if (frame.style.getPropertyValue("--columns") === columns.join(" ")) return;
    frame.style.setProperty("--columns", columns.join(" "));
    frame.style.setProperty("--least", `calc(9.5rem + ${columns.join(" + ")})`);
  };

  /** Say in a cell that is pointed at how much of all it is.
   * @param {Element} target */
  const tellShare = (target) => {
    const cell = /** @type {HTMLElement | null} */ (target.closest(".parameters, .multiply-adds"));
    const row = cell?.closest("tr.layer");
    if (!cell || !row || !memory.totals || !cell.querySelector(".bar")) return;
    const layer = memory.rows[layers().findIndex((one) => one === row)];
    const [count, all] = cell.classList.contains("parameters")
      ? [layer.parameters, memory.totals.parameters]
      : [layer.multiplyAdds, memory.totals.multiplyAdds];
    cell.title = memory.data.words.share.replace("{percent}", ((100 * Number(count)) / Number(all)).toFixed(1));
  };

  /** @param {Layer} layer */
  const first = (layer) => {
    const cell = make("td");
    const name = make("span", "name", layer.name);
    name.title = layer.name;
    const facts = make("span", layer.isWorded === false ? "facts unworded" : "facts");
    const from = layer.inputs && fill(memory.data.words.from, { names: layer.inputs.join(", ") });
    const text = [layer.kind, layer.facts, from].filter(Boolean).join(" · ");
    const told = layer.advice ?? [];
    if (layer.remark || told.length) facts.append(make("span", "remark", "! "));
    facts.append(text);
    facts.title = [text, layer.remark, ...told.map((one) => one.sentence)].filter(Boolean).join("\n");
    cell.append(name, ...(layer.part ? [make("span", "part", layer.part)] : []), facts);
    if (layer.group !== "input") {
      const connects = button("⤷", fill(memory.data.words.connect, { name: layer.name }), () => {}, `connect ${layer.name}`);
      connects.className = "from";
      connects.tabIndex = -1; // the form beside the table offers the same
      cell.append(connects);
    }
    return cell;
  };

  /** @param {Layer} layer */
  const figures = (layer) => {
    const { shape, parameters = 0, multiplyAdds = 0, bytes = 0, memory: size, field } = layer;
    if (shape === undefined) return memory.data.words.heads.slice(1).map(() => make("td", "none", layer.isWaiting ? "…" : "–"));
    const memoryCell = make("td", "", size);
    memoryCell.title = memory.data.words.bytes.replace("{bytes}", counted(bytes));
    return [
      make("td", "", shape.join("×")),
      share("parameters", parameters),
      share("multiply-adds", multiplyAdds),
      memoryCell,
      make("td", field ? "" : "none", field || "–"),
    ];
  };

  /** Return the row of a layer: the one from before where it says the same.
   * @param {Layer} layer  @param {Map<string, HTMLTableRowElement>} before */
  const rowOf = (layer, before) => {
    const said = saidOf(layer);
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
    const wrong = memory.wrong?.row === position;
    const below = memory.wrong && position > memory.wrong.row;
    const classes = `layer group-${layer.group}${below ? " below" : ""}${wrong ? " wrong" : ""}`;
    if (row.className !== classes) row.className = classes;
    row.toggleAttribute("aria-describedby", wrong);
    const isDraggable = position >= fixed();
    if (row.draggable !== isDraggable) row.draggable = isDraggable;
    const advice = (layer.advice ?? []).map((one) => advised(one, layer, position));
    if (!memory.wrong || !wrong) return [row, ...advice];
    row.setAttribute("aria-describedby", "why");
    const why = make("tr", "why");
    const cell = make("td");
    cell.colSpan = memory.data.words.heads.length;
    const sentence = make("p", "", memory.wrong.sentence);
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
    cell.colSpan = memory.data.words.heads.length;
    const fix = make("button", "", advice.fix);
    fix.type = "button";
    fix.onclick = () => act("follow", { name: layer.name, text: advice.rule });
    cell.append(make("p", "", advice.sentence), fix);
    row.append(cell);
    return row;
  };

  const headings = () => {
    const row = make("tr");
    for (const [i, text] of memory.data.words.heads.entries()) {
      const head = make("th", "", text);
      head.scope = "col";
      if (memory.data.words.meanings[i]) head.title = memory.data.words.meanings[i];
      row.append(head);
    }
    return row;
  };

  const totals = () => {
    const row = make("tr");
    const label = make("th", "", memory.data.words.total);
    label.scope = "row";
    const all = memory.totals;
    const texts = all ? [counted(all.parameters), counted(all.multiplyAdds), all.memory] : ["…", "…", "…"];
    const cells = ["", ...texts, ""].map((text) => make("td", "", text));
    if (all) cells[3].title = memory.data.words.bytes.replace("{bytes}", counted(all.bytes));
    row.append(label, ...cells);
    return row;
  };

  const drawRows = () => {
    const spoken = JSON.stringify(memory.data.words);
    const before = memory.spoken === spoken ? memory.drawnRows : new Map();
    memory.spoken = spoken;
    memory.drawnRows = new Map();
    return memory.rows.flatMap((layer, position) => drawRow(layer, position, before));
  };

  const draw = () => {
    const drawn = [JSON.stringify([memory.wrong, memory.totals, memory.data.words]), ...memory.rows.map(saidOf)];
    if (isSameList(memory.drawn ?? [], drawn)) return mark(); // only another row was selected
    memory.drawn = drawn;
    showTotals(memory.totals, memory.data.words);
    const focused = table.contains(focusedIn(frame));
    table.setAttribute("aria-label", memory.data.words.table);
    head.replaceChildren(headings());
    weigh();
    widen();
    putInto(body, drawRows());
    foot.replaceChildren(totals());
    frame.toggleAttribute("data-few", memory.rows.reduce((count, layer) => count + (layer.advice?.length ?? 0), 0) <= FEW);
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
    const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -PAGE, PageDown: PAGE, Home: -memory.rows.length, End: memory.rows.length };
    const control = ctrlKey || metaKey;
    /** @type {Record<string, Verb>} */
    const verbs = { d: "duplicate", x: "cut", c: "copy", z: shiftKey ? "redo" : "undo", y: "redo" };
    const verb = control && !altKey ? verbs[key.toLowerCase()] : undefined;
    if (altKey && (key === "ArrowUp" || key === "ArrowDown")) act("move", { by: steps[key] });
    else if (verb) {
      act(verb);
      if (verb === "copy" || verb === "cut") memory.copying = memory.number;
    } else if (control && key.toLowerCase() === "a") {
      memory.anchor = memory.rows[Math.min(fixed(), memory.rows.length - 1)].name;
      select(memory.rows.length - 1, 0, "range");
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

  const { signal } = hearing(parentElement);
  // The buttons beside the table say what keys say in it: so what they do is shown as soon.
  document.addEventListener(
    "click",
    (event) => {
      const verb = frame.isConnected && verbOf(event.target);
      if (!verb) return;
      event.preventDefault();
      event.stopPropagation();
      act(...verb);
    },
    { capture: true, signal },
  );
  typedIn("panel_settings", signal, (field, value) => {
    const { name } = /** @type {Sent} */ (memory.sent.get(memory.data.version));
    const layer = memory.rows.find((one) => one.name === name);
    const put = layer && settingOf(layer.settings, field, value);
    if (!put) return;
    memory.number = Math.max(memory.number + 1, Date.now());
    const more = { number: memory.number, refused: memory.data.refused };
    memory.typed.push({ what: "put", name, names: [name], by: 0, text: put[0], value: put[1], ...more });
    setTimeout(() => {
      memory.typed = memory.typed.filter((one) => one.number !== more.number);
      if (frame.isConnected) show();
    }, PATIENCE);
    show();
  });

  show();
  if (memory.said.length) send();
  // The sums of an answer that is not the last take the place of those that are expected.
  if (memory.said.length || memory.typed.length) whenDrawn(() => frame.isConnected && showTotals(memory.totals, memory.data.words));
}

/** Call back once the server has nothing more to draw, and it is drawn.
 * @param {() => void} go */
const whenDrawn = (go) => {
  const until = performance.now() + AGAIN;
  const look = () => {
    const app = /** @type {HTMLElement | null} */ (document.querySelector('[data-testid="stApp"]'));
    const isRunning = app && !["notRunning", undefined].includes(app.dataset.testScriptState);
    if (isRunning && performance.now() < until) setTimeout(look, 10);
    else requestAnimationFrame(() => setTimeout(go, SETTLING));
  };
  look();
};

/** What the buttons of the page do with the marked layers, by the keys of their containers.
 * @type {Record<string, [Verb, Partial<Said>?]>} */
const BUTTONS = {
  design_up: ["move", { by: -1 }],
  design_down: ["move", { by: 1 }],
  design_duplicate: ["duplicate"],
  design_remove: ["remove"],
  design_undo: ["undo"],
  design_redo: ["redo"],
};

/** @param {EventTarget | null} target */
const verbOf = (target) => {
  const pressed = target instanceof Element ? target.closest("button") : null;
  const key = Object.keys(BUTTONS).find((name) => pressed?.closest(`.st-key-${name}`));
  return key && !pressed?.disabled ? BUTTONS[key] : undefined;
};

/** What there is to remember before anything was done.
 * @param {Data} data  @returns {Memory} */
const begun = (data) => ({
  data,
  rows: [],
  wrong: null,
  totals: undefined,
  sent: new Map(),
  number: 0,
  said: [],
  waits: false,
  under: 0,
  typed: [],
  timer: 0,
  name: "",
  selected: 0,
  marked: new Set(),
  anchor: "",
  copying: 0,
  connecting: "",
  drawnRows: new Map(),
});

/** Keep what the server has sent, and return it.
 * @param {Data} data  @param {Memory} memory  @returns {Sent} */
const received = (data, memory) => {
  const alike = data.alike.map((one) => ({ ...one, shape: one.shape?.split("×").map(Number) }));
  const rows = data.rows.map((row) => /** @type {Layer} */ ({ ...alike[row.alike], ...row }));
  const { wrong, totals, past, future, version, marked } = data;
  const sent = { rows, wrong, totals, past, future, marked, here: version, name: rows[data.selected].name };
  memory.sent.delete(version);
  memory.sent.set(version, sent);
  if (memory.sent.size > MOST_KEPT) memory.sent.delete([...memory.sent.keys()][0]);
  return sent;
};

/** Say whether a value that was typed may still come into the network.
 * @param {Said} one  @param {Data} data  @param {Sent} base */
const isOpen = (one, data, base) => {
  const layer = base.rows.find(({ name }) => name === one.name);
  if (!layer || one.number < data.answered || one.refused !== data.refused) return false;
  return JSON.stringify(layer.settings[one.text]) !== JSON.stringify(one.value);
};

/** @type {WeakMap<Layer, string>} */
const SAID = new WeakMap();

/** Return all that a row's cells say of a layer.
 * @param {Layer} layer */
const saidOf = (layer) => {
  const said = SAID.get(layer) ?? writtenOf(layer);
  SAID.set(layer, said);
  return said;
};

/** In widths of a digit; letters are wider, and those of Hangul most of all.
 * @type {Record<string, number>} */
const LETTERS = { ",": 0.6, ".": 0.6, " ": 0.5, "×": 1.4, "-": 0.8 };

/** Return about how wide a text is, in widths of a digit.
 * @param {string} text */
const widthOfText = (text) =>
  [...text].reduce((width, letter) => width + (LETTERS[letter] ?? (letter >= "\u1100" ? 1.6 : letter > "9" ? 1.15 : 1)), 0);

/** A heading may break between its words, and its letters are smaller.
 * @param {string} text */
const widthOfHead = (text) => 0.95 * Math.max(...text.split(" ").map(widthOfText));

/** @param {Count} count */
const widthOfCount = (count) => String(count).length + 0.6 * Math.floor((String(count).length - 1) / 3);

/** @type {WeakMap<Layer, number[]>} */
const WIDTHS = new WeakMap();

/** Return how wide a layer's figures are, column by column.
 * @param {Layer} layer */
const widthsOf = (layer) => {
  const known = WIDTHS.get(layer);
  if (known) return known;
  const { shape, parameters = 0, multiplyAdds = 0, memory = "", field = "" } = layer;
  const counts = [parameters, multiplyAdds].map(widthOfCount);
  const widths = [widthOfText(shape?.join("×") ?? ""), ...counts, widthOfText(memory), widthOfText(field)];
  WIDTHS.set(layer, widths);
  return widths;
};

/** Figures of a sum are bold.
 * @param {Totals | undefined} totals */
const widthsOfTotals = (totals) => {
  const { parameters = 0, multiplyAdds = 0, memory = "" } = totals ?? {};
  return [0, widthOfCount(parameters), widthOfCount(multiplyAdds), widthOfText(memory), 0].map((width) => 1.1 * width);
};

/** @param {string[]} list  @param {string[]} other */
const isSameList = (list, other) => list.length === other.length && list.every((one, i) => one === other[i]);

/** @param {Layer} layer */
const writtenOf = (layer) => {
  const { name, part, kind, group, facts, isWorded = true, inputs, remark, advice } = layer;
  const { shape, parameters, multiplyAdds, bytes, memory, field, isWaiting = false } = layer;
  const words = [name, part, kind, group, facts, isWorded, inputs, remark, advice];
  return JSON.stringify([words, shape, parameters, multiplyAdds, bytes, memory, field, isWaiting]);
};

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
