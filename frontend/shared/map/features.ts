// SPDX-License-Identifier: Apache-2.0
import type { Feature, FeatureCollection, Geometry, Point } from "geojson";
import type { ExpressionSpecification, GeoJSONSource, LayerSpecification, Map as MapLibre } from "maplibre-gl";
import type { LngLat, MapFeatures, MapProperties } from "../contract";
import { t } from "../i18n";
import { asLevel, LEVELS, LEVEL_COLOURS, levelRank } from "../levels";
import { token } from "./base";
import { pillName, shapeOf, symbolName } from "./symbols";
import { fullLabel, shortLabel } from "./wording";

const CLUSTERED_BELOW = 12;
const CLUSTER_PX = 66;
const SYMBOL_PX = 28;
const AGES_FROM = 11;
const NAMES_FROM = 13;
const NEVER_CLUSTERED = new Set(["alarm", "incident", "thing"]);
/** What matters only near by: at county zoom it would hide what matters there. */
export const NEAR_TYPES: ReadonlySet<string> = new Set(["shelter", "team", "stock"]);
export const NEAR_FROM = 11.5;

// Drawn from below to above; whatever lies higher takes its place first, so all symbols come before any words.
const SLOTS = [
  "fill", "line", "risk:label", "shelter:label", "team:label", "stock:label", "task:label",
  "risk:cluster", "shelter:cluster", "team:cluster", "stock:cluster", "task:cluster",
  "thing:label", "alarm:label", "incident:label", "alarm:urgent",
  "risk:points", "stock:points", "shelter:points", "team:points", "task:points", "thing:points", "incident:points", "alarm:points",
];
const SIZES: Readonly<Record<string, number>> = { alarm: 1.1, incident: 1.1, thing: 0.8, risk: 0.8, task: 0.8 };
const WORST = ["red", "orange", "yellow", "blue"] as const;

/** Where a cluster may stand when its own place is taken: its place first, then rings around it, in ems. */
const AROUND: readonly [string, number, number][] = [["top", 0, 1], ["bottom", 0, -1], ["left", 1, 0], ["right", -1, 0], ["top-left", 0.8, 0.8], ["top-right", -0.8, 0.8], ["bottom-left", 0.8, -0.8], ["bottom-right", -0.8, -0.8]];
/** Where words may stand: below, beside, above, and at the corners of their symbol. */
const placesAround = (r: number): (string | [number, number])[] =>
  AROUND.flatMap(([anchor, x, y]): (string | [number, number])[] => [anchor, [x * r, y * r]]);
const ASIDE: (string | [number, number])[] = ["center", [0, 0], ...[1.4, 2.8, 4.2].flatMap((r) => placesAround(r))];

interface Drawn extends MapProperties { icon: string; short: string; label: string; rank: number; turn: number; faded: boolean }
type DrawnFeature = Feature<Geometry, Drawn>;
export interface LayerLook { symbols?: number; words?: number; brief?: boolean; clusterPx?: number }

export const placeKey = (point: readonly number[]): string => point.slice(0, 2).map((n) => n.toFixed(5)).join();
const count = (level: string): unknown => ["+", ["case", ["==", ["get", "level"], level], 1, 0]];
const one: unknown[] = ["all", ["!", ["has", "point_count"]], ["==", ["geometry-type"], "Point"]];

/** One source on the map, fed by one or more layers of the API that show the same type of object. */
export class FeatureLayer {
  private readonly parts = new Map<string, MapFeatures>();
  private readonly hidden = new Set<string>();
  private covered: ReadonlySet<string> = new Set();
  private type = "";
  private from = 0;

  constructor(
    private readonly map: MapLibre,
    readonly family: string,
    private readonly kind: "point" | "polygon",
    private readonly look: LayerLook = {},
  ) {}

  /** Gives what one layer of the API holds, shown or not. */
  part(code: string): MapFeatures["features"] {
    return this.parts.get(code)?.features ?? [];
  }
  /** Gives all that is shown. */
  get features(): MapFeatures["features"] {
    return [...this.parts.keys()].filter((code) => !this.hidden.has(code)).flatMap((code) => this.part(code));
  }
  private get ids(): string[] {
    return ["fill", "line", "label", "urgent", "cluster", "points"].map((part) => `${this.family}:${part}`);
  }
  /** The drawn layers that answer to a click. */
  get clickable(): string[] {
    return ["points", "label", "urgent", "fill"].map((part) => `${this.family}:${part}`).filter((id) => this.map.getLayer(id));
  }
  get clusters(): string {
    return `${this.family}:cluster`;
  }

