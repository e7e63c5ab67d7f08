// SPDX-License-Identifier: Apache-2.0
import type { LngLat } from "./contract";
import { t } from "./i18n";

const EARTH_M = 6_371_008.8;
const rad = (degrees: number): number => (degrees * Math.PI) / 180;

/** Great-circle distance in metres (haversine; mean earth radius). */
export function distanceM([lng1, lat1]: LngLat, [lng2, lat2]: LngLat): number {
  const a =
    Math.sin(rad(lat2 - lat1) / 2) ** 2 +
    Math.cos(rad(lat1)) * Math.cos(rad(lat2)) * Math.sin(rad(lng2 - lng1) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(a)));
}

export function lengthM(line: readonly LngLat[]): number {
  return line.slice(1).reduce((sum, point, i) => sum + distanceM(line[i] as LngLat, point), 0);
}

/** Area of a ring in square metres, by the spherical excess of its edges (Chamberlain and Duquette 2007, eq. 12). */
export function areaM2(ring: readonly LngLat[]): number {
  const sum = ring.reduce((total, [lng, lat], i) => {
    const [nextLng, nextLat] = ring[(i + 1) % ring.length] as LngLat;
    return total + rad(nextLng - lng) * (2 + Math.sin(rad(lat)) + Math.sin(rad(nextLat)));
  }, 0);
  return Math.abs((sum * EARTH_M * EARTH_M) / 2);
}

export function distanceWords(metres: number): string {
  return metres < 1000 ? t("geo.m", { n: Math.round(metres) }) : t("geo.km", { n: (metres / 1000).toFixed(metres < 10_000 ? 2 : 1) });
}
export function areaWords(m2: number): string {
  return m2 < 100_000 ? t("geo.m2", { n: Math.round(m2) }) : t("geo.km2", { n: (m2 / 1e6).toFixed(2) });
}
