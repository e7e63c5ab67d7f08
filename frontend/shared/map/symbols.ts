// SPDX-License-Identifier: Apache-2.0
import type { Map as MapLibre } from "maplibre-gl";
import { LEVELS, LEVEL_COLOURS, type Level } from "../levels";

// Shape says the kind, fill says the level. Outlines in a box of 24 by 24.
const OUTLINES: Readonly<Record<string, string>> = {
  enterprise: "M4 5h16v14H4z",
  major_hazard: "M12 2.5l8.5 4.8v9.4L12 21.5l-8.5-4.8V7.300z",
  place: "M12 3l9.500 7-3.600 11H6.100L2.500 10z",
  cluster: "M8 3h8l5 5v8l-5 5H8l-5-5V8z",
  equipment: "M12 4a8 8 0 1 0 .01 0z",
  slope: "M3 20L21 20 21 5z",
  flash_flood: "M12 2.500C16 8 19 11.500 19 15a7 7 0 0 1-14 0C5 11.500 8 8 12 2.500z",
  reservoir: "M2.500 6h19L17 19H7z",
  river: "M2 12C5 5 9 5 12 10s7 4 10-2v5c-3 7-7 7-10 3s-7-5-10 1z",
  forest: "M12 2l5 7h-2.500l4.500 7h-5.500v5.500h-3V16H5l4.500-7H7z",
  road: "M9 2.500h6L19 21.500H5z",
  rain: "M12 2.500C16 8 19 11.500 19 15a7 7 0 0 1-14 0C5 11.500 8 8 12 2.500z",
  level: "M9 3h6v18H9z",
  alarm: "M12 2L22.500 21H1.500z",
  incident: "M12 1.800l3 7 7.400.6-5.600 4.900 1.700 7.400L12 17.800 5.500 21.700l1.700-7.400L1.600 9.400 9 8.800z",
  shelter: "M12 3L22 12h-3v9H5v-9H2z",
  team: "M9 3h6v6h6v6h-6v6H9v-6H3V9h6z",
  task: "M5 2.500h2.500L20 7.500 7.500 13v8.500H5z",
  vehicle: "M12 2l8 19.500-8-4.500-8 4.500z",
  vehicle_still: "M5 5h14v14H5z",
  other: "M12 5a7 7 0 1 0 .01 0z",
};
const BOX = 24;
const RATIO = 2;

/** Gives the shape for what a feature is: its kind where that has a shape, else its type. `heading` is what moves. */
export function shapeOf(type: string, kind: string | null | undefined, heading = false): string {
  if (type === "alarm" || type === "incident" || type === "task" || type === "shelter" || type === "team") return type;
  if (kind === "vehicle") return heading ? "vehicle" : "vehicle_still";
  if (kind && kind in OUTLINES) return kind;
  return type === "thing" ? "equipment" : "other";
}
export const symbolName = (shape: string, level: Level): string => `an-${shape}-${level}`;
export const pillName = (level: Level): string => `an-pill-${level}`;
export const SHAPES: readonly string[] = Object.keys(OUTLINES);

/** Draws a shape as it stands on the map; also the legend's picture. */
export function drawShape(canvas: HTMLCanvasElement, shape: string, level: Level, halo: string): void {
  canvas.width = canvas.height = (BOX + 4) * RATIO;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return;
  const outline = new Path2D(OUTLINES[shape] ?? OUTLINES.other);
  context.scale(RATIO, RATIO);
  context.translate(2, 2);
  context.lineJoin = "round";
  context.lineWidth = 3.6;
  context.strokeStyle = halo;
  context.stroke(outline);
  context.fillStyle = LEVEL_COLOURS[level];
  context.fill(outline);
  context.lineWidth = 1.4;
  context.strokeStyle = "#17212b";
  context.stroke(outline);
}

const PILL = { width: 40, height: 24, radius: 11, border: 2.5 };

/** Draws the ground of a cluster's words; it stretches to whatever they need. */
function drawPill(canvas: HTMLCanvasElement, level: Level, surface: string): void {
  canvas.width = PILL.width * RATIO;
  canvas.height = PILL.height * RATIO;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return;
  context.scale(RATIO, RATIO);
  context.beginPath();
  context.roundRect(PILL.border, PILL.border, PILL.width - 2 * PILL.border, PILL.height - 2 * PILL.border, PILL.radius - PILL.border);
  context.fillStyle = surface;
  context.fill();
  context.lineWidth = PILL.border;
  context.strokeStyle = LEVEL_COLOURS[level];
  context.stroke();
}

function addPills(map: MapLibre, canvas: HTMLCanvasElement, surface: string): void {
  for (const level of LEVELS) {
    drawPill(canvas, level, surface);
    const picture = canvas.getContext("2d", { willReadFrequently: true })?.getImageData(0, 0, canvas.width, canvas.height);
    if (!picture) continue;
    if (map.hasImage(pillName(level))) map.removeImage(pillName(level));
    const [w, h, r] = [canvas.width, canvas.height, PILL.radius * RATIO];
    map.addImage(pillName(level), picture, { pixelRatio: RATIO, stretchX: [[r, w - r]], stretchY: [[r, h - r]], content: [8, 8, w - 8, h - 8] });
  }
}

/** Puts every shape in every level onto the map. */
export function addSymbols(map: MapLibre, halo: string, surface: string): void {
  const canvas = document.createElement("canvas");
  addPills(map, canvas, surface);
  for (const shape of SHAPES) {
    for (const level of LEVELS) {
      drawShape(canvas, shape, level, halo);
      const picture = canvas.getContext("2d", { willReadFrequently: true })?.getImageData(0, 0, canvas.width, canvas.height);
      const name = symbolName(shape, level);
      if (!picture) continue;
      if (map.hasImage(name)) map.removeImage(name);
      map.addImage(name, picture, { pixelRatio: RATIO });
    }
  }
}
