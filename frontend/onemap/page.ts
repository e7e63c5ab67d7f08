// SPDX-License-Identifier: Apache-2.0
import { Marker, ScaleControl, type GeoJSONSource, type Map as MapLibre, type MapMouseEvent, type PaddingOptions } from "maplibre-gl";
import { paintAges, tickAges } from "../shared/ages";
import type { Api } from "../shared/api";
import type { Boot } from "../shared/boot";
import type { AlarmRow, LayerInfo, LiveEvent, LngLat, MapFeatures, MapObject, SearchHit, Session } from "../shared/contract";
import { h, settle, throttle } from "../shared/dom";
import { t } from "../shared/i18n";
import { showLiveState, type Live } from "../shared/live";
import { baseMap, type RasterBase } from "../shared/map/base";
import { FeatureLayer, familyOf, NEAR_FROM, NEAR_TYPES, placeKey, pointOf } from "../shared/map/features";
import { applyMoves, MOVED, movesOf } from "../shared/map/moves";
import { alarmsAsText } from "./alarms";
import { Drawer } from "./drawer";
import { LayerPanel } from "./layers";
import { Measure } from "./measure";
import { searchBox } from "./search";
import { Sketch } from "./sketch";
import { TimeBar } from "./timebar";
import { tools, type View } from "./tools";

const SETTLE_MS = 150;
const RELOAD_MS = 4000;
const REPAINT_MS = 30_000;
const READ_MS = 60_000; // stations send no event of their own for every reading
const MANY = 2000; // above this a layer is asked for by what is in view
const MOST_PULSES = 60;
const VEHICLES = "things-vehicles";
const CLUSTER_PX_PHONE = 96;
/** Which layers a kind of event touches, by the type of its subject. */
const TOUCHES: Readonly<Record<string, string>> = { alarm: "alarm", incident: "incident", task: "task", observation: "thing", shelter: "shelter" };

export class OneMap {
  /** By the code of the API's layer; layers of one family share their drawing. */
  private readonly layers = new Map<string, FeatureLayer>();
  private readonly pulses = new Map<string, Marker>();
  private readonly panel: LayerPanel;
  private readonly drawer: Drawer;
  private readonly timebar: TimeBar;
  private closePanel: () => void = () => undefined;
  private readonly refreshDrawer = throttle(() => void this.drawer.refresh(), RELOAD_MS);
  private readonly alarmList = h("div", { class: "om-alarm-list" });
  private readonly said = h("div", { class: "om-said", role: "status", hidden: true });
  private readonly announcer = h("div", { class: "an-visually-hidden", "aria-live": "assertive" });

  /** Builds the page, then the map, then fills it. */
  static async open(root: HTMLElement, api: Api, session: Session, live: Live, boot: Boot): Promise<void> {
    const infos = await api.get<LayerInfo[]>("/map/layers");
    const container = h("div", { class: "om-map", role: "region", "aria-label": t("map.title") });
    const main = h("main", {}, h("h1", { class: "an-visually-hidden" }, t("map.title")), container);
    root.replaceChildren(main);
    const raster = (boot.basemap as RasterBase | undefined) ?? null;
    const map = await baseMap(container, api, { bounds: session.area.bbox, hash: true, raster, padding: roomAround() });
    const page = new OneMap(map, api, session, live, infos);
    page.furnish(main);
    await page.fill();
    page.listen();
    await page.openFromAddress();
  }

