// SPDX-License-Identifier: Apache-2.0
import type { LayerInfo } from "../shared/contract";
import { h, recall, remember } from "../shared/dom";
import { t } from "../shared/i18n";

/** The layer panel: groups, counts, check boxes; what a person switched is kept for that person. */
export class LayerPanel {
  readonly element = h("div", { class: "om-layers" });
  private readonly key: string;
  private switched: Record<string, boolean>;

  constructor(
    username: string,
    private infos: readonly LayerInfo[],
    private readonly changed: (code: string, shown: boolean) => void,
  ) {
    this.key = `anshu.onemap.layers.${username}`;
    this.switched = recall<Record<string, boolean>>(this.key, {});
    this.draw();
  }

  isShown(code: string): boolean {
    return this.switched[code] ?? this.infos.find((info) => info.code === code)?.default ?? true;
  }
  shown(): string[] {
    return this.infos.filter((info) => this.isShown(info.code)).map((info) => info.code);
  }

  /** Applies a saved view's choice of layers. */
  showOnly(codes: readonly string[]): void {
    for (const { code } of this.infos) {
      this.switched[code] = codes.includes(code);
      this.changed(code, codes.includes(code));
    }
    remember(this.key, this.switched);
    this.draw();
  }

  count(code: string, count: number): void {
    const cell = this.element.querySelector(`[data-count="${CSS.escape(code)}"]`);
    if (cell) cell.textContent = String(count);
  }

  /** Says of a layer that is on why nothing of it can be seen yet. */
  mark(code: string, waits: boolean): void {
    const note = this.element.querySelector<HTMLElement>(`[data-note="${CSS.escape(code)}"]`);
    if (note) note.hidden = !waits;
  }

  private draw(): void {
    const groups = [...new Set(this.infos.map((info) => info.group))];
    this.element.replaceChildren(...groups.map((group) => this.group(group)));
  }

  private group(group: string): HTMLElement {
    const rows = this.infos.filter((info) => info.group === group).map((info) => this.row(info));
    return h("fieldset", { class: "om-group" }, h("legend", {}, group), ...rows);
  }

  private row(info: LayerInfo): HTMLElement {
    const box = h("input", { type: "checkbox", checked: this.isShown(info.code) });
    box.addEventListener("change", () => {
      this.switched[info.code] = box.checked;
      remember(this.key, this.switched);
      this.changed(info.code, box.checked);
    });
    return h("label", { class: "om-layer" }, box, h("span", {}, info.name, h("small", { "data-note": info.code, hidden: true }, t("map.near_only"))), h("b", { "data-count": info.code, class: "an-num" }, info.count));
  }
}
