// SPDX-License-Identifier: Apache-2.0
import { ScaleControl, type GeoJSONSource, type Map as MapLibre } from "maplibre-gl";
import type { Api } from "../shared/api";
import type { LngLat } from "../shared/contract";
import { t } from "../shared/i18n";
import { asLevel } from "../shared/levels";
import { baseMap, token, type RasterBase } from "../shared/map/base";
import { symbolName } from "../shared/map/symbols";
import { duration } from "../shared/time";
import { stretches, type Moment, type Track } from "./route";

/** From slow to fast; none of them a colour of a warning. */
const COLOURS = ["#8fb8b4", "#3f9f98", "#0b6e6e", "#5b4b9a", "#7a1f7d"];
const point = (coordinates: LngLat, properties: object = {}): GeoJSON.Feature => ({ type: "Feature", properties, geometry: { type: "Point", coordinates } });
const line = (coordinates: LngLat[], properties: object = {}): GeoJSON.Feature => ({ type: "Feature", properties, geometry: { type: "LineString", coordinates } });
const all = (features: GeoJSON.Feature[]): GeoJSON.FeatureCollection => ({ type: "FeatureCollection", features });

/** The map of one track: the way, what happened on it, and where the vehicle is at the moment shown. */
export class TrackMap {
  static async open(container: HTMLElement, api: Api, track: Track, raster: RasterBase | null): Promise<TrackMap> {
    const map = await baseMap(container, api, { bounds: boundsOf(track), padding: 48, raster });
    return new TrackMap(map, track);
  }

  private constructor(private readonly map: MapLibre, track: Track) {
    map.addControl(new ScaleControl({ maxWidth: 120 }), "bottom-right");
    this.way(track);
    this.happened(track);
    map.addSource("now", { type: "geojson", data: all([]) });
    map.addLayer({ id: "now-ring", type: "circle", source: "now", paint: { "circle-radius": 15, "circle-color": "#ffffff", "circle-opacity": 0.85, "circle-stroke-width": 2, "circle-stroke-color": "#0b6e6e" } });
    map.addLayer({ id: "now", type: "symbol", source: "now", layout: { "icon-image": ["get", "icon"], "icon-rotate": ["get", "turn"], "icon-rotation-alignment": "map", "icon-overlap": "always", "icon-ignore-placement": true } });
    map.on("click", "alarms", (event) => {
      const href = event.features?.[0]?.properties.href as string | undefined;
      if (href) location.assign(href);
    });
    document.addEventListener("anshu:theme", () => this.paintTheme());
    this.paintTheme();
  }

  /** Puts the vehicle where it is at a moment, and keeps it in view. */
  stand(moment: Moment): void {
    const icon = symbolName(moment.state === "drive" && moment.course !== null ? "vehicle" : "vehicle_still", "none");
    const turn = moment.state === "drive" ? (moment.course ?? 0) : 0;
    (this.map.getSource("now") as GeoJSONSource | undefined)?.setData(all([point(moment.point, { icon, turn })]));
    if (!this.map.getBounds().contains(moment.point) && !this.map.isMoving()) this.map.panTo(moment.point);
  }

  private way(track: Track): void {
    const data = all(stretches(track).map(({ step, line: places }) => line(places, { colour: COLOURS[step] ?? COLOURS[0] ?? "" })));
    this.map.addSource("way", { type: "geojson", data });
    this.map.addSource("gaps", { type: "geojson", data: all(track.gaps.map((gap) => line(gap.line))) });
    const round = { "line-cap": "round", "line-join": "round" } as const;
    this.map.addLayer({ id: "gaps", type: "line", source: "gaps", paint: { "line-width": 2, "line-dasharray": [2, 2] } });
    this.map.addLayer({ id: "way-casing", type: "line", source: "way", layout: round, paint: { "line-width": 8 } });
    this.map.addLayer({ id: "way", type: "line", source: "way", layout: round, paint: { "line-width": 4.5, "line-color": ["get", "colour"] } });
    const arrows = { "icon-image": symbolName("vehicle", "none"), "icon-size": 0.42, "icon-rotate": 90, "symbol-placement": "line", "symbol-spacing": 90, "icon-overlap": "always" } as const;
    this.map.addLayer({ id: "way-arrows", type: "symbol", source: "way", layout: arrows });
  }

  private happened(track: Track): void {
    const [first, last] = [track.line[0], track.line.at(-1)];
    const ends = [first && point([first[1], first[2]], { words: t("track.first") }), last && point([last[1], last[2]], { words: t("track.last") })];
    const stops = track.stops.map((stop) => point(stop.point, { words: `${t("track.stop")} ${duration((Date.parse(stop.until) - Date.parse(stop.since)) / 1000)}` }));
    this.map.addSource("stops", { type: "geojson", data: all([...stops, ...ends.filter((one) => one !== undefined)]) });
    this.map.addLayer({ id: "stops", type: "circle", source: "stops", paint: { "circle-radius": 6, "circle-color": "#ffffff", "circle-stroke-width": 3, "circle-stroke-color": "#47545f" } });
    this.map.addLayer({ id: "stops-words", type: "symbol", source: "stops", layout: { "text-field": ["get", "words"], "text-font": ["sans-serif"], "text-size": 12.5, "text-variable-anchor-offset": ["top", [0, 0.9], "bottom", [0, -0.9], "left", [0.9, 0], "right", [-0.9, 0]] }, paint: { "text-halo-width": 1.6 } });
    this.map.addSource("alarms", { type: "geojson", data: all(track.alarms.map((alarm) => point(alarm.point, { ...alarm, icon: symbolName("alarm", asLevel(alarm.level)) }))) });
    this.map.addLayer({ id: "alarms", type: "symbol", source: "alarms", layout: { "icon-image": ["get", "icon"], "icon-overlap": "always" } });
  }

  private paintTheme(): void {
    this.map.setPaintProperty("gaps", "line-color", token("ink-3"));
    this.map.setPaintProperty("way-casing", "line-color", token("map-halo"));
    this.map.setPaintProperty("stops-words", "text-color", token("ink"));
    this.map.setPaintProperty("stops-words", "text-halo-color", token("map-halo"));
  }
}

const LEAST_DEGREES = 0.01;

function boundsOf(track: Track): [number, number, number, number] {
  const [lngs, lats] = [track.line.map((fix) => fix[1]), track.line.map((fix) => fix[2])];
  const [w, s, e, n] = [Math.min(...lngs), Math.min(...lats), Math.max(...lngs), Math.max(...lats)];
  const [x, y] = [Math.max(0, LEAST_DEGREES - (e - w)) / 2, Math.max(0, LEAST_DEGREES - (n - s)) / 2];
  return [w - x, s - y, e + x, n + y];
}