  private constructor(
    private readonly map: MapLibre,
    private readonly api: Api,
    private readonly session: Session,
    private readonly live: Live,
    private readonly infos: readonly LayerInfo[],
  ) {
    this.panel = new LayerPanel(session.user.username, infos, (code, shown) => this.toggle(code, shown));
    this.drawer = new Drawer(api, () => void this.reload("alarm"), () => this.select(null));
    this.timebar = new TimeBar(() => void this.fill());
    const families = new Map<string, FeatureLayer>();
    for (const { code, kind } of infos) {
      const family = kind === "point" ? familyOf(code) : code;
      const layer = families.get(family) ?? new FeatureLayer(map, family, kind, wide() ? {} : { clusterPx: CLUSTER_PX_PHONE });
      families.set(family, layer);
      layer.show(code, this.panel.isShown(code));
      this.layers.set(code, layer);
    }
    map.addSource("selected", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    map.addLayer({ id: "selected", type: "circle", source: "selected", paint: { "circle-radius": 19, "circle-color": "rgba(0,0,0,0)", "circle-stroke-width": 3, "circle-stroke-color": "#0b6e6e" } });
    map.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-right");
  }

  private furnish(root: HTMLElement): void {
    const measure = new Measure(this.map, (words) => this.say(words), () => bar.measureEnded());
    const sketch = new Sketch(
      this.map,
      this.session.user.username,
      (content) => this.say(content),
      () => {
        if (measure.active) measure.toggle();
        bar.close();
      },
      (points) => this.show(points),
    );
    const bar = tools({
      username: this.session.user.username,
      measure: () => {
        sketch.stop();
        measure.toggle();
      },
      draw: () => sketch.panel(),
      print: () => print(),
      current: () => ({ center: this.map.getCenter().toArray() as LngLat, zoom: this.map.getZoom(), layers: this.panel.shown() }),
      go: (view) => this.goTo(view),
      home: () => this.home(),
    });
    const toggle = h("button", { type: "button", class: "om-button om-panel-toggle", "aria-expanded": "false", "aria-controls": "om-panel" }, t("map.layers"));
    const body = h("div", { class: "om-panel-body", id: "om-panel" }, h("h2", {}, t("map.alarms")), this.alarmList, h("h2", {}, t("map.layers")), this.panel.element);
    const openPanel = (open: boolean): void => {
      body.classList.toggle("is-open", open);
      panel.classList.toggle("is-open", open); // above tools and time bar
      toggle.setAttribute("aria-expanded", String(open));
    };
    toggle.addEventListener("click", () => openPanel(!body.classList.contains("is-open")));
    this.closePanel = () => openPanel(false);
    this.map.on("click", this.closePanel);
    body.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || wide()) return;
      openPanel(false);
      toggle.focus();
    });
    const head = h("div", { class: "om-panel-head" }, h("a", { class: "om-brand", href: "/" }, h("b", {}, t("brand")), this.session.area.name), toggle);
    const panel = h("div", { class: "om-panel", role: "region", "aria-label": t("map.layers") }, head, searchBox(this.api, (hit) => this.choose(hit)), body);
    root.append(panel, bar.element, this.drawer.element, this.timebar.element, this.said, this.announcer);
    showLiveState(this.live, this.timebar.state);
    this.map.on("click", (event) => {
      if (!measure.active && !sketch.active) this.click(event);
    });
    const paper = h("img", { class: "om-paper", alt: "" });
    root.append(paper);
    addEventListener("beforeprint", () => this.copyTo(paper));
  }

  /** Reads every layer shown, for now or for the moment the time bar stands at. */
  private async fill(): Promise<void> {
    await Promise.all(this.infos.filter((info) => this.panel.isShown(info.code)).map((info) => this.load(info)));
  }

  private async load(info: LayerInfo): Promise<void> {
    const query = new URLSearchParams();
    const at = this.timebar.at;
    if (at) query.set("at", at.toISOString());
    if (info.count > MANY) query.set("bbox", this.map.getBounds().toArray().flat().map((n) => n.toFixed(5)).join(","));
    const layer = this.layers.get(info.code);
    try {
      const data = await this.api.get<MapFeatures>(`/map/layers/${info.code}${query.size ? `?${query}` : ""}`);
      if (at?.getTime() !== this.timebar.at?.getTime()) return; // the bar has moved on; a newer answer is coming
      layer?.set(data, info.code);
      this.keepNear();
      if (info.count <= MANY) this.panel.count(info.code, data.features.length);
      if (data.features[0]?.properties.type === "alarm" || info.code.includes("alarm")) this.alarmsChanged();
    } catch (error) {
      this.say(t("map.layer_failed", { name: info.name, reason: (error as Error).message }));
    }
  }

  private listen(): void {
    for (const [family, type] of Object.entries(TOUCHES)) {
      const reload = type === "thing" ? throttle(() => void this.reload(type), RELOAD_MS) : settle(() => void this.reload(type), SETTLE_MS);
      this.live.on(`${family}.*`, (event) => {
        if (this.timebar.at) return; // history stands still
        if (!this.inPlace(event)) reload();
      });
    }
    this.live.on(MOVED, (event) => this.move(event));
    const recolour = throttle(() => {
      if (!this.timebar.at) void this.reloadCode(VEHICLES);
    }, RELOAD_MS);
    this.live.on("alarm.*", recolour);
    this.live.on("alarm.raised", (event) => this.announce(event));
    this.live.on("*", (event) => {
      if (this.drawer.current === `${event.subject.type}/${event.subject.id}`) void this.drawer.refresh();
    });
    let lost = false;
    this.live.onStatus(({ state }) => {
      if (state === "live" && lost && !this.timebar.at) void this.fill();
      lost = state === "lost";
    });
    this.live.start();
    this.map.on("moveend", settle(() => this.moved(), SETTLE_MS));
    for (const layer of new Set(this.layers.values())) document.addEventListener("anshu:theme", () => layer.paintTheme());
    setInterval(() => new Set(this.layers.values()).forEach((layer) => layer.repaint()), REPAINT_MS);
    setInterval(() => {
      if (!this.timebar.at && !document.hidden) void this.reload("thing");
    }, READ_MS);
    tickAges();
    this.map.on("mousemove", (event) => {
      const hit = this.map.queryRenderedFeatures(event.point, { layers: this.clickable() }).length > 0;
      this.map.getCanvas().classList.toggle("is-over", hit);
    });
  }

  /** Writes a reading that came with its event straight into the map; anything else needs the layer again. */
  private inPlace(event: LiveEvent): boolean {
    if (event.kind !== "observation.latest" || typeof event.value !== "number") return false;
    for (const layer of this.layers.values()) {
      const found = layer.features.find(({ properties: p }) => p.type === event.subject.type && String(p.id) === String(event.subject.id));
      if (!found) continue;
      const property = event.property as string | undefined;
      if (property && found.properties.property && property !== found.properties.property) return true;
      Object.assign(found.properties, { value: event.value, observed_at: event.at, age_s: 0, stale: false, level: event.level ?? found.properties.level });
      layer.repaint();
      return true;
    }
    return false;
  }

  /** Moves what moved; the chosen one takes its ring along, and its drawer is read again now and then. */
  private move(event: LiveEvent): void {
    const layer = this.layers.get(VEHICLES);
    if (this.timebar.at || !layer) return; // history stands still
    const moves = movesOf(event);
    if (applyMoves(layer.part(VEHICLES), moves)) layer.repaint();
    const chosen = moves.find(({ id }) => this.drawer.current === `thing/${id}`);
    if (!chosen) return;
    this.ring(chosen.point);
    this.refreshDrawer();
  }

  private async reloadCode(code: string): Promise<void> {
    const info = this.infos.find((one) => one.code === code);
    if (info && this.panel.isShown(code)) await this.load(info);
  }

  private async reload(type: string): Promise<void> {
    const touched = this.infos.filter(({ code }) => {
      const first = this.layers.get(code)?.part(code)[0]?.properties.type;
      return this.panel.isShown(code) && (first === type || (!first && code.includes(type)));
    });
    await Promise.all(touched.map((info) => this.load(info)));
  }

  private announce(event: LiveEvent): void {
    this.announcer.textContent = t("map.alarm_raised", { title: event.title ?? "" });
  }

  private moved(): void {
    this.listAlarms();
    this.keepNear();
    for (const info of this.infos) if (info.count > MANY && this.panel.isShown(info.code)) void this.load(info);
  }

  private toggle(code: string, shown: boolean): void {
    const info = this.infos.find((one) => one.code === code);
    this.layers.get(code)?.show(code, shown);
    this.keepNear();
    if (shown && info) void this.load(info);
    this.alarmsChanged();
  }

  private alarms(): MapFeatures["features"] {
    return [...this.layers.entries()]
      .filter(([code]) => this.panel.isShown(code))
      .flatMap(([code, layer]) => layer.part(code))
      .filter(({ properties }) => properties.type === "alarm");
  }

  private alarmsChanged(): void {
    this.listAlarms();
    this.pulse();
    const covered = new Set(this.alarms().flatMap((feature) => (pointOf(feature) ? [placeKey(pointOf(feature) as LngLat)] : [])));
    for (const layer of new Set(this.layers.values())) layer.cover(covered);
  }

  /** Keeps shelters, teams and stock for nearer zooms, unless one of them is all that is asked for. */
  private keepNear(): void {
    const alone = new Set(this.panel.shown().map((code) => this.layers.get(code))).size === 1;
    for (const [code, layer] of this.layers) {
      const near = NEAR_TYPES.has(layer.part(code)[0]?.properties.type ?? "") && !alone;
      layer.showFrom(near ? NEAR_FROM : 0);
      this.panel.mark(code, near && this.panel.isShown(code) && this.map.getZoom() < NEAR_FROM);
    }
  }

  /** Lists the alarms in view beside the map, worst and unacknowledged first. */
  private listAlarms(): void {
    const bounds = this.map.getBounds();
    const rows = this.alarms()
      .filter((feature) => bounds.contains(pointOf(feature) ?? [0, 0]))
      .map((feature) => ({ ...asRow(feature), point: pointOf(feature) }));
    const had = this.alarmList.contains(document.activeElement) ? document.activeElement?.textContent : null;
    this.alarmList.replaceChildren(alarmsAsText(rows, (row) => this.openAt("alarm", row.id, row.point)));
    if (had) [...this.alarmList.querySelectorAll("button")].find((button) => button.textContent === had)?.focus();
    paintAges(this.alarmList);
  }

  /** Puts a pulse under each alarm nobody has acknowledged; style sheets move it, so the map need not repaint. */
  private pulse(): void {
    const waiting = this.alarms().filter(({ properties }) => properties.acknowledged === false).slice(0, MOST_PULSES);
    const wanted = new Set(waiting.map(({ properties }) => String(properties.id)));
    for (const [id, marker] of this.pulses) {
      if (wanted.has(id)) continue;
      marker.remove();
      this.pulses.delete(id);
    }
    for (const feature of waiting) {
      const point = pointOf(feature);
      const id = String(feature.properties.id);
      if (!point || this.pulses.has(id)) continue;
      const element = h("div", { class: "om-pulse", "data-level": feature.properties.level, "aria-hidden": "true" }, h("i", {}));
      this.pulses.set(id, new Marker({ element }).setLngLat(point).addTo(this.map));
      element.removeAttribute("aria-label");
      element.removeAttribute("role");
      element.removeAttribute("tabindex");
    }
  }

  private clickable(): string[] {
    return [...new Set(this.layers.values())].flatMap((layer) => layer.clickable);
  }

  private click(event: MapMouseEvent): void {
    const clusters = [...new Set(this.layers.values())].map((layer) => layer.clusters).filter((id) => this.map.getLayer(id));
    const around: [[number, number], [number, number]] = [[event.point.x - 6, event.point.y - 6], [event.point.x + 6, event.point.y + 6]];
    const hit = this.map.queryRenderedFeatures(around, { layers: this.clickable() })[0];
    if (hit) {
      const point = hit.geometry.type === "Point" ? (hit.geometry.coordinates as LngLat) : event.lngLat.toArray();
      return this.openAt(String(hit.properties.type), String(hit.properties.id), point as LngLat, false);
    }
    const cluster = this.map.queryRenderedFeatures(around, { layers: clusters })[0];
    if (cluster) void this.unfold(cluster.source, cluster.properties.cluster_id as number, (cluster.geometry as GeoJSON.Point).coordinates as LngLat);
    else if (this.drawer.current) this.drawer.close();
  }

  private async unfold(source: string, id: number, center: LngLat): Promise<void> {
    const zoom = await (this.map.getSource(source) as GeoJSONSource).getClusterExpansionZoom(id);
    this.map.easeTo({ center, zoom: zoom + 0.3 });
  }

  private openAt(type: string, id: string | number, point: LngLat | null, fly = true): void {
    this.closePanel();
    this.select(point);
    if (point && fly) this.map.easeTo({ center: point, zoom: Math.max(this.map.getZoom(), 13), offset: wide() ? [-40, 0] : [0, -innerHeight / 4] });
    void this.drawer.open(type, id);
    history.replaceState(null, "", `?object=${type}/${id}${location.hash}`);
  }

  private select(point: LngLat | null): void {
    this.ring(point);
    if (!point) history.replaceState(null, "", location.pathname + location.hash);
  }

  private ring(point: LngLat | null): void {
    const features: GeoJSON.Feature[] = point ? [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: point } }] : [];
    (this.map.getSource("selected") as GeoJSONSource).setData({ type: "FeatureCollection", features });
  }

  private choose(hit: SearchHit): void {
    if (hit.point) this.openAt(hit.type, hit.id, hit.point);
    else location.assign(hit.href);
  }

  /** Opens what a link from the console names: `?object=alarm/12`. */
  private async openFromAddress(): Promise<void> {
    const [type, id] = (new URLSearchParams(location.search).get("object") ?? "").split("/");
    if (!type || !id) return;
    const feature = [...this.layers].flatMap(([code, layer]) => layer.part(code)).find(({ properties: p }) => p.type === type && String(p.id) === id);
    this.openAt(type, id, feature ? pointOf(feature) : await this.placeOf(type, id));
  }

  /** Finds where something is that no layer shows: an incident that is closed, an object of a layer switched off. */
  private async placeOf(type: string, id: string): Promise<LngLat | null> {
    const { point } = await this.api.get<MapObject>(`/map/objects/${type}/${id}`).catch(() => ({ point: null }));
    if (point) return point;
    const rows: Readonly<Record<string, string>> = { alarm: "alarms", incident: "incidents", task: "tasks" };
    const own = rows[type] ? await this.api.get<{ point: LngLat | null }>(`/${rows[type]}/${id}`).catch(() => null) : null;
    if (own?.point) return own.point;
    for (const info of this.infos.filter(({ code }) => !this.panel.isShown(code))) {
      const data = await this.api.get<MapFeatures>(`/map/layers/${info.code}`).catch(() => null);
      const found = data?.features.find(({ properties: p }) => p.type === type && String(p.id) === id);
      if (found) return pointOf(found);
    }
    return null;
  }

  private home(): void {
    const [w, s, e, n] = this.session.area.bbox;
    this.map.fitBounds([[w, s], [e, n]], { padding: roomAround() });
  }

  private goTo(view: View): void {
    this.panel.showOnly(view.layers);
    this.map.easeTo({ center: view.center, zoom: view.zoom });
  }

  private show(points: readonly LngLat[]): void {
    const [lngs, lats] = [points.map(([lng]) => lng), points.map(([, lat]) => lat)];
    this.map.fitBounds([[Math.min(...lngs), Math.min(...lats)], [Math.max(...lngs), Math.max(...lats)]], { padding: roomAround(), maxZoom: 14 });
  }

  /** Takes the map as a picture onto paper: a browser prints an empty canvas, for WebGL keeps no frame. */
  private copyTo(paper: HTMLImageElement): void {
    this.map.redraw();
    paper.src = this.map.getCanvas().toDataURL("image/png");
  }

  private say(content: string | Node | null): void {
    this.said.hidden = !content;
    this.said.replaceChildren(...(content ? [content] : []));
  }
}

const wide = (): boolean => innerWidth > 900;
/** The room that panels take from the map. */
const roomAround = (): PaddingOptions => (wide() ? { left: 320, right: 24, top: 24, bottom: 88 } : { left: 20, right: 20, top: 124, bottom: 178 });

function asRow({ properties: p }: MapFeatures["features"][number]): AlarmRow {
  return {
    id: p.id,
    name: p.name,
    thing: "",
    level: p.level ?? "none",
    state: p.state ?? "",
    acknowledged: p.acknowledged !== false,
    raised_at: p.observed_at ?? new Date().toISOString(),
    value: p.value ?? null,
    unit: p.unit ?? "",
    threshold: null,
    division: null,
    point: null,
    href: p.href ?? "",
  };
}
