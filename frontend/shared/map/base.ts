// SPDX-License-Identifier: Apache-2.0
import type { FeatureCollection, Position } from "geojson";
import { Map as MapLibre, setWorkerUrl, type GeoJSONSource, type LayerSpecification, type PaddingOptions, type StyleSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import type { Api } from "../api";
import { addSymbols } from "./symbols";

setWorkerUrl(workerUrl);

export interface RasterBase { tiles: string[]; attribution?: string; tileSize?: number }
const EMPTY: FeatureCollection = { type: "FeatureCollection", features: [] };
const WATER = ["match", ["get", "kind"], ["river", "reservoir"], true, false];

export const token = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--an-${name}`).trim();

// Layer, paint property, token: what changes when the theme does.
const COLOURS: readonly [string, string, string][] = [
  ["ground", "background-color", "map-ground"],
  ["county-fill", "fill-color", "map-land"],
  ["reservoir", "fill-color", "map-water"],
  ["river", "line-color", "map-water"],
  ["road", "line-color", "map-road"],
  ["rail", "line-color", "map-line"],
  ["village-line", "line-color", "map-line"],
  ["township-line", "line-color", "map-line"],
  ["county-line", "line-color", "accent"],
  ["area-line", "line-color", "accent"],
  ["village-label", "text-color", "ink-3"],
  ["village-label", "text-halo-color", "map-halo"],
  ["township-label", "text-color", "map-label"],
  ["township-label", "text-halo-color", "map-halo"],
  ["water-label", "text-color", "map-label"],
  ["water-label", "text-halo-color", "map-halo"],
  ["road-label", "text-color", "ink-3"],
  ["road-label", "text-halo-color", "map-halo"],
];

function layers(raster: RasterBase | null, k: number): LayerSpecification[] {
  const label = (id: string, source: string, filter: unknown, size: unknown, minzoom: number, line = false): LayerSpecification =>
    ({
      id,
      type: "symbol",
      source,
      minzoom,
      filter,
      layout: {
        "text-field": ["get", "name"],
        "text-size": size,
        "text-font": ["sans-serif"],
        "symbol-placement": line ? "line" : "point",
        "text-padding": 6,
        ...(line ? {} : { "text-variable-anchor-offset": ["center", [0, 0], "top", [0, 0.9], "bottom", [0, -0.9], "left", [1, 0], "right", [-1, 0], "top", [0, 2], "bottom", [0, -2]] }),
        ...(line ? { "symbol-spacing": 420 } : {}),
      },
      paint: { "text-halo-width": 1.4 },
    }) as LayerSpecification;
  const line = (id: string, source: string, filter: unknown, paint: object): LayerSpecification =>
    ({ id, type: "line", source, filter, paint, layout: { "line-join": "round", "line-cap": "round" } }) as LayerSpecification;
  return [
    { id: "ground", type: "background", paint: {} },
    { id: "county-fill", type: "fill", source: "county", paint: { "fill-opacity": raster ? 0 : 1 } },
    ...(raster ? [{ id: "raster", type: "raster", source: "raster" } as LayerSpecification] : []),
    { id: "reservoir", type: "fill", source: "basemap", filter: ["==", ["get", "kind"], "reservoir"], paint: {} },
    line("river", "basemap", ["==", ["get", "kind"], "river"], { "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 9, ["*", 0.45, ["coalesce", ["get", "rank"], 1]], 14, ["*", 2.6, ["coalesce", ["get", "rank"], 1]]] }),
    line("road", "basemap", ["match", ["get", "kind"], ["road", "national_road", "motorway"], true, false], { "line-width": ["interpolate", ["linear"], ["zoom"], 9, ["match", ["get", "kind"], "motorway", 2.2, "national_road", 1.6, 0.9], 14, ["match", ["get", "kind"], "motorway", 6, "national_road", 5, 3]] }),
    line("rail", "basemap", ["match", ["get", "kind"], ["railway", "high_speed_railway"], true, false], { "line-width": 1.2, "line-dasharray": [5, 3] }),
    { ...line("village-line", "village", true, { "line-width": 0.7, "line-dasharray": [2, 2], "line-opacity": 0.8 }), minzoom: 11.5 } as LayerSpecification,
    line("township-line", "township", true, { "line-width": ["interpolate", ["linear"], ["zoom"], 9, 0.8, 14, 1.8] }),
    line("county-line", "county", true, { "line-width": 2.2, "line-opacity": 0.85 }),
    line("area-line", "area", true, { "line-width": 3, "line-opacity": 0.9 }),
    label("water-label", "basemap", WATER, 12 * k, 10.5, true),
    label("road-label", "basemap", ["match", ["get", "kind"], ["road", "national_road", "motorway"], true, false], 11 * k, 11.5, true),
    label("village-label", "village-name", true, 12 * k, 12),
    label("township-label", "township-name", true, ["interpolate", ["linear"], ["zoom"], 9, 12 * k, 13, 16 * k], 8.5),
  ];
}

function style(raster: RasterBase | null, labelScale: number): StyleSpecification {
  const geojson = () => ({ type: "geojson" as const, data: EMPTY });
  return {
    version: 8,
    sources: {
      county: geojson(),
      township: geojson(),
      village: geojson(),
      "township-name": geojson(),
      "village-name": geojson(),
      area: geojson(),
      basemap: geojson(),
      ...(raster ? { raster: { type: "raster" as const, tileSize: 256, ...raster } } : {}),
    },
    layers: layers(raster, labelScale),
  };
}

export function paintTheme(map: MapLibre): void {
  for (const [layer, property, name] of COLOURS) {
    if (map.getLayer(layer)) map.setPaintProperty(layer, property as never, token(name) as never);
  }
  addSymbols(map, token("map-halo"), token("surface"));
}

export const canDrawMaps = (): boolean => document.createElement("canvas").getContext("webgl2") !== null;

export interface BaseOptions { raster?: RasterBase | null; hash?: boolean; interactive?: boolean; bounds: [number, number, number, number]; padding?: number | PaddingOptions; labelScale?: number }

/** Makes a map with the county's own base: divisions, water, roads, labels; resolves once it can take layers. */
export function baseMap(container: HTMLElement, api: Api, options: BaseOptions): Promise<MapLibre> {
  const [w, s, e, n] = options.bounds;
  const map = new MapLibre({
    container,
    style: style(options.raster ?? null, options.labelScale ?? 1),
    bounds: [[w, s], [e, n]],
    fitBoundsOptions: { padding: options.padding ?? 40 },
    hash: options.hash ?? false,
    interactive: options.interactive ?? true,
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
    minZoom: 7.5,
    maxZoom: 18,
    localIdeographFontFamily: token("font"),
  });
  map.touchZoomRotate.disableRotation();
  document.addEventListener("anshu:theme", () => paintTheme(map));
  return new Promise((resolve) => {
    map.once("load", () => {
      paintTheme(map);
      void loadBase(map, api);
      resolve(map);
    });
  });
}

/** Gives one point a division to write its name at: a name on the polygon itself would stand once in every tile. */
function namePoints(areas: FeatureCollection): FeatureCollection {
  const features = areas.features.flatMap(({ geometry, properties }) => {
    const rings = geometry.type === "Polygon" ? [geometry.coordinates[0]] : geometry.type === "MultiPolygon" ? geometry.coordinates.map((polygon) => polygon[0]) : [];
    const ring = rings.sort((a, b) => (b?.length ?? 0) - (a?.length ?? 0))[0];
    return ring ? [{ type: "Feature" as const, properties, geometry: { type: "Point" as const, coordinates: centroid(ring) } }] : [];
  });
  return { type: "FeatureCollection", features };
}

function centroid(ring: readonly Position[]): Position {
  let [area, x, y] = [0, 0, 0];
  const [x0 = 0, y0 = 0] = ring[0] ?? [];
  for (let i = 0; i + 1 < ring.length; i++) {
    const [ax, ay, bx, by] = [ring[i]![0]! - x0, ring[i]![1]! - y0, ring[i + 1]![0]! - x0, ring[i + 1]![1]! - y0];
    const cross = ax * by - bx * ay;
    area += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  return area ? [x0 + x / (3 * area), y0 + y / (3 * area)] : [x0, y0];
}

async function loadBase(map: MapLibre, api: Api): Promise<void> {
  const load = async (source: string, path: string): Promise<void> => {
    const data = await api.get<FeatureCollection>(path).catch(() => EMPTY);
    const put = (name: string, what: FeatureCollection): void => {
      (map.getSource(name) as GeoJSONSource | undefined)?.setData(what);
    };
    put(source, data);
    if (map.getSource(`${source}-name`)) put(`${source}-name`, namePoints(data));
  };
  await Promise.all([
    load("county", "/map/boundaries?level=county"),
    load("township", "/map/boundaries?level=township"),
    load("basemap", "/map/basemap"),
  ]);
  const villages = (): void => {
    if (map.getZoom() < 11) return;
    map.off("zoomend", villages);
    void load("village", "/map/boundaries?level=village");
  };
  map.on("zoomend", villages);
  villages();
}
