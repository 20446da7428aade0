// @ts-check
// Keeps in this browser which steps of the course are done, and says so where it knows of more than the page.
// In: data.done [names]; with data.anew they take the place of what is kept, else they come to it.
// Out: the trigger "fetched" [names].

const PLACE = "convscope.course";
const MOST = 500;

/** @returns {string[]} */
const read = () => {
  try {
    const kept = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return Array.isArray(kept) ? kept.filter((name) => typeof name === "string").slice(0, MOST) : [];
  } catch {
    return []; // not ours, or this browser keeps nothing
  }
};

/** @param {string[]} done */
const write = (done) => {
  try {
    localStorage.setItem(PLACE, JSON.stringify(done));
  } catch {
    // it lasts as long as the session
  }
};

/**
 * @param {{data: {done: string[], anew: boolean}, setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, setTriggerValue }) {
  const done = data.anew ? data.done : [...new Set([...read(), ...data.done])];
  write(done);
  if (done.length > data.done.length) setTriggerValue("fetched", done);
}