  set(data: MapFeatures, code: string = this.family): void {
    this.parts.set(code, data);
    if (!this.type && data.features.length) this.add(data.features[0]?.properties.type ?? "");
    this.repaint();
  }

  /** Writes the labels again: ages move on though nothing has come. */
  repaint(now: Date = new Date()): void {
    if (!this.type) return;
    const features = this.features.map((feature) => this.draw(feature, now));
    (this.map.getSource(this.family) as GeoJSONSource | undefined)?.setData({ type: "FeatureCollection", features } as FeatureCollection);
  }

  show(code: string, shown: boolean): void {
    if (shown) this.hidden.delete(code);
    else this.hidden.add(code);
    this.repaint();
  }

  /** Draws from a zoom upward only. */
  showFrom(zoom: number): void {
    this.from = zoom;
    for (const id of this.ids) if (this.map.getLayer(id)) this.map.setLayerZoomRange(id, zoom, 24);
  }

  /** Leaves out the words of what stands under an alarm, whose label says the same. */
  cover(places: ReadonlySet<string>): void {
    if (places.size === this.covered.size && [...places].every((place) => this.covered.has(place))) return;
    this.covered = places;
    this.repaint();
  }

  paintTheme(): void {
    if (!this.type) return;
    const ink = token("ink");
    const halo = token("map-halo");
    const set = (part: string, property: string, colour: unknown): void => {
      const id = `${this.family}:${part}`;
      if (this.map.getLayer(id)) this.map.setPaintProperty(id, property as never, colour as never);
    };
    for (const part of ["label", "urgent"]) {
      set(part, "text-color", ["case", ["==", ["get", "stale"], true], token("stale"), ink]);
      set(part, "text-halo-color", halo);
    }
    set("cluster", "text-color", ink);
  }

  private draw(feature: MapFeatures["features"][number], now: Date): DrawnFeature {
    const p = feature.properties;
    const level = p.type === "thing" && p.stale ? "none" : asLevel(p.level);
    const told = { ...p, level };
    const under = p.type === "thing" && feature.geometry.type === "Point" && this.covered.has(placeKey(feature.geometry.coordinates));
    const heading = typeof p.course === "number" && (p.value ?? 0) > 0;
    const drawn: Drawn = {
      ...told,
      icon: symbolName(shapeOf(p.type, p.kind, heading), level),
      short: under ? "" : shortLabel(told, now),
      label: fullLabel(told, now),
      rank: LEVELS.length - levelRank(level) + (p.acknowledged === false ? 10 : 0),
      turn: heading && p.kind === "vehicle" ? (p.course ?? 0) : 0,
      faded: p.kind === "vehicle" && p.stale === true,
    };
    return { ...feature, properties: drawn };
  }

  private add(type: string): void {
    this.type = type;
    const cluster = this.kind === "point" && !NEVER_CLUSTERED.has(type);
    this.map.addSource(this.family, {
      type: "geojson",
      data: { type: "FeatureCollection", features: [] },
      ...(cluster ? { cluster: true, clusterMaxZoom: CLUSTERED_BELOW - 1, clusterRadius: this.look.clusterPx ?? CLUSTER_PX, clusterProperties: Object.fromEntries(LEVELS.map((level) => [level, count(level)])) as never } : {}),
    });
    for (const [slot, spec] of this.specs(type, cluster)) {
      this.map.addLayer({ ...spec, source: this.family, metadata: { slot: SLOTS.indexOf(slot) } } as LayerSpecification, this.above(slot));
    }
    this.showFrom(this.from);
    this.paintTheme();
  }

  /** Gives the drawn layer that must stay above one of this slot. */
  private above(slot: string): string | undefined {
    const mine = SLOTS.indexOf(slot);
    return this.map.getStyle().layers.find(({ metadata }) => ((metadata as { slot?: number } | undefined)?.slot ?? -1) > mine)?.id;
  }

