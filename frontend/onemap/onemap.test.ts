// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { LngLat } from "../shared/contract";
import { sizeWords } from "./sketch";
import { momentOf } from "./timebar";

test("a drawing says its size: a line its length, an area its extent, a point its place", () => {
  const corner: LngLat[] = [[119, 29], [119.01, 29], [119.01, 29.01]];
  expect(sizeWords("point", corner)).toBe("29.00000, 119.00000");
  expect(sizeWords("line", corner)).toBe("2.08 公里"); // 973 m along the parallel and 1112 m along the meridian
  expect(sizeWords("polygon", corner)).toBe("0.54 平方公里");
  expect(sizeWords("polygon", corner.slice(0, 2))).toBe("");
});

test("a moment is read as the county's time, and nonsense as none", () => {
  expect(momentOf("2026-06-20 15:30")).toBe(Date.UTC(2026, 5, 20, 7, 30));
  expect(momentOf("20.6.2026")).toBeNull();
  expect(momentOf("2026-13-40 15:30")).toBeNull();
});
