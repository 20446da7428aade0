// @ts-check
// Settings of a component: shown at once as they change, and told to the server, as the address says them, when they rest.

/**
 * @typedef {(name: string, value: unknown) => void} Send
 * @typedef {Record<string, string>} Said  values by name, as they stand in an address
 */

export class Settings {
  /** @type {Said} */ values = {};
  /** @type {string} */ told = ""; // what the server said last, or was told last
  /** @type {Send} */ send = () => {};

  /**
   * Take what the server says, but for the echo of what it was told: the reader may be further by now.
   * @param {Said} values
   * @param {Send} send
   * @returns {boolean} whether something is new
   */
  update(values, send) {
    this.send = send;
    const text = JSON.stringify(values);
    if (text === this.told) return false;
    this.told = text;
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
    if (text === this.told) return;
    this.told = text;
    this.send("set", { ...this.values });
  }
}
