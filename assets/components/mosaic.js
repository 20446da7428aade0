// Many maps in one picture: point at one, walk with the arrow keys, open one with a click or Enter.
// In: data.picture, data.columns, data.cell [width, height], data.gap, data.maps [{channel, text}], data.selected, data.words.
// Out: the trigger "pick", the channel that was opened.

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".mosaic");
  const image = root.querySelector("img");
  const here = root.querySelector(".here");
  const chosen = root.querySelector(".chosen");
  const board = root.querySelector(".board");
  const said = root.querySelector(".said");
  const rows = Math.ceil(data.maps.length / data.columns);
  const step = [data.cell[0] + data.gap, data.cell[1] + data.gap];
  const size = [data.columns * step[0] + data.gap, rows * step[1] + data.gap];

  if (image.getAttribute("src") !== data.picture) image.src = data.picture;
  image.alt = data.words.picture;
  board.setAttribute("aria-label", data.words.board);
  board.style.aspectRatio = `${size[0]} / ${size[1]}`;
  // Whole multiples of the picture's pixels stay sharp; a narrow screen shrinks it.
  board.style.maxWidth = `${size[0]}px`;

  const place = (box, index) => {
    box.hidden = index < 0;
    if (index < 0) return;
    const column = index % data.columns;
    const row = Math.floor(index / data.columns);
    box.style.left = `${(100 * (column * step[0])) / size[0]}%`;
    box.style.top = `${(100 * (row * step[1])) / size[1]}%`;
    box.style.width = `${(100 * (step[0] + data.gap)) / size[0]}%`;
    box.style.height = `${(100 * (step[1] + data.gap)) / size[1]}%`;
  };

  let index = data.maps.findIndex((map) => map.channel === data.selected);
  place(chosen, index);
  const tell = (at) => {
    said.textContent = at < 0 ? data.words.hint : data.maps[at].text;
  };
  const point = (at) => {
    place(here, at);
    tell(at);
  };
  const pick = (at) => {
    if (at < 0) return;
    index = at;
    place(chosen, at);
    setTriggerValue("pick", data.maps[at].channel);
  };
  const under = (event) => {
    const box = board.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * (size[0] / step[0]));
    const row = Math.floor(((event.clientY - box.top) / box.height) * (size[1] / step[1]));
    const at = row * data.columns + Math.min(column, data.columns - 1);
    return column >= 0 && row >= 0 && at < data.maps.length ? at : -1;
  };

  point(-1);
  tell(index);
  board.onpointermove = (event) => point(under(event));
  board.onpointerleave = () => {
    place(here, -1);
    tell(index);
  };
  board.onclick = (event) => pick(under(event));
  let walked = Math.max(0, index);
  board.onkeydown = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: data.columns, ArrowUp: -data.columns }[event.key];
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      pick(walked);
    } else if (by) {
      event.preventDefault();
      const next = walked + by;
      if (next >= 0 && next < data.maps.length) walked = next;
      point(walked);
    }
  };
}
