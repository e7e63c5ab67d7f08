// SPDX-License-Identifier: Apache-2.0
import type { GeoJSONSource, Map as MapLibre, MapMouseEvent } from "maplibre-gl";
import type { LngLat } from "../shared/contract";
import { h, recall, remember } from "../shared/dom";
import { areaM2, areaWords, distanceWords, lengthM } from "../shared/geo";
import { t } from "../shared/i18n";
import { token } from "../shared/map/base";

type Shape = "point" | "line" | "polygon";
interface Drawing { id: number; shape: Shape; name: string; points: LngLat[] }

const SOURCE = "sketch";
const LEAST: Readonly<Record<Shape, number>> = { point: 1, line: 2, polygon: 3 };
const SHAPES: readonly Shape[] = ["point", "line", "polygon"];
const MOST = 200;
const NAME_MOST = 30;
/** Above every layer of the map's own. */
const SLOT = 1000;

/** Says how long or how large a drawing is; a point says where it lies. */
export function sizeWords(shape: Shape, points: readonly LngLat[]): string {
  if (shape === "point") return points[0] ? `${points[0][1].toFixed(5)}, ${points[0][0].toFixed(5)}` : "";
  if (shape === "line") return distanceWords(lengthM(points));
  return points.length < LEAST.polygon ? "" : areaWords(areaM2(points));
}

/** Points, lines and areas that a person draws; they stay in this browser under that person's name. */
export class Sketch {
  private readonly key: string;
  private drawings: Drawing[];
  private shape: Shape | null = null;
  private points: LngLat[] = [];
  private readonly list = h("ul", { class: "om-drawings" });

