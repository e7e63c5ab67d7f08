// SPDX-License-Identifier: Apache-2.0
export type ThemeWish = "light" | "dark" | "auto";
export type Theme = "light" | "dark";

const YEAR_S = 365 * 24 * 3600;
const darkMedia = (): MediaQueryList => matchMedia("(prefers-color-scheme: dark)");

/** Reads what the person chose; the cookie also lets the server render the right theme at once. */
export function themeWish(): ThemeWish {
  const found = /(?:^|; )anshu_theme=(light|dark|auto)/.exec(document.cookie)?.[1];
  return (found as ThemeWish | undefined) ?? "auto";
}

export function themeShown(): Theme {
  return document.documentElement.getAttribute("data-bs-theme") === "dark" ? "dark" : "light";
}

/** Applies a wish, remembers it and tells the page by a `anshu:theme` event. */
export function setTheme(wish: ThemeWish): void {
  document.cookie = `anshu_theme=${wish}; path=/; max-age=${YEAR_S}; samesite=lax`;
  show(wish);
}

export function toggleTheme(): void {
  setTheme(themeShown() === "dark" ? "light" : "dark");
}

/** Follows the system as long as the person has not chosen. */
export function followSystemTheme(): void {
  show(themeWish());
  darkMedia().addEventListener("change", () => show(themeWish()));
}

function show(wish: ThemeWish): void {
  const dark = wish === "dark" || (wish === "auto" && darkMedia().matches);
  const theme: Theme = dark ? "dark" : "light";
  if (themeShown() === theme && document.documentElement.hasAttribute("data-bs-theme")) return;
  document.documentElement.setAttribute("data-bs-theme", theme);
  document.dispatchEvent(new CustomEvent<Theme>("anshu:theme", { detail: theme }));
}
