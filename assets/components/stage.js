// The window stage: input with its padding, kernel, products and output as grids of numbers and colours.
// In: data.input [channel][row][column]; data.kernel [filter][channel][row][column] or null under a pool;
//     data.bias [filter]; data.output [filter][row][column], the numbers of the server;
//     data.vertical, data.horizontal {sources, taps}: which places of the padded line each output takes, by which kernel
//     index; data.turned: the kernel is turned by 180°; data.pooling: null, "max", "average", "sum" or "l2";
//     data.channels, data.filters: names; data.editable {input, kernel}; data.ranges {input, kernel, products, output}: {limit, signed};
//     data.corner {input, output}: [row, column] of the upper left cell in the whole map, where this is a piece of it;
//     data.others {count, value}: channels that are not shown and what they add, or null; data.walk: inputs can be opened;
//     data.colours {grey, diverging}: lists of [r, g, b]; data.start [row, column]; data.version; data.words.
// Out: the triggers "edit" {input} or {kernel}, "pick" {row, column, filter} and "walk" {row, column, channel}.

const MOST_TERMS = 25; // of a sum written out
const FIELD = 60; // pixels of letter size that a kernel's field has room for, by the number of letters

const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

const show = (value, digits = 5) => {
  if (!Number.isFinite(value)) return String(value);
  const short = Math.abs(value) >= 10 ** digits ? Math.round(value) : Number(value.toPrecision(digits));
  return String(short).replace("-", "−");
};

// In a cell there is room for little: about three figures.
const showShort = (value) => (Math.abs(value) < 1e-6 ? "0" : show(value, Math.abs(value) < 1 ? 2 : 3));

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);

const colourOf = (value, range, colours) => {
  const table = range.signed ? colours.diverging : colours.grey;
  const share = range.signed ? (value / range.limit + 1) / 2 : value / range.limit;
  const place = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * (table.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, table.length - 1);
  return table[low].map((part, i) => Math.round(part + (table[high][i] - part) * (place - low)));
};

const isBright = ([red, green, blue]) => 0.299 * red + 0.587 * green + 0.114 * blue > 140;