  constructor(
    private readonly map: MapLibre,
    username: string,
    private readonly say: (content: string | Node | null) => void,
    private readonly began: () => void,
    private readonly goTo: (points: readonly LngLat[]) => void,
  ) {
    this.key = `anshu.onemap.drawn.${username}`;
    this.drawings = recall<Drawing[]>(this.key, []);
    this.addLayers();
    this.paint();
    map.on("click", this.click);
    map.on("dblclick", (event) => {
      if (!this.shape) return;
      event.preventDefault();
      this.finish();
    });
    document.addEventListener("keydown", (event) => {
      if (!this.shape) return;
      if (event.key === "Escape") this.stop();
      if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) this.finish();
    });
    document.addEventListener("anshu:theme", () => this.paintTheme());
  }

  get active(): boolean {
    return this.shape !== null;
  }

  /** Makes the panel of the tool: what to draw, and what has been drawn. */
  panel(): HTMLElement {
    const start = (shape: Shape): HTMLElement => h("button", { type: "button", class: "om-button", onclick: () => this.start(shape) }, t(`map.draw.${shape}`));
    this.drawList();
    return h("div", {}, h("h2", {}, t("map.draw")), h("div", { class: "om-draw-kinds" }, ...SHAPES.map(start)), this.list, h("p", {}, t("map.draw_kept")));
  }

  private start(shape: Shape): void {
    this.stop();
    this.shape = shape;
    this.map.getCanvas().classList.add("is-measuring");
    this.map.doubleClickZoom.disable();
    this.began();
    this.tell();
  }

  stop(): void {
    if (!this.shape) return;
    this.shape = null;
    this.points = [];
    this.map.getCanvas().classList.remove("is-measuring");
    setTimeout(() => this.map.doubleClickZoom.enable(), 0);
    this.say(null);
    this.paint();
  }

  private click = (event: MapMouseEvent): void => {
    if (!this.shape) return;
    const last = this.points.at(-1);
    const point: LngLat = [event.lngLat.lng, event.lngLat.lat];
    const twice = last && this.map.project(last).dist(event.point) < 3; // the second click of a double one
    if (!twice) this.points.push(point);
    if (this.shape === "point") return this.finish();
    this.paint();
    this.tell();
  };

  private finish(): void {
    const { shape, points } = this;
    if (!shape || points.length < LEAST[shape]) return;
    const id = Math.max(0, ...this.drawings.map((one) => one.id)) + 1;
    this.drawings = [...this.drawings, { id, shape, name: `${t(`map.draw.${shape}`)} ${id}`, points: points.map(([lng, lat]) => [Number(lng.toFixed(6)), Number(lat.toFixed(6))]) }].slice(-MOST) as Drawing[];
    this.keep();
    this.stop();
  }

  private tell(): void {
    const { shape } = this;
    if (!shape) return;
    const words = this.points.length ? sizeWords(shape, this.points) : t(`map.draw_begin.${shape}`);
    const done = h("button", { type: "button", class: "om-button is-primary", disabled: this.points.length < LEAST[shape], onclick: () => this.finish() }, t("map.draw_done"));
    const cancel = h("button", { type: "button", class: "om-button", onclick: () => this.stop() }, t("common.cancel"));
    this.say(h("span", { class: "om-said-row" }, h("span", {}, words), shape === "point" ? null : done, cancel));
  }

  private keep(): void {
    remember(this.key, this.drawings);
    this.drawList();
    this.paint();
  }

  private drawList(): void {
    const rows = this.drawings.map((one) => {
      const name = h("input", { type: "text", maxlength: NAME_MOST, value: one.name, "aria-label": t("map.draw_name") });
      name.addEventListener("change", () => {
        one.name = name.value.trim() || one.name;
        this.keep();
      });
      return h(
        "li",
        {},
        name,
        h("small", { class: "an-num" }, sizeWords(one.shape, one.points)),
        h("button", { type: "button", class: "om-button", onclick: () => this.goTo(one.points) }, t("map.view_go")),
        h("button", { type: "button", class: "om-button", "aria-label": t("map.draw_delete_one", { name: one.name }), onclick: () => this.remove(one.id) }, t("map.draw_delete")),
      );
    });
    this.list.replaceChildren(...(rows.length ? rows : [h("li", { class: "om-empty" }, t("map.draw_none"))]));
  }

  private remove(id: number): void {
    this.drawings = this.drawings.filter((one) => one.id !== id);
    this.keep();
  }

  private paint(): void {
    const features = this.drawings.flatMap((one) => asFeatures(one.shape, one.points, `${one.name}\n${one.shape === "point" ? "" : sizeWords(one.shape, one.points)}`.trim()));
    if (this.shape) features.push(...asFeatures(this.shape, this.points, ""), ...this.points.flatMap((point) => asFeatures("point", [point], "")));
    (this.map.getSource(SOURCE) as GeoJSONSource).setData({ type: "FeatureCollection", features });
  }

  private addLayers(): void {
    const is = (type: string): unknown => ["==", ["geometry-type"], type];
    const base = { source: SOURCE, metadata: { slot: SLOT } };
    this.map.addSource(SOURCE, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    for (const layer of [
      { ...base, id: "sketch-fill", type: "fill", filter: is("Polygon"), paint: { "fill-opacity": 0.14 } },
      { ...base, id: "sketch-line", type: "line", filter: ["!", is("Point")], paint: { "line-width": 2.5 } },
      { ...base, id: "sketch-point", type: "circle", filter: ["all", is("Point"), ["!", ["get", "middle"]]], paint: { "circle-radius": 5, "circle-stroke-width": 2.5 } },
      { ...base, id: "sketch-label", type: "symbol", filter: is("Point"), layout: { "text-field": ["get", "words"], "text-font": ["sans-serif"], "text-size": 12.5, "text-variable-anchor": ["top", "bottom", "left", "right"], "text-radial-offset": 0.8, "text-overlap": "always" }, paint: { "text-halo-width": 1.8 } },
    ]) this.map.addLayer(layer as never);
    this.paintTheme();
  }

  private paintTheme(): void {
    const colour = token("accent-strong");
    for (const [layer, property, value] of [["sketch-fill", "fill-color", colour], ["sketch-line", "line-color", colour], ["sketch-point", "circle-color", token("surface")], ["sketch-point", "circle-stroke-color", colour], ["sketch-label", "text-color", token("ink")], ["sketch-label", "text-halo-color", token("map-halo")]] as const) {
      this.map.setPaintProperty(layer, property, value);
    }
  }
}

/** A drawing on the map, and the point that carries its words: the middle of a line's middle stretch, the mean of an area's corners. */
function asFeatures(shape: Shape, points: readonly LngLat[], words: string): GeoJSON.Feature[] {
  const feature = (geometry: GeoJSON.Geometry, properties: object = {}): GeoJSON.Feature => ({ type: "Feature", properties, geometry });
  const [first] = points;
  if (!first) return [];
  if (shape === "point" || points.length < 2) return [feature({ type: "Point", coordinates: first }, { words, middle: false })];
  const closed = shape === "polygon" && points.length > 2;
  const mean = (axis: 0 | 1): number => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const at = Math.floor((points.length - 1) / 2);
  const [from, to] = [points[at] as LngLat, points[at + 1] as LngLat];
  const middle = closed ? [mean(0), mean(1)] : [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  const drawn = closed ? feature({ type: "Polygon", coordinates: [[...points, first]] }) : feature({ type: "LineString", coordinates: [...points] });
  return words ? [drawn, feature({ type: "Point", coordinates: middle }, { words, middle: true })] : [drawn];
}
