// One map, every value a square: point at one for its value, walk with the arrow keys, choose with a click or Enter.
// In: data.picture, data.rows, data.columns, data.values (float32, row by row, base64), data.selected [row, column],
//     data.words {picture, board, value}.
// Out: the trigger "pick" {row, column}.

const decode = (text) => new Float32Array(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer);

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".picker");
  const board = root.querySelector(".board");
  const image = root.querySelector("img");
  const [here, chosen] = [root.querySelector(".here"), root.querySelector(".chosen")];
  const said = root.querySelector(".said");
  const values = decode(data.values);
  let [row, column] = data.selected;

  if (image.getAttribute("src") !== data.picture) image.src = data.picture;
  image.alt = data.words.picture;
  board.setAttribute("aria-label", data.words.board);
  board.style.aspectRatio = `${data.columns} / ${data.rows}`;
  board.style.maxWidth = `${Math.min(560, (520 * data.columns) / data.rows)}px`;

  const place = (box, at) => {
    box.hidden = !at;
    if (!at) return;
    box.style.top = `${(100 * at[0]) / data.rows}%`;
    box.style.left = `${(100 * at[1]) / data.columns}%`;
    box.style.height = `${100 / data.rows}%`;
    box.style.width = `${100 / data.columns}%`;
  };
  const tell = (at) => {
    const value = String(Number(values[at[0] * data.columns + at[1]].toPrecision(6))).replace("-", "−");
    const parts = { row: at[0], column: at[1], value };
    said.textContent = data.words.value.replace(/\{(\w+)\}/g, (_, name) => parts[name]);
  };
  const under = (event) => {
    const box = board.getBoundingClientRect();
    const index = (share, count) => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
    return [
      index((event.clientY - box.top) / box.height, data.rows),
      index((event.clientX - box.left) / box.width, data.columns),
    ];
  };
  const pick = (at) => {
    [row, column] = at;
    place(chosen, at);
    tell(at);
    setTriggerValue("pick", { row, column });
  };

  place(chosen, [row, column]);
  place(here, null);
  tell([row, column]);
  board.onpointermove = (event) => {
    place(here, under(event));
    tell(under(event));
  };
  board.onpointerleave = () => {
    place(here, null);
    tell([row, column]);
  };
  board.onclick = (event) => pick(under(event));
  let walked = [row, column];
  board.onkeydown = (event) => {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!by && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    if (!by) return pick(walked);
    walked = [
      Math.min(data.rows - 1, Math.max(0, walked[0] + by[0])),
      Math.min(data.columns - 1, Math.max(0, walked[1] + by[1])),
    ];
    place(here, walked);
    tell(walked);
  };
}
