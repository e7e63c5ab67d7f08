// SPDX-License-Identifier: Apache-2.0
import { t } from "./i18n";

export type Level = "red" | "orange" | "yellow" | "blue" | "none";
export const LEVELS: readonly Level[] = ["red", "orange", "yellow", "blue", "none"];
export const LEVEL_COLOURS: Readonly<Record<Level, string>> = {
  red: "#D4380D",
  orange: "#FA8C16",
  yellow: "#FADB14",
  blue: "#1677FF",
  none: "#8A949E",
};

/** Takes anything the API may say and gives a level; what is unknown is no level, never a colour. */
export function asLevel(value: unknown): Level {
  return LEVELS.includes(value as Level) ? (value as Level) : "none";
}

export const levelName = (level: Level): string => t(`level.${level}`);
/** Orders the most serious first. */
export const levelRank = (level: unknown): number => LEVELS.indexOf(asLevel(level));

/** Makes the badge used everywhere: shape, word, colour. */
export function levelBadge(value: unknown, word?: string): HTMLElement {
  const level = asLevel(value);
  const badge = document.createElement("span");
  badge.className = `an-level an-level-${level}`;
  badge.textContent = word ?? levelName(level);
  return badge;
}
