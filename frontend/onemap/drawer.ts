// SPDX-License-Identifier: Apache-2.0
import { paintAges } from "../shared/ages";
import { ApiError, type Api, type Method } from "../shared/api";
import type { DrawerAction, DrawerLive, MapObject } from "../shared/contract";
import { h, type Child } from "../shared/dom";
import { distanceWords } from "../shared/geo";
import { t } from "../shared/i18n";
import { asLevel, levelBadge } from "../shared/levels";
import { spark } from "../shared/spark";
import { shortTime } from "../shared/time";

/** The right drawer: what the chosen object is, what it measures, what is open there and whom to call. */
export class Drawer {
  readonly element = h("aside", { class: "om-drawer", hidden: true, "aria-label": t("map.drawer") });
  private shown: { type: string; id: string } | null = null;
  private opener: HTMLElement | null = null;

  constructor(
    private readonly api: Api,
    private readonly changed: () => void,
    private readonly closed: () => void,
  ) {
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  get current(): string | null {
    return this.shown ? `${this.shown.type}/${this.shown.id}` : null;
  }

  async open(type: string, id: string | number): Promise<void> {
    if (this.element.hidden) this.opener = document.activeElement as HTMLElement | null;
    this.shown = { type, id: String(id) };
    this.element.hidden = false;
    const waiting = setTimeout(() => this.element.replaceChildren(this.bar(null), h("p", { class: "om-empty" }, t("common.loading"))), 300);
    try {
      this.draw(await this.api.get<MapObject>(`/map/objects/${type}/${id}`));
      this.element.querySelector<HTMLElement>(".om-close")?.focus({ preventScroll: true });
    } catch (error) {
      this.element.replaceChildren(this.bar(null), h("p", { class: "om-empty", role: "alert" }, (error as Error).message));
    } finally {
      clearTimeout(waiting);
    }
  }

  /** Reads the object again after something happened to it, without moving the focus. */
  async refresh(): Promise<void> {
    const shown = this.shown;
    if (!shown || this.element.contains(document.activeElement?.closest("form") ?? null)) return;
    const object = await this.api.get<MapObject>(`/map/objects/${shown.type}/${shown.id}`).catch(() => null);
    if (object && this.shown === shown) this.draw(object);
  }

  close(): void {
    this.element.hidden = true;
    this.shown = null;
    this.opener?.focus({ preventScroll: true });
    this.closed();
  }

  private bar(object: MapObject | null): HTMLElement {
    const level = asLevel(object?.level);
    return h(
      "header",
      { class: "om-drawer-head" },
      h("div", {}, h("h2", {}, object?.title ?? ""), object ? h("p", {}, level === "none" ? null : levelBadge(level), " ", object.subtitle) : null),
      h("button", { type: "button", class: "om-close", "aria-label": t("common.close"), onclick: () => this.close() }, "×"),
    );
  }

  private draw(object: MapObject): void {
    const top = this.element.scrollTop;
    this.element.replaceChildren(
      this.bar(object),
      ...[
        object.actions.length ? this.actions(object.actions) : null,
        object.links?.length ? h("div", { class: "om-actions" }, ...object.links.map((link) => h("a", { class: "om-button", href: link.href }, link.label))) : null,
        section(t("map.live"), object.live.map(liveRow)),
        section(t("map.open"), object.open.map((row) => h("a", { class: "om-row", href: row.href }, h("span", {}, row.title), h("small", {}, row.state)))),
        section(t("map.facts"), object.facts.length ? [h("dl", { class: "om-facts" }, ...object.facts.flatMap((fact) => [h("dt", {}, fact.label), h("dd", {}, fact.value)]))] : []),
        section(t("map.people"), object.people.map((one) => h("div", { class: "om-row" }, h("span", {}, `${one.name}（${one.title}）`, h("small", {}, one.role)), h("b", { class: "an-num" }, one.phone_masked)))),
        section(t("map.nearest"), object.nearest.map((near) => h("a", { class: "om-row", href: near.href }, h("span", {}, near.name), h("b", { class: "an-num" }, distanceWords(near.distance_m))))),
        section(t("map.timeline"), object.timeline.length ? [h("ol", { class: "om-timeline" }, ...object.timeline.map((row) => h("li", {}, h("time", { datetime: row.at }, shortTime(row.at)), h("span", {}, row.text), h("small", {}, row.actor))))] : []),
        object.href ? h("a", { class: "om-detail", href: object.href }, t("map.detail")) : null,
      ].filter((part): part is HTMLElement => part !== null),
    );
    paintAges(this.element);
    this.element.scrollTop = top;
  }

  private actions(actions: readonly DrawerAction[]): HTMLElement {
    const place = h("div", { class: "om-actions" });
    actions.forEach((action, index) => {
      const run = (): void => this.begin(action, place);
      place.append(h("button", { type: "button", class: index ? "om-button" : "om-button is-primary", onclick: run }, action.label));
    });
    return place;
  }

  /** Asks for what the action needs, then does it; with nothing to ask it does it at once. */
  private begin(action: DrawerAction, place: HTMLElement): void {
    if (!action.needs.length) return void this.run(action, {}, place);
    const inputs = action.needs.map((need) => h("textarea", { name: need, rows: 2, maxlength: 500, required: need === "reason" || need === "title" }));
    const form = h(
      "form",
      { class: "om-form" },
      ...inputs.map((input) => h("label", {}, t(`need.${input.name}`), input)),
      h("div", { class: "om-form-buttons" }, h("button", { type: "button", class: "om-button", onclick: () => form.remove() }, t("common.cancel")), h("button", { type: "submit", class: "om-button is-primary" }, action.label)),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.run(action, Object.fromEntries(inputs.map((input) => [input.name, input.value.trim()])), form);
    });
    place.parentElement?.querySelector(".om-form")?.remove();
    place.after(form);
    inputs[0]?.focus();
  }

  private async run(action: DrawerAction, body: Record<string, string>, place: HTMLElement): Promise<void> {
    place.querySelectorAll("button").forEach((button) => (button.disabled = true));
    try {
      await this.api.send(action.method as Method, action.url, { body, key: crypto.randomUUID?.() });
      place.closest(".om-form")?.remove();
      this.changed();
      if (this.shown) await this.open(this.shown.type, this.shown.id);
    } catch (error) {
      place.querySelectorAll("button").forEach((button) => (button.disabled = false));
      place.querySelector("[role=alert]")?.remove();
      place.append(h("p", { role: "alert", class: "om-error" }, error instanceof ApiError ? error.words : (error as Error).message));
    }
  }
}

function section(title: string, rows: Child[]): HTMLElement | null {
  return rows.length ? h("section", {}, h("h3", {}, title), ...rows) : null;
}

function liveRow(live: DrawerLive): HTMLElement {
  const level = asLevel(live.level);
  const none = live.value === null;
  return h(
    "div",
    { class: live.stale ? "om-live an-stale" : "om-live" },
    h("span", { class: "om-live-label" }, live.label),
    h("b", { class: "an-num" }, none ? h("em", { class: "an-nodata" }, t("common.nodata")) : live.value, none ? null : h("small", {}, ` ${live.unit}`)),
    level === "none" ? null : levelBadge(level),
    live.observed_at ? h("time", { datetime: live.observed_at, "data-an-age": true }) : null,
    spark(live.series, live.unit),
  );
}
