// The network from input to output: one frame a layer, long networks folded into blocks.
// In: data.blocks [{title, layers: [{name, kind, group, shape, parameters, picture, strongest}]}], data.selected, data.words.
// Out: the trigger "pick", the name of the layer that was opened.

const make = (tag, className, text) => {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
};

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".strip");
  const memory = (root.memory ??= { open: new Set(), drawn: "" });
  const holder = data.blocks.find((block) => block.layers.some((layer) => layer.name === data.selected));
  if (holder && holder.layers.length > 1 && memory.selected !== data.selected) memory.open.add(holder.title);
  memory.selected = data.selected;
  root.setAttribute("aria-label", data.words.strip);

  const frames = () => [...root.querySelectorAll("button.frame")];

  const mark = (name) => {
    for (const frame of frames()) {
      const chosen = frame.dataset.layer === name;
      frame.setAttribute("aria-pressed", String(chosen));
      frame.tabIndex = chosen ? 0 : -1;
    }
    if (!frames().some((frame) => frame.tabIndex === 0)) frames()[0].tabIndex = 0;
  };

  const pick = (name) => {
    mark(name); // at once: the server's answer takes a moment
    setTriggerValue("pick", name);
  };

  const caption = (frame, layer) => {
    frame.append(
      make("span", "name", layer.name),
      make("span", "fact", `${layer.kind} · ${layer.shape}`),
      make("span", "fact", layer.parameters),
    );
  };

  const drawFrame = (layer) => {
    const frame = make("button", `frame group-${layer.group}`);
    frame.type = "button";
    frame.dataset.layer = layer.name;
    frame.title = layer.strongest;
    const picture = make("span", "picture");
    if (layer.picture) {
      const image = make("img");
      image.src = layer.picture;
      image.alt = "";
      image.loading = "lazy";
      picture.append(image);
    }
    frame.append(picture);
    caption(frame, layer);
    frame.onclick = () => pick(layer.name);
    return frame;
  };

  const drawBlock = (block) => {
    const group = make("div", "block");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", block.title);
    const open = memory.open.has(block.title);
    const toggle = make("button", "toggle");
    toggle.type = "button";
    toggle.setAttribute("aria-expanded", String(open));
    toggle.append(make("span", "arrow", open ? "▾" : "▸"), make("span", "", block.label));
    toggle.onclick = () => {
      if (open) memory.open.delete(block.title);
      else memory.open.add(block.title);
      draw();
      [...root.querySelectorAll("button.toggle")].find((other) => other.dataset.block === block.title)?.focus();
    };
    toggle.dataset.block = block.title;
    const shown = open ? block.layers : block.layers.slice(-1);
    const row = make("div", "frames");
    row.append(...shown.map(drawFrame));
    group.append(toggle, row);
    group.classList.toggle("open", open);
    return group;
  };

  const draw = () => {
    root.replaceChildren(
      ...data.blocks.map((block) => (block.layers.length > 1 ? drawBlock(block) : drawFrame(block.layers[0]))),
    );
    mark(data.selected);
  };

  root.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const all = frames();
    const here = all.indexOf(event.target);
    if (here < 0 || (!step && event.key !== "Home" && event.key !== "End")) return;
    event.preventDefault();
    const next = event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : here + step;
    const target = all[Math.min(all.length - 1, Math.max(0, next))];
    for (const frame of all) frame.tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
  };

  const version = JSON.stringify([data.version, data.words]);
  if (memory.drawn !== version || memory.marked !== data.selected) draw();
  memory.drawn = version;
  memory.marked = data.selected;
}
