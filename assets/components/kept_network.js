// @ts-check
// Keeps a network that is too long for an address in this browser, the last one of each tab, and gives it back.
// In: either data.keep {link, packed} and data.words {kept, lost}, or data.ask, a link.
// Out: the trigger "answer" {link, packed}; packed is "" where nothing is kept under that link.

import { part } from "./dom.js";

/**
 * @typedef {{link: string, packed: string}} Kept
 * @typedef {Kept & {tab: string}} Entry
 */

const PLACE = "convscope.networks"; // [{tab, link, packed}], the newest last
const TAB = "convscope.tab";
const MOST_TABS = 8;

/** @returns {Entry[]} */
const read = () => {
  try {
    const entries = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return Array.isArray(entries) ? entries : [];
  } catch {
    return []; // not ours, or this browser keeps nothing
  }
};

/** @param {Entry[]} entries */
const write = (entries) => {
  try {
    localStorage.setItem(PLACE, JSON.stringify(entries));
    return true;
  } catch {
    return false;
  }
};

const tab = () => {
  const name = sessionStorage.getItem(TAB) ?? Math.random().toString(36).slice(2);
  sessionStorage.setItem(TAB, name);
  return name;
};

/**
 * Keep a network; where there is no room, those of other tabs go first.
 * @param {Kept} kept
 */
const keep = ({ link, packed }) => {
  try {
    const own = { tab: tab(), link, packed };
    const others = read().filter((entry) => entry.tab !== own.tab && entry.link !== link);
    for (let most = MOST_TABS - 1; most >= 0; most--) {
      if (write([...others.slice(Math.max(0, others.length - most)), own])) return true;
    }
  } catch {
    // no sessionStorage
  }
  return false;
};

/**
 * @typedef {{keep?: Kept, ask?: string, words: {kept: string, lost: string}}} Data
 * @param {{data: Data, parentElement: ParentNode, setTriggerValue: (name: string, value: unknown) => void}} component
 */
export default function ({ data, parentElement, setTriggerValue }) {
  const said = part(parentElement, ".said");
  said.hidden = !data.keep;
  if (data.keep) said.textContent = keep(data.keep) ? data.words.kept : data.words.lost;
  if (data.ask) {
    const packed = read().find((entry) => entry.link === data.ask)?.packed ?? "";
    setTriggerValue("answer", { link: data.ask, packed: String(packed) });
  }
}
