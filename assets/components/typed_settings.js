// @ts-check
// What is typed and chosen in the fields of a layer's settings, as soon as it is: Streamlit tells its server alone.

const FIELD = /(?:^|\s)st-key-(\w+)_field(?:\s|$)/;
const SIDES = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]; // top, bottom, left, right

/**
 * Hear of every value that is put into a field of a container of the page.
 * @param {string} container  the container's key
 * @param {AbortSignal} signal
 * @param {(field: string, value: number | boolean | string) => void} take
 */
export const typedIn = (container, signal, take) => {
  /** @param {EventTarget | null} target */
  const fieldOf = (target) => {
    const inside = target instanceof Element && target.closest(`.st-key-${container}`);
    const field = inside && target.closest('[class*="_field"][class*="st-key-"]');
    return field ? { field, name: FIELD.exec(field.className)?.[1] ?? "" } : undefined;
  };
  /** @param {Element} field  @param {string} name */
  const tell = (field, name) => {
    const input = field.querySelector("input");
    if (input?.type === "checkbox") take(name, input.checked);
    else if (input?.type === "number" && input.value !== "") take(name, Number(input.value));
  };
  document.addEventListener(
    "change",
    (event) => {
      const found = fieldOf(event.target);
      if (found) tell(found.field, found.name);
    },
    { signal },
  );
  document.addEventListener(
    "click",
    ({ target }) => {
      if (!(target instanceof Element)) return;
      const option = target.closest('[role="option"]');
      const found = fieldOf(option ? document.activeElement : target);
      if (!found) return;
      if (option) take(found.name, option.textContent ?? "");
      // The buttons beside a number have changed it once all that hears of the click has.
      else if (target.closest("button")) setTimeout(() => tell(found.field, found.name));
    },
    { signal },
  );
};

/**
 * Return which setting a field belongs to, and the value that it gives it; nothing where it is no plain one.
 * @param {Record<string, any>} settings  as they are
 * @param {string} field
 * @param {number | boolean | string} value
 * @returns {[string, unknown] | undefined}
 */
export const settingOf = (settings, field, value) => {
  if (field in settings) {
    const old = settings[field];
    if (Array.isArray(old) && old.length === 2 && typeof value === "number") return [field, [value, value]];
    return typeof old === typeof value ? [field, value] : undefined;
  }
  const part = /^(\w+)_(vertical|horizontal|none|\d)$/.exec(field);
  if (!part || !(part[1] in settings)) return undefined;
  const [, name, which] = part;
  const old = settings[name];
  if (which === "none") return name === "strides" ? [name, value ? null : settings.pool_size] : undefined;
  if (!Array.isArray(old) || typeof value !== "number") return undefined;
  if (which === "vertical") return [name, [value, old[1]]];
  if (which === "horizontal") return [name, [old[0], value]];
  if (!Array.isArray(old[0])) return [name, old.map((size, axis) => (axis === Number(which) ? value : size))];
  const [side, end] = SIDES[Number(which)];
  return [name, old.map((pair, i) => (i === side ? pair.map((/** @type {number} */ one, /** @type {number} */ j) => (j === end ? value : one)) : pair))];
};
