// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { LiveEvent, MapFeatures } from "../contract";
import { applyMoves, movesOf, withMoves } from "./moves";

const AT = Date.parse("2026-07-04T14:05:00+08:00");
const event = (rows: unknown): LiveEvent => ({ id: 0, kind: "position.moved", at: "", subject: { type: "position", id: 0 }, rows });
const shown = (): MapFeatures["features"] => [
  { type: "Feature", geometry: { type: "Point", coordinates: [119, 29] }, properties: { id: 7, type: "thing", name: "车", stale: true, observed_at: new Date(AT).toISOString() } },
];

test("a vehicle goes to its new place and is no longer old", () => {
  const features = shown();
  expect(applyMoves(features, movesOf(event([[7, 119.1, 29.1, 42, 90, AT + 1000]])))).toBe(true);
  expect(features[0]?.geometry).toEqual({ type: "Point", coordinates: [119.1, 29.1] });
  expect(features[0]?.properties).toMatchObject({ value: 42, course: 90, stale: false });
});

test("an older fix and a stranger move nothing", () => {
  const features = shown();
  expect(applyMoves(features, movesOf(event([[7, 119.1, 29.1, 42, 90, AT - 1000], [8, 119.2, 29.2, 1, 1, AT]])))).toBe(false);
  expect(features[0]?.geometry).toEqual({ type: "Point", coordinates: [119, 29] });
});

test("a message without rows is none", () => {
  expect(movesOf(event(undefined))).toEqual([]);
});

test("moves are asked for in the address, whatever else it asks", () => {
  expect(withMoves("/stream/?a=1", "http://10.0.0.1:8000/map/")).toBe("http://10.0.0.1:8000/stream/?a=1&moves=1");
});
