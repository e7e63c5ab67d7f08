// SPDX-License-Identifier: Apache-2.0
import { t } from "./i18n";
import { clock } from "./time";

const NS = "http://www.w3.org/2000/svg";
const WIDTH = 300;
const HEIGHT = 56;

/** Draws a small line of a series with its least and greatest value; nothing when there is nothing to draw. */
export function spark(series: readonly [string, number][], unit: string): HTMLElement | null {
  if (series.length < 2) return null;
  const values = series.map(([, value]) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const times = series.map(([at]) => Date.parse(at));
  const [from, to] = [times[0] ?? 0, times.at(-1) ?? 1];
  const x = (at: number): number => ((at - from) / (to - from || 1)) * WIDTH;
  const y = (value: number): number => HEIGHT - 4 - ((value - low) / (high - low || 1)) * (HEIGHT - 8);
  const line = series.map(([, value], i) => `${i ? "L" : "M"}${x(times[i] ?? 0).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  return figure(line, t("spark.words", { from: clock(from), to: clock(to), low, high, unit }));
}

function figure(line: string, words: string): HTMLElement {
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", words);
  const path = document.createElementNS(NS, "path");
  path.setAttribute("d", line);
  svg.append(path);
  const box = document.createElement("figure");
  box.className = "an-spark";
  const caption = document.createElement("figcaption");
  caption.textContent = words;
  box.append(svg, caption);
  return box;
}