const isDark = (colour) => {
  const parts = colour.trim().match(/^#(..)(..)(..)$/);
  return parts ? !isBright(parts.slice(1).map((part) => parseInt(part, 16))) : false;
};

// A grid of cells on two canvases: the cells, and above them the outlines that follow the pointer.
class Grid {
  constructor(label) {
    this.board = make("div", "board");
    this.cells = make("canvas");
    this.marks = make("canvas", "marks");
    this.board.append(this.cells, this.marks);
    if (label) this.board.setAttribute("aria-label", label);
  }

  // cellAt(row, column) gives {value, colour, faint, crossed, small}, or null for an empty cell.
  draw(rows, columns, cell, cellAt) {
    Object.assign(this, { rows, columns, cell });
    const scale = window.devicePixelRatio || 1;
    for (const canvas of [this.cells, this.marks]) {
      const size = [Math.round((columns * cell + 1) * scale), Math.round((rows * cell + 1) * scale)];
      if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
      canvas.style.width = `${columns * cell + 1}px`;
      canvas.style.height = `${rows * cell + 1}px`;
    }
    const style = getComputedStyle(this.board);
    this.line = style.getPropertyValue("--st-border-color") || "#999";
    this.accent = style.getPropertyValue("--mark") || "#e65100";
    this.font = style.fontFamily;
    this.dark = isDark(style.getPropertyValue("--st-background-color"));
    const brush = this.cells.getContext("2d");
    brush.setTransform(scale, 0, 0, scale, 0.5 * scale, 0.5 * scale);
    brush.clearRect(-1, -1, columns * cell + 2, rows * cell + 2);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) this.#drawCell(brush, row, column, cellAt(row, column));
    }
  }

  #drawCell(brush, row, column, content) {
    const { cell } = this;
    const [left, top] = [column * cell, row * cell];
    brush.globalAlpha = content?.faint ? 0.3 : 1;
    if (content) {
      brush.fillStyle = `rgb(${content.colour.join(",")})`;
      brush.fillRect(left, top, cell, cell);
    }
    brush.globalAlpha = 1;
    brush.lineWidth = cell > 12 ? 1 : 0.5;
    brush.strokeStyle = this.line;
    brush.setLineDash(content?.faint && cell > 12 ? [2, 2] : []);
    brush.strokeRect(left, top, cell, cell);
    brush.setLineDash([]);
    if (!content) return;
    // A faint cell shows half of the page behind it.
    const isLight = content.faint && !this.dark ? true : isBright(content.colour);
    const ink = isLight ? "#0a171e" : "#ffffff";
    if (content.crossed) {
      brush.strokeStyle = ink;
      brush.beginPath();
      brush.moveTo(left + 2, top + 2);
      brush.lineTo(left + cell - 2, top + cell - 2);
      brush.moveTo(left + cell - 2, top + 2);
      brush.lineTo(left + 2, top + cell - 2);
      brush.stroke();
    }
    if (cell < 21) return;
    brush.fillStyle = ink;
    brush.textAlign = "center";
    brush.textBaseline = "middle";
    const middle = top + cell / 2;
    if (content.small && cell >= 44) {
      this.#write(brush, content.small, left, middle - cell / 5, 10);
      this.#write(brush, showShort(content.value), left, middle + cell / 6, 13);
    } else this.#write(brush, showShort(content.value), left, middle, Math.min(14, cell / 2.4));
  }

  #write(brush, text, left, middle, size) {
    const most = this.cell - 3;
    const fitting = Math.max(7, Math.min(size, (most / text.length) * 1.75));
    brush.font = `${fitting}px ${this.font}`;
    brush.fillText(text, left + this.cell / 2, middle + 0.5, most);
  }

  // places: [row, column] of cells to outline; strong for what is chosen, thin for what is reached.
  mark(...groups) {
    const { cell } = this;
    const scale = window.devicePixelRatio || 1;
    const brush = this.marks.getContext("2d");
    brush.setTransform(scale, 0, 0, scale, 0.5 * scale, 0.5 * scale);
    brush.clearRect(-1, -1, this.columns * cell + 2, this.rows * cell + 2);
    for (const { places, thin } of groups) {
      for (const [colour, width] of [["#ffffff", thin ? 3 : 5], [this.accent, thin ? 1.5 : 2.5]]) {
        brush.strokeStyle = colour;
        brush.lineWidth = Math.min(width, cell / 2);
        brush.setLineDash(thin && cell > 8 ? [3, 2] : []);
        brush.beginPath();
        this.#outline(brush, places);
        brush.stroke();
      }
    }
  }

  // The border of a set of cells: neighbours within the set share no line.
  #outline(brush, places) {
    const { cell } = this;
    const inside = new Set(places.map(([row, column]) => row * 4096 + column));
    for (const [row, column] of places) {
      const [left, top, right, bottom] = [column * cell, row * cell, (column + 1) * cell, (row + 1) * cell];
      const sides = [
        [-4096, left, top, right, top],
        [4096, left, bottom, right, bottom],
        [-1, left, top, left, bottom],
        [1, right, top, right, bottom],
      ];
      for (const [step, x0, y0, x1, y1] of sides) {
        if (inside.has(row * 4096 + column + step)) continue;
        brush.moveTo(x0, y0);
        brush.lineTo(x1, y1);
      }
    }
  }

  at(event) {
    const box = this.board.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * (this.rows + 1 / this.cell));
    const column = Math.floor(((event.clientX - box.left) / box.width) * (this.columns + 1 / this.cell));
    const clamp = (value, count) => Math.min(count - 1, Math.max(0, value));
    return [clamp(row, this.rows), clamp(column, this.columns)];
  }
}

class Stage {
  constructor(root) {
    this.root = root;
    this.here = null; // [row, column] of the output that is explained
    this.filter = 0;
    this.drawing = false;
    this.pen = 1;
    this.cursor = [0, 0];
    this.shown = Infinity; // outputs up to here are there; the others are still to be computed
    new ResizeObserver(() => this.#resized()).observe(root);
    // A stage that left the page must not go on.
    this.timer = null;
  }

  update(data, send) {
    this.send = send;
    const same = this.version === data.version;
    this.data = data;
    if (same) return;
    this.version = data.version;
    this.x = data.input.map((plane) => plane.map((row) => [...row]));
    this.kernel = data.kernel?.map((filter) => filter.map((plane) => plane.map((row) => [...row])));
    this.output = data.output;
    this.size = [data.vertical.taps.length, data.horizontal.taps.length];
    this.filter = Math.min(this.filter, data.output.length - 1);
    const start = this.here ?? data.start;
    this.here = start.map((place, axis) => Math.min(place, this.size[axis] - 1));
    this.count = this.size[0] * this.size[1];
    if (this.shown !== Infinity && this.shown > this.count) this.shown = Infinity;
    this.unseen = ["vertical", "horizontal"].map((axis) => {
      const seen = new Set(data[axis].taps.flatMap((pairs) => pairs.map(([place]) => place)));
      return (place) => !seen.has(place);
    });
    this.#build();
    this.#drawAll();
  }

  // What one output is made of ------------------------------------------------------------------------------------

  #places(axis, index) {
    return this.data[axis].taps[index].map(([place, tap]) => [place, tap, this.data[axis].sources[place]]);
  }

