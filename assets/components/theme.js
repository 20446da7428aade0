// @ts-check
// The page's theme, which may change while a component is drawn.

import { isDark } from "./colours.js";

/**
 * Give a component the class "dark" where the page is dark, now and when its theme changes (its style has a transition
 * of the colour, `themed.css`), and let it paint what has colours of its own.
 * @param {HTMLElement} root
 * @param {() => void} [paint]
 */
export const followTheme = (root, paint = () => {}) => {
  const follow = () => {
    root.classList.toggle("dark", isDark(getComputedStyle(root).getPropertyValue("--st-background-color")));
    paint();
  };
  follow();
  root.ontransitionend = (event) => event.target === root && follow();
};
