// SPDX-License-Identifier: Apache-2.0
import { asLanguage, setLanguage, type Language } from "./i18n";

export interface Boot {
  language: Language;
  api: string;
  streamUrl: string | null;
  [extra: string]: unknown;
}

/** Reads what the server wrote into `<script type="application/json" id="boot">` and sets the language. */
export function readBoot(): Boot {
  const text = document.getElementById("boot")?.textContent;
  const given = (text ? JSON.parse(text) : {}) as Partial<Boot>;
  const language = asLanguage(given.language ?? document.documentElement.lang);
  setLanguage(language);
  return { ...given, language, api: given.api ?? "/api/v1", streamUrl: given.streamUrl ?? null };
}
