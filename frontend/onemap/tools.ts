// SPDX-License-Identifier: Apache-2.0
import { h, recall, remember } from "../shared/dom";
import { t } from "../shared/i18n";
import { LEVELS, levelBadge } from "../shared/levels";
import { token } from "../shared/map/base";
import { drawShape } from "../shared/map/symbols";
import { toggleTheme } from "../shared/theme";

export interface View { name: string; center: [number, number]; zoom: number; layers: string[] }
const SLOTS = 3;

interface Toolset {
  username: string;
  measure: () => void;
  draw: () => HTMLElement;
  print: () => void;
  current: () => Omit<View, "name">;
  go: (view: View) => void;
  home: () => void;
}

/** The tools at the top right; only one of their panels stands open at a time. */
export function tools(set: Toolset): { element: HTMLElement; measureEnded: () => void; close: () => void } {
  const place = h("div", { class: "om-pop", hidden: true });
  const buttons: HTMLButtonElement[] = [];
  const opens = (label: string, make: () => HTMLElement): HTMLButtonElement => {
    const button = h("button", { type: "button", class: "om-tool", "aria-expanded": "false" }, label);
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") !== "true";
      buttons.forEach((other) => other.setAttribute("aria-expanded", String(other === button && open)));
      place.hidden = !open;
      if (open) place.replaceChildren(h("button", { type: "button", class: "om-close", "aria-label": t("common.close"), onclick: () => (close(), button.focus()) }, "×"), make());
    });
    buttons.push(button);
    return button;
  };
  const measure = h("button", { type: "button", class: "om-tool", "aria-pressed": "false" }, t("map.measure"));
  measure.addEventListener("click", () => {
    measure.setAttribute("aria-pressed", String(measure.getAttribute("aria-pressed") !== "true"));
    set.measure();
  });
  const bar = h(
    "div",
    { class: "om-tools", role: "toolbar", "aria-label": t("map.tools") },
    h("button", { type: "button", class: "om-tool", onclick: set.home }, t("map.home")),
    measure,
    opens(t("map.draw"), set.draw),
    opens(t("map.views"), () => views(set)),
    opens(t("map.legend"), legend),
    h("button", { type: "button", class: "om-tool", onclick: set.print }, t("map.print")),
    h("button", { type: "button", class: "om-tool", onclick: toggleTheme }, t("map.theme")),
  );
  const close = (): void => {
    place.hidden = true;
    buttons.forEach((button) => button.setAttribute("aria-expanded", "false"));
  };
  place.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const opener = buttons.find((button) => button.getAttribute("aria-expanded") === "true");
    close();
    opener?.focus();
  });
  return { element: h("div", { class: "om-tools-place" }, bar, place), close, measureEnded: () => measure.setAttribute("aria-pressed", "false") };
}

function views(set: Toolset): HTMLElement {
  const key = `anshu.onemap.views.${set.username}`;
  const saved = recall<(View | null)[]>(key, []);
  const list = h("ul", { class: "om-views" });
  const draw = (): void => list.replaceChildren(...Array.from({ length: SLOTS }, (_, slot) => row(slot)));
  const row = (slot: number): HTMLElement => {
    const view = saved[slot];
    const name = h("input", { type: "text", maxlength: 20, value: view?.name ?? t("map.view", { n: slot + 1 }), "aria-label": t("map.view_name", { n: slot + 1 }) });
    const save = (): void => {
      saved[slot] = { ...set.current(), name: name.value.trim() || t("map.view", { n: slot + 1 }) };
      remember(key, Array.from({ length: SLOTS }, (_, i) => saved[i] ?? null));
      draw();
    };
    return h("li", {}, name, h("button", { type: "button", class: "om-button", disabled: !view, onclick: () => view && set.go(view) }, t("map.view_go")), h("button", { type: "button", class: "om-button", onclick: save }, t("map.view_save")));
  };
  draw();
  return h("div", {}, h("h2", {}, t("map.views")), list);
}

const KINDS = ["alarm", "incident", "task", "rain", "level", "shelter", "team", "enterprise", "major_hazard", "place", "cluster", "slope", "flash_flood", "reservoir", "river", "forest", "road", "vehicle", "vehicle_still", "equipment"];

function legend(): HTMLElement {
  const shapes = KINDS.map((shape) => {
    const canvas = h("canvas", { "aria-hidden": "true" });
    drawShape(canvas, shape, "none", token("map-halo"));
    return h("li", {}, canvas, t(`kind.${shape}`));
  });
  return h(
    "div",
    {},
    h("h2", {}, t("map.legend")),
    h("p", {}, t("map.legend_words")),
    h("ul", { class: "om-legend-levels" }, ...LEVELS.map((level) => h("li", {}, levelBadge(level)))),
    h("ul", { class: "om-legend" }, ...shapes),
    h("p", {}, t("map.legend_schematic")),
  );
}
