// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { backoffMs } from "./live";
import { SseParser } from "./sse";

const STREAM = ': ping\r\n\r\nid: 7\nevent: alarm.raised\ndata: {"a":\ndata: 1}\n\nevent: lonely\n\ndata:x\n\n';
const EXPECTED = [
  { id: "7", event: "alarm.raised", data: '{"a":\n1}' },
  { id: "7", event: "message", data: "x" },
];

test("a stream read whole and character by character gives the same messages", () => {
  expect(new SseParser().feed(STREAM)).toEqual(EXPECTED);
  const parser = new SseParser();
  expect([...STREAM].flatMap((letter) => parser.feed(letter))).toEqual(EXPECTED);
});

test("an unfinished message waits for its end", () => {
  const parser = new SseParser();
  expect(parser.feed("data: half")).toEqual([]);
  expect(parser.feed("\n\n")).toEqual([{ id: null, event: "message", data: "half" }]);
});

test("reconnecting waits longer each time, up to a bound", () => {
  const waits = [0, 1, 2, 3, 4, 5, 50].map((attempt) => backoffMs(attempt, () => 0.5));
  expect(waits).toEqual([500, 1000, 2000, 5000, 10_000, 20_000, 20_000]);
});
