// SPDX-License-Identifier: Apache-2.0
import type { LiveEvent, LngLat, MapFeatures } from "../contract";

/** Where something is now; speed in km/h, course in degrees from north. */
export interface Move { id: number; point: LngLat; speed: number | null; course: number | null; at: number }
type Row = [id: number, lng: number, lat: number, speed: number | null, course: number | null, at: number];

export const MOVED = "position.moved";

/** Reads the moves out of a message of the live stream. */
export function movesOf(event: LiveEvent): Move[] {
  const rows = Array.isArray(event.rows) ? (event.rows as Row[]) : [];
  return rows.map(([id, lng, lat, speed, course, at]) => ({ id, point: [lng, lat], speed, course, at }));
}

/** Asks the stream for moves: pages that draw no map are spared them. */
export function withMoves(address: string, base: string): string {
  const url = new URL(address, base);
  url.searchParams.set("moves", "1");
  return url.href;
}

/** Moves those of the features that have moved; tells whether any has. A fix older than the one shown moves nothing. */
export function applyMoves(features: MapFeatures["features"], moves: readonly Move[]): boolean {
  const by = new Map(moves.map((move) => [String(move.id), move]));
  let any = false;
  for (const feature of features) {
    const move = by.get(String(feature.properties.id));
    if (!move || feature.geometry.type !== "Point" || Date.parse(feature.properties.observed_at ?? "") > move.at) continue;
    feature.geometry.coordinates = move.point;
    Object.assign(feature.properties, { value: move.speed, course: move.course, observed_at: new Date(move.at).toISOString(), age_s: 0, stale: false });
    any = true;
  }
  return any;
}