  #terms(channel, row, column, filter) {
    const plane = this.x[channel];
    const weights = this.kernel?.[filter][channel];
    const terms = [];
    for (const [placeRow, tapRow, sourceRow] of this.#places("vertical", row)) {
      for (const [placeColumn, tapColumn, sourceColumn] of this.#places("horizontal", column)) {
        const real = sourceRow >= 0 && sourceColumn >= 0;
        const value = real ? plane[sourceRow][sourceColumn] : 0;
        let weight = 1;
        if (weights) {
          weight = this.data.turned
            ? weights[weights.length - 1 - tapRow][weights[0].length - 1 - tapColumn]
            : weights[tapRow][tapColumn];
        }
        terms.push({ place: [placeRow, placeColumn], source: [sourceRow, sourceColumn], real, value, weight });
      }
    }
    return terms;
  }

  #partial(channel, row, column, filter) {
    const terms = this.#terms(channel, row, column, filter);
    const real = terms.filter((term) => term.real);
    switch (this.data.pooling) {
      case "max":
        return Math.max(...real.map((term) => term.value));
      case "average":
        return real.reduce((sum, term) => sum + term.value, 0) / real.length;
      case "l2":
        return Math.sqrt(real.reduce((sum, term) => sum + term.value ** 2, 0));
      default:
        return terms.reduce((sum, term) => sum + term.value * term.weight, 0);
    }
  }

  #result(row, column, filter) {
    let sum = this.data.bias[filter] + (this.data.others?.value ?? 0);
    for (let channel = 0; channel < this.x.length; channel++) sum += this.#partial(channel, row, column, filter);
    return sum;
  }

  // After an edit the numbers are the browser's own until the server's arrive.
  #recompute() {
    this.output = this.output.map((plane, filter) =>
      plane.map((line, row) => line.map((_, column) => this.#result(row, column, filter))),
    );
    this.#drawAll();
  }

  #reached(row, column) {
    const outputs = (axis, index) =>
      this.data[axis].taps.flatMap((pairs, output) =>
        pairs.some(([place]) => this.data[axis].sources[place] === index) ? [output] : [],
      );
    const columns = outputs("horizontal", column);
    return outputs("vertical", row).flatMap((r) => columns.map((c) => [r, c]));
  }

  // The frame: panels, buttons, kernel fields ----------------------------------------------------------------------

  #build() {
    const { words, channels } = this.data;
    const many = channels.length > 1;
    const focused = this.root.getRootNode().activeElement?.dataset?.part;
    this.root.classList.toggle("many", many);
    const lanes = make("div", "lanes");
    this.lanes = channels.map((name, channel) => {
      const lane = make("div", "lane");
      const input = new Grid(fill(words[this.data.editable.input ? "input_draw" : "input_keys"], { name }));
      const products = new Grid();
      const partial = new Grid();
      lane.append(this.#panel(many ? `${words.input}: ${name}` : words.input, input.board, this.#tools(channel)));
      const middle = make("div", "middle");
      if (this.kernel) middle.append(this.#panel(words.kernel, this.#kernelFields(channel)));
      middle.append(this.#panel(this.kernel ? words.products : words.window, products.board));
      lane.append(middle);
      if (many && this.kernel) lane.append(this.#panel(fill(words.partial, { name }), partial.board));
      lanes.append(lane);
      this.#listenToInput(input, channel);
      return { input, products, partial };
    });
    this.out = new Grid(words.output_keys);
    const result = make("div", "result");
    result.append(this.#panel(many && this.kernel ? words.sum : words.output, this.out.board, this.#filters()));
    this.#listenToOutput();
    this.said = make("p", "said");
    this.said.setAttribute("aria-live", "polite");
    this.legend = make("p", "legend", words.legend);
    const body = make("div", "body");
    body.append(lanes, result);
    this.root.replaceChildren(...(this.count > 1 ? [this.#controls()] : []), body, this.said, this.legend);
    if (focused) this.root.querySelector(`[data-part="${focused}"]`)?.focus({ preventScroll: true });
  }

  #panel(title, content, tools) {
    const panel = make("figure", "panel");
    const caption = make("figcaption", "", title);
    if (tools) caption.append(tools);
    panel.append(caption, content);
    return panel;
  }

  #button(text, label, act, part) {
    const button = make("button", "", text);
    button.type = "button";
    button.title = label;
    button.setAttribute("aria-label", label);
    button.dataset.part = part;
    button.onclick = act;
    return button;
  }

  #controls() {
    const { words } = this.data;
    const bar = make("div", "bar");
    this.playButton = this.#button("", words.play, () => this.#toggle(), "play");
    const speed = make("input");
    speed.type = "range";
    [speed.min, speed.max, speed.step, speed.value] = ["1", "20", "1", String(this.speed ?? 4)];
    speed.dataset.part = "speed";
    speed.setAttribute("aria-label", words.speed);
    speed.oninput = () => {
      this.speed = Number(speed.value);
      if (this.timer) this.#run();
    };
    bar.append(
      this.playButton,
      this.#button("◀", words.back, () => this.#step(-1), "back"),
      this.#button("▶", words.forward, () => this.#step(1), "forward"),
      make("span", "hint", words.speed),
      speed,
    );
    this.#sayPlay();
    return bar;
  }

  #tools(channel) {
    if (!this.data.editable.input) return null;
    const { words } = this.data;
    const tools = make("span", "tools");
    const draw = this.#button("✎", words.draw, () => {}, `draw${channel}`);
    draw.setAttribute("aria-pressed", String(this.drawing));
    draw.onclick = () => {
      this.drawing = !this.drawing;
      for (const other of this.root.querySelectorAll("[data-part^=draw]")) {
        other.setAttribute("aria-pressed", String(this.drawing));
      }
      this.#mark();
    };
    const pen = make("input", "pen");
    pen.type = "number";
    pen.step = "any";
    pen.value = String(this.pen);
    pen.title = words.pen;
    pen.dataset.part = `pen${channel}`;
    pen.setAttribute("aria-label", words.pen);
    pen.onchange = () => {
      if (Number.isFinite(pen.valueAsNumber)) this.pen = pen.valueAsNumber;
      for (const other of this.root.querySelectorAll("input.pen")) other.value = String(this.pen);
    };
    tools.append(draw, pen);
    return tools;
  }

  #filters() {
    if (this.data.filters.length < 2) return null;
    const tools = make("span", "tools");
    this.data.filters.forEach((name, filter) => {
      const button = this.#button(name, fill(this.data.words.filter, { name }), () => {}, `filter${filter}`);
      button.setAttribute("aria-pressed", String(filter === this.filter));
      button.onclick = () => {
        this.filter = filter;
        this.#build();
        this.#drawAll();
      };
      tools.append(button);
    });
    return tools;
  }

  #kernelFields(channel) {
    const plane = this.kernel[this.filter][channel];
    const table = make("div", "kernel");
    table.style.gridTemplateColumns = `repeat(${plane[0].length}, auto)`;
    plane.forEach((line, row) =>
      line.forEach((weight, column) => {
        const field = make("input");
        field.type = "text";
        field.inputMode = "decimal";
        field.title = show(weight);
        field.readOnly = !this.data.editable.kernel;
        field.dataset.part = `kernel${channel}-${row}-${column}`;
        field.setAttribute("aria-label", fill(this.data.words.weight, { row, column }));
        this.#writeField(field, weight);
        field.onfocus = () => field.select();
        field.onchange = () => {
          const value = Number(field.value.trim().replace("−", "-").replace(",", "."));
          if (field.value.trim() !== "" && Number.isFinite(value)) {
            line[column] = Math.max(-1e6, Math.min(1e6, value));
            this.#recompute();
            this.send("edit", { kernel: this.kernel });
          }
          this.#writeField(field, line[column]);
        };
        table.append(field);
      }),
    );
    return table;
  }

  #writeField(field, weight) {
    field.value = showShort(weight);
    field.style.fontSize = `${Math.min(11, FIELD / field.value.length)}px`;
    const colour = colourOf(weight, this.data.ranges.kernel, this.data.colours);
    field.style.background = `rgb(${colour.join(",")})`;
    field.style.color = isBright(colour) ? "#0a171e" : "#ffffff";
  }

  // Pointer and keys -----------------------------------------------------------------------------------------------

  #listenToOutput() {
    const { board } = this.out;
    board.tabIndex = 0;
    board.setAttribute("role", "application");
    board.dataset.part = "output";
    board.onpointerdown = board.onpointermove = (event) => {
      if (event.type === "pointermove" && event.pointerType === "touch" && !event.buttons) return;
      this.#stop();
      this.#go(this.out.at(event));
    };
    board.onclick = () => this.send("pick", { row: this.here[0], column: this.here[1], filter: this.filter });
    board.onkeydown = (event) => {
      const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      const ends = { Home: [0, 0], End: [this.size[0] - 1, this.size[1] - 1] }[event.key];
      if (!by && !ends && event.key !== " " && event.key !== "Enter") return;
      event.preventDefault();
      if (event.key === " ") return this.#toggle();
      if (event.key === "Enter") return board.onclick();
      this.#stop();
      this.#go(ends ?? this.here.map((place, axis) => place + by[axis]));
    };
  }

  #listenToInput(grid, channel) {
    const { board } = grid;
    board.tabIndex = 0;
    board.setAttribute("role", "application");
    board.dataset.part = `input${channel}`;
    const inputAt = ([row, column]) => [this.data.vertical.sources[row], this.data.horizontal.sources[column]];
    const paint = (place) => {
      const [row, column] = inputAt(place);
      if (row < 0 || column < 0 || this.x[channel][row][column] === this.pen) return;
      this.x[channel][row][column] = this.pen;
      this.painted = true;
      this.#recompute();
    };
    const finish = () => {
      if (this.painted) this.send("edit", { input: this.x });
      this.painted = false;
    };
    board.onpointerdown = (event) => {
      if (!this.drawing) return;
      board.setPointerCapture(event.pointerId);
      paint(grid.at(event));
    };
    board.onpointermove = (event) => {
      const place = grid.at(event);
      if (this.drawing && event.buttons) paint(place);
      this.cursor = place;
      this.#reach(inputAt(place), place, channel);
    };
    const walk = (place) => {
      const [row, column] = inputAt(place);
      if (this.data.walk && row >= 0 && column >= 0) this.send("walk", { row, column, channel });
    };
    board.onclick = (event) => walk(grid.at(event));
    board.onpointerup = board.onpointercancel = finish;
    board.onpointerleave = () => this.#mark();
    board.onblur = () => this.#mark();
    board.onkeydown = (event) => {
      const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (by) {
        event.preventDefault();
        const most = [grid.rows - 1, grid.columns - 1];
        this.cursor = this.cursor.map((at, axis) => Math.min(most[axis], Math.max(0, at + by[axis])));
        this.#reach(inputAt(this.cursor), this.cursor, channel);
      } else if (event.key === "Enter" && this.data.walk) {
        event.preventDefault();
        walk(this.cursor);
      } else if (event.key === "Enter" && this.data.editable.input) {
        event.preventDefault();
        paint(this.cursor);
        finish();
      }
    };
  }

  #go([row, column]) {
    const clamp = (value, count) => Math.min(count - 1, Math.max(0, value));
    const next = [clamp(row, this.size[0]), clamp(column, this.size[1])];
    if (next[0] === this.here[0] && next[1] === this.here[1] && this.marked) return;
    this.here = next;
    this.#explain();
  }

  // Play: outputs appear one after the other -------------------------------------------------------------------------

  #toggle() {
    if (this.timer) return this.#pause();
    if (this.shown === Infinity || this.shown >= this.count) this.shown = 0;
    this.#run();
  }

  #run() {
    clearInterval(this.timer);
    this.timer = setInterval(() => this.#tick(), 1000 / (this.speed ?? 4));
    this.#tick();
    this.#sayPlay();
  }

  #tick() {
    if (!this.root.isConnected) return clearInterval(this.timer);
    this.shown += 1;
    const index = this.shown - 1;
    this.here = [Math.floor(index / this.size[1]), index % this.size[1]];
    this.#drawOutput();
    this.#explain();
    if (this.shown >= this.count) this.#stop();
  }

  #pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.#sayPlay();
  }

  #stop() {
    if (!this.timer && this.shown === Infinity) return;
    this.shown = Infinity;
    this.#pause();
    this.#drawOutput();
  }

  #step(by) {
    this.#stop();
    const index = this.here[0] * this.size[1] + this.here[1] + by;
    const next = (index + this.count) % this.count;
    this.#go([Math.floor(next / this.size[1]), next % this.size[1]]);
  }

  #sayPlay() {
    if (!this.playButton) return;
    const { words } = this.data;
    this.playButton.textContent = this.timer ? `❚❚ ${words.pause}` : `▶ ${words.play}`;
    this.playButton.setAttribute("aria-label", this.timer ? words.pause : words.play);
  }

  // Drawing --------------------------------------------------------------------------------------------------------

  #resized() {
    if (this.data && this.width !== this.root.clientWidth) this.#drawAll();
  }

  // How large a cell may be: input and output have one scale, beside each other where that leaves cells to read.
  #fit(rows, columns) {
    const many = this.data.channels.length > 1;
    const [outRows, outColumns] = this.size;
    const kernelWidth = this.kernel ? this.kernel[0][0][0].length * 43 : 0;
    const middle = many ? 2 * kernelWidth + 18 : Math.max(kernelWidth, this.#productCell() * this.#widestWindow());
    const tall = (many ? 260 : 440) / Math.max(rows, outRows);
    const beside = (this.width - middle - (many ? 90 : 64)) / (columns + outColumns * (many && this.kernel ? 2 : 1));
    const below = (this.width - (this.width < 600 ? 4 : middle + 36)) / Math.max(columns, outColumns);
    const fitting = Math.floor(Math.min(beside >= 14 || (many && this.width >= 600) ? beside : below, tall));
    return Math.max(5, Math.min(40, fitting));
  }

  #widestWindow() {
    return Math.max(1, ...this.data.horizontal.taps.map((pairs) => pairs.length));
  }

  #productCell() {
    const widest = this.#widestWindow();
    return this.lanes.length === 1 && widest <= 3 ? 52 : Math.min(40, Math.floor(280 / widest));
  }

  #drawAll() {
    const { data, root } = this;
    this.width = root.clientWidth;
    root.classList.toggle("narrow", this.width < 600);
    const rows = data.vertical.sources.length;
    const columns = data.horizontal.sources.length;
    const cell = this.#fit(rows, columns);
    this.cell = cell;
    this.lanes.forEach(({ input }, channel) => {
      input.draw(rows, columns, cell, (row, column) => this.#inputCell(channel, row, column));
    });
    this.#drawOutput();
    this.#explain();
  }

  #inputCell(channel, row, column) {
    const [r, c] = [this.data.vertical.sources[row], this.data.horizontal.sources[column]];
    const shows = r >= 0 && c >= 0;
    const value = shows ? this.x[channel][r][c] : 0;
    const isPadding = !shows || this.#isCopy("vertical", row) || this.#isCopy("horizontal", column);
    return {
      value,
      colour: colourOf(value, this.data.ranges.input, this.data.colours),
      faint: isPadding,
      crossed: this.count > 1 && (this.unseen[0](row) || this.unseen[1](column)),
    };
  }

  // Reflected and replicated places show an input that also stands at its own place.
  #isCopy(axis, place) {
    const { sources, before } = this.data[axis];
    return sources[place] !== place - before;
  }

  #drawOutput() {
    const [rows, columns] = this.size;
    const { ranges, colours } = this.data;
    const { cell } = this;
    const shown = (row, column) => row * columns + column < this.shown;
    this.out.draw(rows, columns, cell, (row, column) => {
      if (!shown(row, column)) return null;
      const value = this.output[this.filter][row][column];
      return { value, colour: colourOf(value, ranges.output, colours) };
    });
    if (this.lanes.length < 2 || !this.kernel) return;
    this.lanes.forEach(({ partial }, channel) => {
      partial.draw(rows, columns, cell, (row, column) => {
        if (!shown(row, column)) return null;
        const value = this.#partial(channel, row, column, this.filter);
        return { value, colour: colourOf(value, ranges.output, colours) };
      });
    });
  }

  #explain() {
    const { ranges, colours } = this.data;
    const [row, column] = this.here;
    const taken = [this.data.vertical.taps[row].length, this.data.horizontal.taps[column].length];
    this.terms = this.lanes.map((_, channel) => this.#terms(channel, row, column, this.filter));
    const cell = this.#productCell();
    this.lanes.forEach(({ products }, channel) => {
      const terms = this.terms[channel];
      products.draw(taken[0], taken[1], cell, (r, c) => {
        const { value, weight, real } = terms[r * taken[1] + c];
        if (!this.kernel) return { value, colour: colourOf(value, ranges.input, colours), faint: !real };
        const product = value * weight;
        const small = `${showShort(value)}·${showShort(weight)}`;
        return { value: product, small, colour: colourOf(product, ranges.products, colours) };
      });
    });
    this.#mark();
    this.#say();
  }

  #mark() {
    if (!this.terms) return;
    this.marked = true;
    this.lanes.forEach(({ input, products, partial }, channel) => {
      const terms = this.terms[channel];
      input.mark({ places: terms.map((term) => term.place) });
      const columns = products.columns;
      products.mark({ places: this.#winners(terms).map((i) => [Math.floor(i / columns), i % columns]) });
      if (this.lanes.length > 1 && this.kernel) partial.mark({ places: [this.here] });
    });
    this.out.mark({ places: [this.here] });
  }

  // Under a maximum the place that won, the first from the upper left.
  #winners(terms) {
    if (this.data.pooling !== "max") return [];
    const best = Math.max(...terms.filter((term) => term.real).map((term) => term.value));
    return [terms.findIndex((term) => term.real && term.value === best)];
  }

  #reach([row, column], place, channel) {
    this.#mark();
    this.marked = false; // the output's own marks are gone, so pointing at it again must draw them
    const { words } = this.data;
    const reached = row < 0 || column < 0 ? [] : this.#reached(row, column);
    this.lanes[channel].input.mark({ places: [place] });
    this.out.mark({ places: reached, thin: true });
    const value = row < 0 || column < 0 ? 0 : this.x[channel][row][column];
    this.said.textContent =
      row < 0 || column < 0
        ? words.padding
        : fill(words.reach, { ...this.#named([row, column], "input"), value: show(value), count: reached.length });
  }

  #say() {
    const { words, bias, pooling } = this.data;
    const [row, column] = this.here;
    const value = show(this.output[this.filter][row][column]);
    const signed = (number) => (number < 0 ? `(${show(number)})` : show(number));
    const all = this.terms.flat().filter((term) => term.real || !pooling);
    const listed = all.slice(0, MOST_TERMS);
    const more = all.length > listed.length ? fill(words.more, { count: all.length - listed.length }) : "";
    const values = listed.map((term) => signed(term.value));
    let text;
    if (pooling === "max") text = `max(${values.join(", ")}${more && `, ${more}`})`;
    else if (pooling === "average") text = `(${values.join(" + ")}${more && ` + ${more}`}) / ${all.length}`;
    else if (pooling === "l2") text = `√(${values.map((v) => `${v}²`).join(" + ")}${more && ` + ${more}`})`;
    else if (pooling) text = values.join(" + ") + (more && ` + ${more}`);
    else {
      const written = listed.map((term) => `${signed(term.value)}·${signed(term.weight)}`);
      text = [...written, ...(more ? [more] : [])].join(" + ") || "0";
      if (this.lanes.length > 1) {
        const parts = this.lanes.map((_, channel) => signed(this.#partial(channel, row, column, this.filter)));
        text = parts.join(" + ");
      }
      const { others } = this.data;
      if (others) text += ` + ${fill(words.others, { count: others.count, value: signed(others.value) })}`;
      if (bias[this.filter]) text += ` + ${fill(words.bias, { value: signed(bias[this.filter]) })}`;
    }
    this.said.textContent = `${fill(words.place, this.#named(this.here, "output"))} ${text} = ${value}`;
  }

  #named([row, column], grid) {
    const [top, left] = this.data.corner[grid];
    return { row: row + top, column: column + left };
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".stage");
  root.stage ??= new Stage(root);
  root.stage.update(data, setTriggerValue);
}
