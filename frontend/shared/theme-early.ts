// SPDX-License-Identifier: Apache-2.0
// A classic, blocking script of its own: the theme must stand before the first paint, and the content
// security policy forbids inline scripts. It imports nothing so that it stays one small file.
{
  const wish = /(?:^|; )anshu_theme=(light|dark|auto)/.exec(document.cookie)?.[1] ?? "auto";
  const dark = wish === "dark" || (wish === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-bs-theme", dark ? "dark" : "light");
}
