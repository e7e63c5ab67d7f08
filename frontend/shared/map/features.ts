// SPDX-License-Identifier: Apache-2.0
import type { Feature, FeatureCollection, Geometry, Point } from "geojson";
import type { GeoJSONSource, LayerSpecification, Map as MapLibre } from "maplibre-gl";
import type { LngLat, MapFeatures, MapProperties } from "../contract";
import { t } from "../i18n";
import { asLevel, LEVELS, LEVEL_COLOURS, levelRank } from "../levels";
import { age } from "../time";
import { token } from "./base";
import { shapeOf, symbolName } from "./symbols";

const CLUSTERED_BELOW = 12;
const NEVER_CLUSTERED = new Set(["alarm", "incident", "thing"]);
/** Later ones lie above. */
const ORDER = ["risk", "shelter", "team", "task", "thing", "incident", "alarm"];

interface Drawn extends MapProperties { icon: string; label: string; rank: number; ref: string }
type DrawnFeature = Feature<Geometry, Drawn>;

const value = (p: MapProperties): string =>
  p.value === null || p.value === undefined ? t("common.nodata") : `${p.value} ${p.unit ?? ""}`.trim();

function label(p: MapProperties, now: Date): string {
  const level = asLevel(p.level);
  const word = level === "none" ? "" : ` · ${t(`level.short.${level}`)}`;
  if (p.type !== "thing") return p.name + word;
  const when = p.observed_at ? age(p.observed_at, now) : "";
  return `${value(p)}${word}\n${when}`.trim();
}

function draw(feature: MapFeatures["features"][number], now: Date): DrawnFeature {
  const p = feature.properties;
  const level = p.type === "thing" && p.stale ? "none" : asLevel(p.level);
  const drawn: Drawn = {
    ...p,
    level,
    icon: symbolName(shapeOf(p.type, p.kind), level),
    label: label({ ...p, level }, now),
    rank: LEVELS.length - levelRank(level) + (p.acknowledged === false ? 10 : 0),
    ref: `${p.type}/${p.id}`,
  };
  return { ...feature, properties: drawn };
}

const count = (level: string): unknown => ["+", ["case", ["==", ["get", "level"], level], 1, 0]];

/** One layer of the API on the map: its source, its drawing, its visibility. */
export class FeatureLayer {
  data: MapFeatures = { type: "FeatureCollection", features: [] };
  private shown = true;
  private added = false;

  constructor(
    private readonly map: MapLibre,
    readonly code: string,
    private readonly kind: "point" | "polygon",
    private readonly textFrom = 13,
    private readonly scale = 1,
    private readonly textScale = scale,
  ) {}

  private get ids(): string[] {
    return ["fill", "line", "cluster", "count", "points"].map((part) => `${this.code}:${part}`);
  }
  /** The drawn layers that answer to a click. */
  get clickable(): string[] {
    return [`${this.code}:points`, `${this.code}:fill`].filter((id) => this.map.getLayer(id));
  }
  get clusters(): string {
    return `${this.code}:cluster`;
  }

  set(data: MapFeatures): void {
    this.data = data;
    if (!this.added && data.features.length) this.add();
    this.repaint();
  }

  /** Writes the labels again: ages move on though nothing has come. */
  repaint(now: Date = new Date()): void {
    if (!this.added) return;
    const source = this.map.getSource(this.code) as GeoJSONSource | undefined;
    source?.setData({ type: "FeatureCollection", features: this.data.features.map((feature) => draw(feature, now)) } as FeatureCollection);
  }

  show(shown: boolean): void {
    this.shown = shown;
    for (const id of this.ids) if (this.map.getLayer(id)) this.map.setLayoutProperty(id, "visibility", shown ? "visible" : "none");
  }

  paintTheme(): void {
    if (!this.added) return;
    const ink = token("ink");
    const halo = token("map-halo");
    const set = (part: string, property: string, colour: unknown): void => {
      const id = `${this.code}:${part}`;
      if (this.map.getLayer(id)) this.map.setPaintProperty(id, property as never, colour as never);
    };
    set("points", "text-color", ["case", ["==", ["get", "stale"], true], token("stale"), ink]);
    set("points", "text-halo-color", halo);
    set("cluster", "circle-color", token("surface"));
    set("count", "text-color", ink);
  }

