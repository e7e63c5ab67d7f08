// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin, Rolldown } from "vite";
import { zhCN } from "../shared/locales/zh-CN.ts";

type Bundle = Rolldown.OutputBundle;
const beside = (name: string): string => readFileSync(fileURLToPath(new URL(name, import.meta.url)), "utf8");

/** Writes `sw.js` with the list of files the phone needs; the map's own chunk comes when the map is first opened. */
export function serviceWorker(): Plugin {
  let base = "/";
  return {
    name: "anshu-service-worker",
    apply: "build",
    configResolved: (config) => void (base = config.base),
    generateBundle(_options, bundle) {
      const files = phoneFiles(bundle).map((file) => base + file);
      const version = createHash("sha256").update(files.join()).digest("hex").slice(0, 12);
      const head = `const VERSION = ${JSON.stringify(version)};\nconst FILES = ${JSON.stringify(files)};\n`;
      this.emitFile({ type: "asset", fileName: "sw.js", source: head + beside("./sw.js") });
      this.emitFile({ type: "asset", fileName: "app-icon.svg", source: beside("./icon.svg") });
      this.emitFile({ type: "asset", fileName: "app.webmanifest", source: JSON.stringify(manifest(base)) });
    },
  };
}

function manifest(base: string): object {
  return {
    name: zhCN["brand.app"],
    short_name: zhCN.brand,
    lang: "zh-CN",
    id: "/m/",
    start_url: "/m/",
    scope: "/m/",
    display: "standalone",
    background_color: "#f3f5f6",
    theme_color: "#0b6e6e",
    icons: [{ src: `${base}app-icon.svg`, sizes: "any", type: "image/svg+xml", purpose: "any maskable" }],
  };
}

function phoneFiles(bundle: Bundle): string[] {
  const files = new Set<string>();
  const add = (name: string): void => {
    const chunk = bundle[name];
    if (!chunk || files.has(name)) return;
    files.add(name);
    if (chunk.type !== "chunk") return;
    chunk.imports.forEach(add);
    const css = (chunk as { viteMetadata?: { importedCss: Set<string> } }).viteMetadata?.importedCss;
    css?.forEach((file) => files.add(file));
  };
  for (const chunk of Object.values(bundle)) {
    if (chunk.type === "chunk" && chunk.isEntry && ["mobile", "theme"].includes(chunk.name)) add(chunk.fileName);
  }
  return [...files].sort();
}
