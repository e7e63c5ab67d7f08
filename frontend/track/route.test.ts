// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { momentAt, stepOf, stretches, type Track } from "./route";

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
const track: Track = {
  thing: { id: 1, name: "车" },
  since: iso(0),
  until: iso(1000),
  fixes: 4,
  tolerance_m: 0,
  distance_m: 0,
  line: [[0, 119, 29, 10, 90], [100, 119.1, 29, 50, 90], [200, 119.2, 29, 50, 90], [800, 119.5, 29.5, 0, 0]],
  stops: [],
  gaps: [{ since: iso(200), until: iso(800), line: [[119.2, 29], [119.5, 29.5]] }],
  alarms: [],
};

test("between two fixes it moves evenly", () => {
  expect(momentAt(track, 50)).toMatchObject({ point: [119.05, 29], speed: 10, state: "drive" });
});

test("in a gap it stays where it was last heard of, with no speed", () => {
  expect(momentAt(track, 500)).toMatchObject({ point: [119.2, 29], speed: null, state: "gap" });
});

test("before the first and after the last fix it stands at them", () => {
  expect(momentAt(track, -5)?.point).toEqual([119, 29]);
  expect(momentAt(track, 5000)?.point).toEqual([119.5, 29.5]);
});

test("no line is drawn over a gap", () => {
  expect(stretches(track).flatMap(({ line }) => line)).not.toContainEqual([119.5, 29.5]);
});

test("speeds have five steps", () => {
  expect([null, 19, 20, 59.9, 60, 200].map(stepOf)).toEqual([0, 0, 1, 2, 3, 4]);
});
