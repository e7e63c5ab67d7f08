// SPDX-License-Identifier: Apache-2.0
import type { Api } from "../shared/api";
import type { SearchHit } from "../shared/contract";
import { h, settle } from "../shared/dom";
import { t } from "../shared/i18n";

const WAIT_MS = 180;

/** Makes the map's search: what is found is a list of buttons, each of which goes there. */
export function searchBox(api: Api, choose: (hit: SearchHit) => void): HTMLElement {
  const input = h("input", { type: "search", placeholder: t("map.search"), "aria-label": t("map.search"), autocomplete: "off" });
  const list = h("ul", { class: "om-hits", hidden: true, "aria-label": t("console.search_results") });
  const box = h("form", { class: "om-search", role: "search" }, input, list);
  const close = (): void => void (list.hidden = true);
  let asked = 0;
  const look = async (): Promise<void> => {
    const q = input.value.trim();
    if (!q) return close();
    const mine = ++asked;
    const hits = await api.get<SearchHit[]>(`/search?q=${encodeURIComponent(q)}`).catch(() => []);
    if (mine === asked) show(hits, q);
  };
  const show = (hits: readonly SearchHit[], q: string): void => {
    const rows = hits.slice(0, 10).map((hit) =>
      h("li", {}, h("button", { type: "button", onclick: () => { close(); choose(hit); } }, h("b", {}, hit.title), h("small", {}, hit.subtitle))),
    );
    list.replaceChildren(...(rows.length ? rows : [h("li", { class: "om-empty" }, t("console.search_none", { q }))]));
    list.hidden = false;
  };
  input.addEventListener("input", settle(() => void look(), WAIT_MS));
  box.addEventListener("submit", (event) => {
    event.preventDefault();
    list.querySelector("button")?.click();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    const wanted = (event.key === "/" && !typing) || ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k");
    if (!wanted) return;
    event.preventDefault();
    input.focus();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!box.contains(event.target as Node)) close();
  });
  return box;
}
