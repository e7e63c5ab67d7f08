// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { en } from "./locales/en";
import { zhCN } from "./locales/zh-CN";

const root = fileURLToPath(new URL("..", import.meta.url));
const FOLDERS = ["shared", "console", "onemap", "screens", "mobile"];
const sources = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((file) => join(folder, file))
    .filter((file) => /\.(ts|vue|js|css)$/.test(file) && !file.includes("locales") && !file.endsWith(".test.ts")),
);
const places = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();

test("both dictionaries have the same keys and the same places to fill", () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(zhCN).sort());
  for (const key of Object.keys(zhCN) as (keyof typeof zhCN)[]) expect([key, places(en[key])]).toEqual([key, places(zhCN[key])]);
});

test("no Chinese literal stands outside the dictionaries", () => {
  expect(sources.length).toBeGreaterThan(40);
  const guilty = sources.flatMap((file) =>
    readFileSync(join(root, file), "utf8")
      .split("\n")
      .flatMap((line, i) => (/\p{Script=Han}/u.test(line.replace(/\/\/.*|\/?\*.*/, "")) ? [`${file}:${i + 1}`] : [])),
  );
  expect(guilty).toEqual([]);
});

test("every key a source asks for exists", () => {
  const asked = sources.flatMap((file) => [...readFileSync(join(root, file), "utf8").matchAll(/\bt\(["']([\w.-]+)["']/g)].map(([, key]) => key ?? ""));
  expect(asked.length).toBeGreaterThan(80);
  expect(asked.filter((key) => !(key in zhCN))).toEqual([]);
});
