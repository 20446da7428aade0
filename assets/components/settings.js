// @ts-check
// Settings of a component: shown at once as they change, and told to the server, as the address says them, when they rest.

/**
 * @typedef {(name: string, value: unknown) => void} Send
 * @typedef {Record<string, string>} Said  values by name, as they stand in an address
 */

export class Settings {
  /** @type {Said} */ values = {};
  /** @type {string} */ said = ""; // what the server said last
  /** @type {string[]} */ told = []; // what it was told since, in order, and has not said yet
  /** @type {Send} */ send = () => {};

  /**
   * Take what the server says, but for the echo of what it was told, and for what it said before: the reader is further.
   * @param {Said} values
   * @param {Send} send
   * @returns {boolean} whether something is new
   */
  update(values, send) {
    this.send = send;
    const text = JSON.stringify(values);
    if (text === this.said) return false;
    this.said = text;
    const echoed = this.told.indexOf(text);
    // Of what is told in quick succession the server may hear the last alone.
    this.told = text === JSON.stringify(this.values) ? [] : this.told.slice(echoed + 1);
    if (echoed >= 0) return false;
    this.told = [];
    this.values = { ...values };
    return true;
  }

  /** @param {string} name */
  number(name) {
    return Number(this.values[name]);
  }

  /**
   * @param {string} name
   * @param {number | string} value
   */
  set(name, value) {
    this.values[name] = String(value);
  }

  /** Tell the server what is set now. */
  tell() {
    const text = JSON.stringify(this.values);
    if (text === (this.told.at(-1) ?? this.said)) return;
    this.told.push(text);
    this.send("set", { ...this.values });
  }
}