  private add(): void {
    this.added = true;
    const type = this.data.features[0]?.properties.type ?? "";
    const cluster = this.kind === "point" && !NEVER_CLUSTERED.has(type);
    this.map.addSource(this.code, {
      type: "geojson",
      data: { type: "FeatureCollection", features: [] },
      ...(cluster ? { cluster: true, clusterMaxZoom: CLUSTERED_BELOW - 1, clusterRadius: 46, clusterProperties: Object.fromEntries(LEVELS.map((level) => [level, count(level)])) as never } : {}),
    });
    for (const spec of this.specs(type, cluster)) this.map.addLayer(spec, this.before(type));
    this.show(this.shown);
    this.paintTheme();
  }

  /** Gives the drawn layer that must stay above this one. */
  private before(type: string): string | undefined {
    const mine = ORDER.indexOf(type);
    return this.map
      .getStyle()
      .layers.map(({ id, metadata }) => ({ id, order: ORDER.indexOf((metadata as { type?: string } | undefined)?.type ?? "") }))
      .find(({ order }) => order > mine && mine >= 0)?.id;
  }

  private specs(type: string, cluster: boolean): LayerSpecification[] {
    const meta = { source: this.code, metadata: { type } };
    const specs: unknown[] = [];
    if (this.kind === "polygon") {
      const colour = ["match", ["get", "level"], ...LEVELS.flatMap((level) => [level, LEVEL_COLOURS[level]]), LEVEL_COLOURS.none];
      specs.push({ ...meta, id: `${this.code}:fill`, type: "fill", paint: { "fill-color": colour, "fill-opacity": 0.25 } });
      specs.push({ ...meta, id: `${this.code}:line`, type: "line", paint: { "line-color": colour, "line-width": 1.5 } });
    }
    if (cluster) specs.push(...this.clusterSpecs(meta));
    specs.push({ ...meta, id: `${this.code}:points`, type: "symbol", filter: ["all", ["!", ["has", "point_count"]], ["==", ["geometry-type"], "Point"]], layout: this.pointLayout(type), paint: { "text-halo-width": 1.6 } });
    return specs as LayerSpecification[];
  }

  private clusterSpecs(meta: object): unknown[] {
    const worst = ["case", ...(["red", "orange", "yellow", "blue"] as const).flatMap((level) => [[">", ["get", level], 0], LEVEL_COLOURS[level]]), LEVEL_COLOURS.none];
    const words = ["case", ...(["red", "orange", "yellow", "blue"] as const).flatMap((level) => [[">", ["get", level], 0], ["concat", "\n", t(`level.short.${level}`), ["to-string", ["get", level]]]]), ""];
    const is = ["has", "point_count"];
    return [
      { ...meta, id: `${this.code}:cluster`, type: "circle", filter: is, paint: { "circle-radius": ["interpolate", ["linear"], ["get", "point_count"], 2, 15 * this.scale, 60, 22 * this.scale], "circle-stroke-width": 3, "circle-stroke-color": worst, "circle-opacity": 0.95 } },
      { ...meta, id: `${this.code}:count`, type: "symbol", filter: is, layout: { "text-field": ["concat", ["to-string", ["get", "point_count"]], words], "text-size": 11 * this.textScale, "text-line-height": 1.1, "text-font": ["sans-serif"], "text-allow-overlap": true, "text-ignore-placement": true }, paint: {} },
    ];
  }

  private pointLayout(type: string): object {
    const always = type === "thing" || type === "alarm" || type === "incident";
    const size = { alarm: 1, incident: 1, thing: 0.72, risk: 0.72 }[type] ?? 0.85;
    return {
      "icon-image": ["get", "icon"],
      "icon-size": size * this.scale,
      "icon-allow-overlap": true,
      "icon-ignore-placement": type !== "alarm", // names of places may stand beside, only alarms push them away
      "text-field": ["step", ["zoom"], always ? ["get", "label"] : "", this.textFrom, ["get", "label"]],
      "text-font": ["sans-serif"],
      "text-size": (type === "thing" ? 11 : 12) * this.textScale,
      "text-anchor": "top",
      "text-offset": [0, 0.9],
      "text-optional": true,
      "text-line-height": 1.15,
      "symbol-sort-key": ["-", 20, ["get", "rank"]],
    };
  }
}

export function pointOf(feature: MapFeatures["features"][number]): LngLat | null {
  return feature.geometry.type === "Point" ? ((feature.geometry as Point).coordinates.slice(0, 2) as LngLat) : null;
}
