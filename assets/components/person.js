// @ts-check
// Keeps in this browser by which name a reader's trainings are counted, so that a reload is the same reader.
// In: data.name, this session's. Out: the trigger "known", the name that the browser keeps, where it is another.

const PLACE = "convscope.person";

/**
 * Return the name that this browser keeps, from now on the session's where it keeps none; null where it keeps nothing.
 * @param {string} name
 */
const kept = (name) => {
  try {
    const known = localStorage.getItem(PLACE);
    if (!known) localStorage.setItem(PLACE, name);
    return known;
  } catch {
    return null; // then a reader is a session
  }
};

/**
 * @param {{data: {name: string}, setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, setTriggerValue }) {
  const known = kept(data.name);
  if (known && known !== data.name) setTriggerValue("known", known);
}
