// SPDX-License-Identifier: Apache-2.0
import { en } from "./locales/en";
import { zhCN, type MessageKey } from "./locales/zh-CN";

export type Language = "zh-CN" | "en";
const DICTIONARIES: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = { "zh-CN": zhCN, en };
let current: Language = "zh-CN";

export const asLanguage = (value: string | null | undefined): Language =>
  value?.toLowerCase().startsWith("en") ? "en" : "zh-CN";

export function setLanguage(language: Language): void {
  current = language;
}
export const language = (): Language => current;

/** Gives a text in the language shown, with `{name}` places filled in. */
export function t(key: MessageKey | (string & {}), params: Readonly<Record<string, string | number>> = {}): string {
  const text = (DICTIONARIES[current] as Record<string, string>)[key] ?? (zhCN as Record<string, string>)[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}
