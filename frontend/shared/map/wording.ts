// SPDX-License-Identifier: Apache-2.0
import type { MapProperties } from "../contract";
import { t } from "../i18n";
import { asLevel } from "../levels";
import { age } from "../time";

const LONGEST_NAME = 11;
/** No more decimals than the instruments deserve; whole numbers stay whole. */
const DECIMALS: Readonly<Record<string, number>> = { mm: 1, m: 2, "℃": 1, "m/s": 1, "%": 0, "km/h": 0 };

export function valueWords(value: number | null | undefined, unit: string | null | undefined): string {
  if (value === null || value === undefined) return t("common.nodata");
  return `${Number(value.toFixed(DECIMALS[unit ?? ""] ?? 2))} ${unit ?? ""}`.trim();
}

const cut = (name: string): string => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name);
const levelWord = (p: MapProperties): string => {
  const level = asLevel(p.level);
  return level === "none" ? "" : t(`level.short.${level}`).trim();
};
const words = (...parts: string[]): string => parts.filter(Boolean).join(" ");

/** Takes the station out of an alarm's title, which goes on with property, value and threshold. */
export function stationOf(p: MapProperties): string {
  const at = p.property ? p.name.indexOf(` ${p.property}`) : -1;
  return at > 0 ? p.name.slice(0, at) : p.name;
}

/** A fire panel's yes or no is no measure: what matters of it is its alarm, which has a label of its own. */
const isFlag = (p: MapProperties): boolean => p.type === "thing" && p.kind === "fire" && !p.unit && typeof p.value === "number";

/** The label for the whole county: a value for a station, two short lines for an alarm, a name for an incident. */
export function shortLabel(p: MapProperties, now: Date): string {
  if (p.kind === "vehicle") return words(`${cut(p.name)}\n${p.stale && p.observed_at ? age(p.observed_at, now) : valueWords(p.value, p.unit)}`, levelWord(p));
  if (isFlag(p)) return words(p.stale && p.observed_at ? age(p.observed_at, now) : "", levelWord(p));
  if (p.type === "thing") return p.stale && p.observed_at ? `${valueWords(p.value, p.unit)}\n${age(p.observed_at, now)}` : words(valueWords(p.value, p.unit), levelWord(p));
  if (p.type === "alarm") return `${cut(stationOf(p))}\n${words(p.value === null || p.value === undefined ? "" : valueWords(p.value, p.unit), levelWord(p))}`.trim();
  return words(cut(p.name), levelWord(p));
}

/** The label nearer by: the age joins a station's value. */
export function fullLabel(p: MapProperties, now: Date): string {
  if (p.type !== "thing") return shortLabel(p, now);
  if (p.kind === "vehicle") return [p.name, words(valueWords(p.value, p.unit), levelWord(p)), p.observed_at ? age(p.observed_at, now) : ""].filter(Boolean).join("\n");
  return [words(isFlag(p) ? "" : valueWords(p.value, p.unit), levelWord(p)), p.observed_at ? age(p.observed_at, now) : ""].filter(Boolean).join("\n");
}
