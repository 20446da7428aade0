// @ts-check
// Replaces the address where only the design in it changes, so that Back leads to the view before and not to the edit.
(() => {
  if (Object.hasOwn(history, "pushState")) return;
  const push = history.pushState;
  /** @param {string | URL} address */
  const view = (address) => {
    const url = new URL(address, location.href);
    url.searchParams.delete("network");
    return url.href;
  };
  history.pushState = function (state, title, address) {
    const sameView = address && view(address) === view(location.href);
    return (sameView ? history.replaceState : push).call(this, state, title, address);
  };
})();
