// SPDX-License-Identifier: Apache-2.0
// The JSON API as the four surfaces read it. One place, so that a change there shows here as a type error.
import type { FeatureCollection, Geometry } from "geojson";

export type LngLat = [number, number];
export interface Reference { code: string; name: string }

export interface Session {
  user: { id: number; name: string; username: string };
  posts: { title: string; organisation: string; division: Reference }[];
  roles: Reference[];
  capabilities: Record<string, string>;
  language: string;
  stream_url: string;
  area: { code: string; name: string; bbox: [number, number, number, number] };
  now: string;
}

export interface LayerInfo {
  code: string;
  group: string;
  name: string;
  count: number;
  kind: "point" | "polygon";
  default: boolean;
}

export interface MapProperties {
  id: number | string;
  type: string;
  name: string;
  kind?: string | null;
  level?: string | null;
  state?: string | null;
  value?: number | null;
  unit?: string | null;
  property?: string | null;
  observed_at?: string | null;
  age_s?: number | null;
  stale?: boolean;
  acknowledged?: boolean;
  course?: number | null;
  href?: string | null;
}
export type MapFeatures = FeatureCollection<Geometry, MapProperties>;

export interface DrawerAction { code: string; label: string; method: string; url: string; needs: string[] }
export interface DrawerLive {
  label: string;
  value: number | null;
  unit: string;
  observed_at: string | null;
  stale: boolean;
  level: string;
  series: [string, number][];
}
export interface MapObject {
  type: string;
  id: number | string;
  title: string;
  subtitle: string;
  point?: LngLat | null;
  level: string;
  href: string;
  facts: { label: string; value: string }[];
  live: DrawerLive[];
  open: { type: string; id: number | string; title: string; state: string; href: string }[];
  people: { role: string; name: string; title: string; phone_masked: string }[];
  nearest: { type: string; name: string; distance_m: number; href: string }[];
  timeline: { at: string; actor: string; text: string }[];
  actions: DrawerAction[];
  links?: { label: string; href: string }[];
}

export interface SearchHit {
  type: string;
  id: number | string;
  title: string;
  subtitle: string;
  point: LngLat | null;
  href: string;
}

export interface AlarmRow {
  id: number | string;
  name: string;
  thing: string;
  level: string;
  state: string;
  acknowledged: boolean;
  raised_at: string;
  value: number | null;
  unit: string;
  threshold: number | null;
  division: Reference | string | null;
  point: LngLat | null;
  href: string;
}
export interface AlarmList { count: number; rows: AlarmRow[] }

/** Active alarms of one township and cause. */
export interface AlarmGroup {
  place: { code: string; name: string };
  cause: string;
  level: string;
  number: number;
  unanswered: number;
  things: number;
  red: number;
  orange: number;
  yellow: number;
  blue: number;
  href: string;
}
export interface AlarmGroups { count: number; rows: AlarmGroup[] }

export interface IncidentRow {
  id: number | string;
  number: string;
  title: string;
  level: string;
  state: string;
  division: Reference | string | null;
  happened_at: string | null;
  opened_at: string;
  closed_at: string | null;
}
export interface IncidentList { count: number; rows: IncidentRow[] }

export type Need = "text" | "photo" | "position" | "reason" | "days";
export interface TaskRow {
  id: number | string;
  number: string;
  title: string;
  kind: Reference | string;
  level: string;
  state: string;
  state_name: string;
  due_at: string | null;
  late: boolean;
  division: Reference | string | null;
  point: LngLat | null;
  assignee: string | null;
  source: string;
  updated_at: string;
}
export interface TaskList { now: string; rows: TaskRow[] }
export interface Photo { id: number | string; url: string; thumb: string }
/** `needs` must be given, `asks` may be. */
export interface TaskAction { code: string; label: string; primary: boolean; needs: Need[]; asks?: Need[] }
export interface TaskDetail extends TaskRow {
  description: string;
  steps: { code: string; name: string; done: boolean; at: string | null; actor: string | null }[];
  history: { at: string; actor: string; from: string; to: string; reason: string; photos: Photo[] }[];
  actions: TaskAction[];
  people: { role: string; name: string; title: string; phone_masked: string }[];
  photos: Photo[];
}
export interface Position { lng: number; lat: number; accuracy_m: number | null; crs: "wgs84" }
export interface Upload { id: number | string; url: string; thumb: string; position?: Position | null }

export interface Wall {
  response: { level: string; name: string } | null;
  duty: { name: string; title: string; phone_masked: string }[];
  warnings: { id?: number | string; title: string; level: string; issued_at?: string; issuer?: string }[];
  alarms_by_township: { code: string; name: string; red: number; orange: number; yellow: number; blue: number }[];
  /** The worst of them; what they leave out is in the townships' totals. */
  alarm_groups?: AlarmGroup[];
  incident: {
    id: number | string;
    title: string;
    level: string;
    opened_at: string;
    clocks: { name: string; due_at: string; done_at: string | null }[];
    timeline: { at: string; actor: string; text: string }[];
  } | null;
  resources: { name: string; kind?: string; state: string; eta_at?: string | null }[];
  evacuation: { people: number; shelters: number; planned?: number } | null;
  ticker: { at: string; text: string; level: string }[];
}

/** One event of the live stream. */
export interface LiveEvent {
  id: number | string;
  kind: string;
  at: string;
  subject: { type: string; id: number | string };
  division_code?: string;
  level?: string;
  title?: string;
  [extra: string]: unknown;
}

export const nameOf = (value: Reference | string | null | undefined): string =>
  typeof value === "string" ? value : (value?.name ?? "");
