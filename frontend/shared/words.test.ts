// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, test } from "vitest";
import { byUrgency } from "../mobile/urgency";
import { exifPosition } from "../mobile/photo";
import type { LngLat, TaskRow } from "./contract";
import { areaM2, distanceM } from "./geo";
import { setLanguage } from "./i18n";
import { asLevel, levelRank } from "./levels";
import { wants } from "./live";
import { age, dateTime, shortTime, untilDue } from "./time";

const NOW = new Date("2026-07-04T06:05:00Z");
afterEach(() => setLanguage("zh-CN"));

test("times are the county's, whatever the browser's zone", () => {
  expect(dateTime("2026-07-03T16:30:00Z")).toBe("2026-07-04 00:30");
  expect(shortTime("2026-07-04T06:00:00Z", NOW)).toBe("14:00");
  expect(shortTime("2026-07-03T06:00:00Z", NOW)).toBe("07-03 14:00");
});

test("ages are words, in both languages, and never negative", () => {
  expect(age("2026-07-04T06:03:00Z", NOW)).toBe("2 分钟前");
  expect(age("2026-07-04T06:05:20Z", NOW)).toBe("刚刚");
  setLanguage("en");
  expect(age("2026-07-04T03:05:00Z", NOW)).toBe("3 h ago");
});

test("a deadline says what is left or by how much it was missed", () => {
  expect(untilDue("2026-07-04T07:10:00Z", NOW)).toEqual({ late: false, text: "剩 1 小时 5 分" });
  expect(untilDue("2026-07-04T06:03:00Z", NOW)).toEqual({ late: true, text: "逾期 2 分钟" });
});

test("an unknown level is no level and ranks last", () => {
  expect(asLevel("purple")).toBe("none");
  expect([undefined, "blue", "red"].sort((a, b) => levelRank(a) - levelRank(b))).toEqual(["red", "blue", undefined]);
});

test("a minute of latitude is a nautical mile, a square of them its square", () => {
  const mile = 1853.2; // mean earth radius of 6371.0088 km times one minute of arc
  const square: LngLat[] = [[0, 0], [1 / 60, 0], [1 / 60, 1 / 60], [0, 1 / 60]];
  expect(distanceM([0, 0], [0, 1 / 60])).toBeCloseTo(mile, 0);
  expect(areaM2(square) / mile ** 2).toBeCloseTo(1, 3);
});

test("tasks come late first, then due today, then the others", () => {
  const row = (id: number, due_at: string | null): TaskRow => ({ id, due_at, late: false }) as TaskRow;
  const rows = [row(1, null), row(2, "2026-07-04T15:59:00Z"), row(3, "2026-07-04T06:00:00Z"), row(4, "2026-07-04T16:01:00Z")];
  const { late, today, rest } = byUrgency(rows, NOW);
  expect([late, today, rest].map((group) => group.map(({ id }) => id))).toEqual([[3], [2], [4, 1]]);
});

test("a refresh list names kinds and families", () => {
  expect(wants("alarm.*, task.changed", "alarm.raised")).toBe(true);
  expect(wants("alarm.*, task.changed", "task.changed")).toBe(true);
  expect(wants("alarm.*, task.changed", "task.created")).toBe(false);
  expect(wants("alarm.*", "alarmist.raised")).toBe(false);
});

/** Writes a minimal JPEG head with a GPS block (CIPA DC-008), big-endian. */
function jpegAt(lat: [number, number, number], lng: [number, number, number]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(200));
  const tiff = 12;
  view.setUint16(0, 0xffd8);
  view.setUint16(2, 0xffe1);
  view.setUint16(4, 180);
  view.setUint32(6, 0x45786966);
  view.setUint16(tiff, 0x4d4d);
  view.setUint16(tiff + 2, 42);
  view.setUint32(tiff + 4, 8);
  const entry = (at: number, tag: number, type: number, count: number): number => {
    view.setUint16(tiff + at, tag);
    view.setUint16(tiff + at + 2, type);
    view.setUint32(tiff + at + 4, count);
    return tiff + at + 8;
  };
  view.setUint16(tiff + 8, 1);
  view.setUint32(entry(10, 0x8825, 4, 1), 26);
  view.setUint16(tiff + 26, 4);
  view.setUint8(entry(28, 1, 2, 2), "N".charCodeAt(0));
  view.setUint32(entry(40, 2, 5, 3), 90);
  view.setUint8(entry(52, 3, 2, 2), "E".charCodeAt(0));
  view.setUint32(entry(64, 4, 5, 3), 114);
  [...lat, ...lng].forEach((part, i) => {
    view.setUint32(tiff + 90 + i * 8, part);
    view.setUint32(tiff + 94 + i * 8, 1);
  });
  return view.buffer;
}

test("a photo tells where it was taken, and a damaged one nothing", () => {
  const whole = jpegAt([29, 1, 48], [119, 10, 12]);
  expect(exifPosition(whole)).toMatchObject({ lat: expect.closeTo(29.03, 6), lng: expect.closeTo(119.17, 6), crs: "wgs84" });
  expect(exifPosition(whole.slice(0, 120))).toBeNull();
  expect(exifPosition(new ArrayBuffer(8))).toBeNull();
});
