// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, test } from "vitest";
import type { MapProperties } from "../contract";
import { setLanguage } from "../i18n";
import { fullLabel, shortLabel, valueWords } from "./wording";

const NOW = new Date("2026-07-04T06:05:00Z");
const station: MapProperties = { id: 1, type: "thing", name: "溪口水位站", level: "none", value: 68.401, unit: "m", observed_at: "2026-07-04T06:03:00Z" };
const alarm: MapProperties = { id: 2, type: "alarm", name: "社阳水库站 上游水位 153.64 m 超黄色阈值 153.50 m(研判)", property: "上游水位", level: "yellow", value: 153.643, unit: "m" };
afterEach(() => setLanguage("zh-CN"));

test("a value has the decimals of its unit, and none is not nought", () => {
  expect(valueWords(17.649, "mm")).toBe("17.6 mm");
  expect(valueWords(0, "mm")).toBe("0 mm");
  expect(valueWords(68.401, "m")).toBe("68.4 m");
  expect(valueWords(null, "m")).toBe("无数据");
});

test("a station says its value for the county, its age nearer by or when it is old", () => {
  expect(shortLabel(station, NOW)).toBe("68.4 m");
  expect(fullLabel(station, NOW)).toBe("68.4 m\n2 分钟前");
  expect(shortLabel({ ...station, stale: true }, NOW)).toBe("68.4 m\n2 分钟前");
});

test("an alarm takes two lines, in either language", () => {
  expect(shortLabel(alarm, NOW)).toBe("社阳水库站\n153.64 m 黄");
  setLanguage("en");
  expect(shortLabel(alarm, NOW)).toBe("社阳水库站\n153.64 m yellow");
});

test("a vehicle is called by its name, with its speed in whole numbers, or its age when that is old", () => {
  setLanguage("zh-CN");
  const boat: MapProperties = { id: 3, type: "thing", kind: "vehicle", name: "救援艇", value: 22.6, unit: "km/h", observed_at: NOW.toISOString() };
  expect(shortLabel(boat, NOW)).toBe("救援艇\n23 km/h");
  expect(shortLabel({ ...boat, stale: true, observed_at: new Date(NOW.getTime() - 600_000).toISOString() }, NOW)).toBe("救援艇\n10 分钟前");
  expect(fullLabel(boat, NOW)).toBe("救援艇\n23 km/h\n刚刚");
});

test("a fire panel's yes or no is not written as a number", () => {
  const panel: MapProperties = { id: 4, type: "thing", kind: "fire", name: "消防主机", value: 0, unit: "", level: "none", observed_at: NOW.toISOString() };
  expect(shortLabel(panel, NOW)).toBe("");
  expect(fullLabel(panel, NOW)).toBe("刚刚");
});
