// SPDX-License-Identifier: Apache-2.0
import type { LngLat } from "../shared/contract";

/** Seconds since 1970, longitude, latitude, km/h, degrees from north. */
export type Fix = [at: number, lng: number, lat: number, speed: number | null, course: number | null];
export interface Track {
  thing: { id: number; name: string };
  since: string;
  until: string;
  fixes: number;
  tolerance_m: number;
  distance_m: number;
  line: Fix[];
  stops: { since: string; until: string; point: LngLat; place: string }[];
  gaps: { since: string; until: string; line: [LngLat, LngLat] }[];
  alarms: { id: number; at: string; title: string; level: string; point: LngLat; href: string }[];
}
export type State = "drive" | "stop" | "gap";
export interface Moment { at: number; point: LngLat; speed: number | null; course: number | null; state: State }

const STEPS = [20, 40, 60, 80];
/** Gives the step of the speed's colour, 0 to 4. */
export const stepOf = (speed: number | null): number => STEPS.filter((bound) => (speed ?? 0) >= bound).length;

const within = (at: number, spans: readonly { since: string; until: string }[]): boolean =>
  spans.some(({ since, until }) => Date.parse(since) / 1000 <= at && at < Date.parse(until) / 1000);

/** Gives the number of the last fix not after a moment. */
export function numberAt(line: readonly Fix[], at: number): number {
  let [low, high] = [0, line.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((line[middle]?.[0] ?? 0) <= at) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Gives where it was at a moment: moved evenly between two fixes; in a gap it stays where it was last heard of. */
export function momentAt(track: Track, at: number): Moment | null {
  const number = numberAt(track.line, at);
  const [here, next] = [track.line[number], track.line[number + 1]];
  if (!here) return null;
  const state: State = within(at, track.gaps) ? "gap" : within(at, track.stops) ? "stop" : "drive";
  if (!next || state === "gap" || at <= here[0]) return { at, point: [here[1], here[2]], speed: state === "gap" ? null : here[3], course: here[4], state };
  const share = (at - here[0]) / (next[0] - here[0]);
  const point: LngLat = [here[1] + share * (next[1] - here[1]), here[2] + share * (next[2] - here[2])];
  return { at, point, speed: here[3], course: here[4], state };
}

export interface Stretch { step: number; line: LngLat[] }

/** Cuts the line where the colour changes and where there is a gap. */
export function stretches(track: Track): Stretch[] {
  const after = new Set(track.gaps.map(({ since }) => Math.round(Date.parse(since))));
  const found: Stretch[] = [];
  let open: Stretch | null = null;
  track.line.forEach(([at, lng, lat, speed], i) => {
    const next = track.line[i + 1];
    if (!next || after.has(Math.round(at * 1000))) return void (open = null);
    const step = stepOf(speed === null ? null : Math.max(speed, next[3] ?? 0));
    if (open?.step !== step) found.push((open = { step, line: [[lng, lat]] }));
    open.line.push([next[1], next[2]]);
  });
  return found;
}
