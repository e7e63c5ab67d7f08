// SPDX-License-Identifier: Apache-2.0
import { language, t } from "./i18n";

const ZONE = "Asia/Shanghai";
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86400;

const parts = new Intl.DateTimeFormat("en-CA", {
  timeZone: ZONE,
  hourCycle: "h23",
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

function fields(at: Date): Record<string, string> {
  return Object.fromEntries(parts.formatToParts(at).map((part) => [part.type, part.value]));
}

const asDate = (at: string | number | Date): Date => (at instanceof Date ? at : new Date(at));

/** Gives `2026-07-04 14:05` in the county's time, wherever the browser is. */
export function dateTime(at: string | number | Date): string {
  const f = fields(asDate(at));
  return `${f.year}-${f.month}-${f.day} ${f.hour}:${f.minute}`;
}

export function dateOnly(at: string | number | Date): string {
  return dateTime(at).slice(0, 10);
}

export function clock(at: string | number | Date, seconds = false): string {
  const f = fields(asDate(at));
  return seconds ? `${f.hour}:${f.minute}:${f.second}` : `${f.hour}:${f.minute}`;
}

/** Gives `14:05` for today and `07-03 14:05` for any other day. */
export function shortTime(at: string | number | Date, now: Date = new Date()): string {
  const full = dateTime(at);
  return full.slice(0, 10) === dateOnly(now) ? full.slice(11) : full.slice(5);
}

/** Gives the age in words: "2 分钟前". Past a day the date says more than a count. */
export function age(at: string | number | Date, now: Date = new Date()): string {
  const seconds = Math.floor((now.getTime() - asDate(at).getTime()) / 1000);
  if (seconds < -MINUTE) return dateTime(at);
  return ageOfSeconds(Math.max(0, seconds)) ?? dateTime(at);
}

export function ageOfSeconds(seconds: number): string | null {
  if (seconds < 10) return t("age.now");
  if (seconds < MINUTE) return t("age.seconds", { n: Math.floor(seconds) });
  if (seconds < HOUR) return t("age.minutes", { n: Math.floor(seconds / MINUTE) });
  if (seconds < DAY) return t("age.hours", { n: Math.floor(seconds / HOUR) });
  if (seconds < 30 * DAY) return t("age.days", { n: Math.floor(seconds / DAY) });
  return null;
}

/** Gives a length of time in the two largest units: "1 小时 5 分". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds));
  if (s < MINUTE) return t("span.s", { s });
  if (s < HOUR) return t("span.m", { m: Math.floor(s / MINUTE) });
  if (s < DAY) return t("span.hm", { h: Math.floor(s / HOUR), m: Math.floor((s % HOUR) / MINUTE) });
  return t("span.dh", { d: Math.floor(s / DAY), h: Math.floor((s % DAY) / HOUR) });
}

/** Gives what is left until a deadline, or by how much it was missed. */
export function untilDue(due: string | Date, now: Date = new Date()): { late: boolean; text: string } {
  const left = (asDate(due).getTime() - now.getTime()) / 1000;
  return left < 0
    ? { late: true, text: t("due.late", { span: duration(-left) }) }
    : { late: false, text: t("due.left", { span: duration(left) }) };
}

export function weekday(at: Date): string {
  return new Intl.DateTimeFormat(language(), { timeZone: ZONE, weekday: "long" }).format(at);
}
