// SPDX-License-Identifier: Apache-2.0
import { Api, ApiError } from "../shared/api";
import { h, settle } from "../shared/dom";
import { t } from "../shared/i18n";
import type { PlaceMap } from "./place-map";

/** Where typed coordinates lie: in WGS 84, and in which divisions that the viewer may choose, smallest first. */
export interface Where { lng: number; lat: number; name: string; divisions: string[]; box: [number, number, number, number] | null }

const TYPED_MS = 400;
/** The address of what lies where is a page's, not the API's. */
const pages = new Api("");

/**
 * Lets a position be chosen on a map beside being typed, and says in which division it lies. Each `<div data-an-place>`
 * holds inputs of longitude, latitude and system; its address answers what lies there.
 */
export function places(root: ParentNode, api: Api): void {
  root.querySelectorAll<HTMLElement>("[data-an-place]").forEach((field) => {
    if (field.dataset.anAwake) return;
    field.dataset.anAwake = "1";
    new Place(field, api);
  });
}

class Place {
  private readonly inputs: [HTMLInputElement, HTMLInputElement];
  private readonly system: HTMLSelectElement;
  private readonly said = h("p", { class: "an-place-said", role: "status" });
  private readonly button = h("button", { type: "button", class: "btn btn-sm", "aria-expanded": "false", onclick: () => void this.toggle() }, t("place.open"));
  private readonly canvas = h("div", { class: "an-place-map", hidden: true });
  private map: PlaceMap | null = null;
  private asked = 0;
  /** The division that was filled in here: what somebody chose by hand stays. */
  private filled = "";

  constructor(
    private readonly field: HTMLElement,
    private readonly api: Api,
  ) {
    const [lng, lat] = field.querySelectorAll("input");
    this.inputs = [lng!, lat!];
    this.system = field.querySelector("select")!;
    field.append(this.button, this.canvas, this.said);
    const typed = settle(() => void this.look(), TYPED_MS);
    for (const each of [...this.inputs, this.system]) each.addEventListener("input", typed);
    if (lng!.value && lat!.value) void this.look();
  }

  private async toggle(): Promise<void> {
    const open = this.canvas.hidden;
    if (open && !document.createElement("canvas").getContext("webgl2")) {
      this.say(t("place.no_webgl"));
      this.inputs[0].focus();
      return;
    }
    this.canvas.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    this.button.textContent = t(open ? "place.close" : "place.open");
    if (open && !this.map) await this.draw();
  }

  private async draw(): Promise<void> {
    try {
      const [where, { PlaceMap }] = await Promise.all([this.where(), import("./place-map")]);
      this.map = await PlaceMap.open(this.canvas, this.api, where, (lng, lat) => this.pick(lng, lat));
    } catch {
      this.canvas.hidden = true;
      this.say(t("place.failed"));
    }
  }

  private pick(lng: number, lat: number): void {
    this.inputs[0].value = lng.toFixed(6);
    this.inputs[1].value = lat.toFixed(6);
    this.system.value = "wgs84";
    void this.look();
  }

  private where(): Promise<Where> {
    const given = new URLSearchParams({ lng: this.inputs[0].value, lat: this.inputs[1].value, crs: this.system.value });
    return pages.get<Where>(`${this.field.dataset.anPlace ?? ""}?${given}`);
  }

  private async look(): Promise<void> {
    const turn = ++this.asked;
    if (!this.inputs[0].value.trim() || !this.inputs[1].value.trim()) return this.say("");
    try {
      const found = await this.where();
      if (turn !== this.asked) return;
      this.map?.mark(found.lng, found.lat);
      this.say(found.name ? t("place.in", { name: found.name }) : t("place.nowhere"), this.choose(found));
    } catch (error) {
      if (turn === this.asked) this.say(error instanceof ApiError ? error.words : t("place.failed"));
    }
  }

  /** Fills in the division, unless somebody has chosen another: then it only says so. */
  private choose({ divisions }: Where): string {
    const select = this.field.closest("form")?.querySelector<HTMLSelectElement>("select[name=division_code]");
    if (!select || !divisions.length || divisions.includes(select.value)) return "";
    if (select.value && select.value !== this.filled) return t("place.other_division");
    const division = divisions.find((code) => [...select.options].some((option) => option.value === code));
    if (!division) return "";
    select.value = this.filled = division;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    return t("place.division_filled");
  }

  private say(...words: string[]): void {
    this.said.textContent = words.filter(Boolean).join(" ");
  }
}
