// @ts-check
// Numbers as the server sends many of them.

/**
 * Return float32 numbers from base64.
 * @param {string} text
 */
export const decode = (text) => {
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length); // a function called for each would take ten times as long
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return new Float32Array(bytes.buffer);
};