  private specs(type: string, cluster: boolean): [string, object][] {
    const id = (part: string): string => `${this.family}:${part}`;
    const specs: [string, object][] = [];
    if (this.kind === "polygon") {
      const colour = ["match", ["get", "level"], ...LEVELS.flatMap((level) => [level, LEVEL_COLOURS[level]]), LEVEL_COLOURS.none];
      specs.push(["fill", { id: id("fill"), type: "fill", paint: { "fill-color": colour, "fill-opacity": 0.25 } }]);
      specs.push(["line", { id: id("line"), type: "line", paint: { "line-color": colour, "line-width": 1.5 } }]);
    }
    const urgent = ["==", ["get", "acknowledged"], false];
    const label = (part: string, filter: unknown): void => void specs.push([`${type}:${part}`, { id: id(part), type: "symbol", filter, layout: this.labelLayout(type), paint: { "text-halo-width": 1.6 } }]);
    label("label", type === "alarm" ? [...one, ["!", urgent]] : one);
    if (type === "alarm") label("urgent", [...one, urgent]);
    if (cluster) specs.push([`${type}:cluster`, { id: id("cluster"), type: "symbol", filter: ["has", "point_count"], layout: this.clusterLayout(), paint: {} }]);
    specs.push([`${type}:points`, { id: id("points"), type: "symbol", filter: one, layout: this.pointLayout(type), paint: { "icon-opacity": ["case", ["==", ["get", "faded"], true], 0.45, 1] } }]);
    return specs;
  }

  private pointLayout(type: string): object {
    const size = (SIZES[type] ?? 0.85) * (this.look.symbols ?? 1);
    return {
      "icon-image": ["get", "icon"],
      "icon-size": ["interpolate", ["linear"], ["zoom"], 9, size * (type === "alarm" || type === "incident" ? 0.85 : 0.65), 11, size * 0.85, 14, size],
      "icon-overlap": "always",
      "icon-rotate": ["get", "turn"],
      "icon-rotation-alignment": "map",
      "icon-padding": [0],
      "icon-offset": type === "task" ? [-18, -14] : [0, 0], // beside the station that it came from
      "symbol-sort-key": ["get", "rank"],
    };
  }

  /** Words look for a free place around their symbol; where there is none they stay away. */
  private labelLayout(type: string): object {
    const words = this.look.words ?? 1;
    const told = type === "thing" || type === "alarm" || type === "incident";
    const size = (type === "thing" ? 11.5 : 12.5) * words;
    const gap = ((SYMBOL_PX / 2) * (SIZES[type] ?? 0.85) * (this.look.symbols ?? 1) + 6) / size; // in ems: just past the symbol's own box
    const near = told ? ["get", "label"] : "";
    const name = type === "thing" ? ["case", ["==", ["get", "kind"], "vehicle"], ["get", "label"], ["concat", ["get", "name"], "\n", ["get", "label"]]] : ["get", "label"];
    const short = told ? ["get", "short"] : "";
    return {
      "text-field": this.look.brief ? short : ["step", ["zoom"], short, AGES_FROM, near, NAMES_FROM, name],
      "text-font": ["sans-serif"],
      "text-size": size,
      "text-variable-anchor-offset": [1, ...(type === "alarm" || type === "incident" ? [1.3, 1.6] : [])].flatMap((ring) => placesAround(gap * ring)),
      "text-justify": "auto",
      "text-line-height": 1.15,
      "text-max-width": 16,
      "text-padding": 2,
      "symbol-sort-key": ["-", 20, ["get", "rank"]],
    };
  }

  /** A cluster steps aside for symbols and labels, but is never left out: a count that vanishes would tell an untruth. */
  private clusterLayout(): object {
    const worst = <T>(give: (level: (typeof WORST)[number]) => T, none: T): ExpressionSpecification =>
      ["case", ...WORST.flatMap((level) => [[">", ["get", level], 0], give(level)]), none] as unknown as ExpressionSpecification;
    const words = worst<unknown>((level) => ["concat", " ", t(`level.short.${level}`), ["to-string", ["get", level]]], "");
    return {
      "icon-image": worst(pillName, pillName("none")),
      "icon-text-fit": "both",
      "icon-text-fit-padding": [3, 7, 3, 7],
      "icon-overlap": "always",
      "icon-ignore-placement": true, // its words already keep the place
      "text-field": ["concat", ["to-string", ["get", "point_count"]], words],
      "text-font": ["sans-serif"],
      "text-size": 11.5 * (this.look.words ?? 1),
      "text-padding": 8,
      "text-overlap": "always",
      "text-variable-anchor-offset": ASIDE,
      "symbol-sort-key": ["-", 0, ["get", "point_count"]],
    };
  }
}

/** Gives the family of a layer of the API: `risks-nature` and `risks-place` are drawn, and clustered, as one. */
export const familyOf = (code: string): string => code.split("-")[0] ?? code;

export function pointOf(feature: MapFeatures["features"][number]): LngLat | null {
  return feature.geometry.type === "Point" ? ((feature.geometry as Point).coordinates.slice(0, 2) as LngLat) : null;
}
