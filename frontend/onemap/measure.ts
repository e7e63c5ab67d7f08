// SPDX-License-Identifier: Apache-2.0
import type { GeoJSONSource, Map as MapLibre, MapMouseEvent } from "maplibre-gl";
import type { LngLat } from "../shared/contract";
import { areaM2, areaWords, distanceWords, lengthM } from "../shared/geo";
import { t } from "../shared/i18n";
import { token } from "../shared/map/base";

const SOURCE = "measure";

/** Measures along clicked points: length as one goes, the area once there are three. Esc ends it. */
export class Measure {
  private points: LngLat[] = [];
  active = false;

  constructor(
    private readonly map: MapLibre,
    private readonly say: (words: string | null) => void,
    private readonly ended: () => void,
  ) {
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.active) this.stop();
    });
  }

  toggle(): void {
    if (this.active) this.stop();
    else this.start();
  }

  private start(): void {
    this.active = true;
    this.points = [];
    if (!this.map.getSource(SOURCE)) this.addLayers();
    this.map.getCanvas().classList.add("is-measuring");
    this.map.on("click", this.click);
    this.say(t("map.measure_begin"));
  }

  private stop(): void {
    this.active = false;
    this.map.off("click", this.click);
    this.map.getCanvas().classList.remove("is-measuring");
    this.points = [];
    this.draw();
    this.say(null);
    this.ended();
  }

  private click = (event: MapMouseEvent): void => {
    this.points.push([event.lngLat.lng, event.lngLat.lat]);
    this.draw();
    const length = t("map.measured", { length: distanceWords(lengthM(this.points)) });
    this.say(this.points.length < 3 ? length : `${length}${t("map.measured_area", { area: areaWords(areaM2(this.points)) })}`);
  };

  private draw(): void {
    const feature = (geometry: GeoJSON.Geometry): GeoJSON.Feature => ({ type: "Feature", properties: {}, geometry });
    const features: GeoJSON.Feature[] = this.points.map((point) => feature({ type: "Point", coordinates: point }));
    if (this.points.length > 1) features.push(feature({ type: "LineString", coordinates: this.points }));
    if (this.points.length > 2) features.push(feature({ type: "Polygon", coordinates: [[...this.points, this.points[0] as LngLat]] }));
    (this.map.getSource(SOURCE) as GeoJSONSource).setData({ type: "FeatureCollection", features });
  }

  private addLayers(): void {
    const colour = token("accent-strong");
    this.map.addSource(SOURCE, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    this.map.addLayer({ id: "measure-fill", type: "fill", source: SOURCE, filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour, "fill-opacity": 0.12 } });
    this.map.addLayer({ id: "measure-line", type: "line", source: SOURCE, filter: ["==", ["geometry-type"], "LineString"], paint: { "line-color": colour, "line-width": 2.5, "line-dasharray": [2, 1] } });
    this.map.addLayer({ id: "measure-point", type: "circle", source: SOURCE, filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 4.5, "circle-color": token("surface"), "circle-stroke-color": colour, "circle-stroke-width": 2.5 } });
  }
}
