// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin, Rolldown } from "vite";

type Bundle = Rolldown.OutputBundle;
const source = fileURLToPath(new URL("./sw.js", import.meta.url));

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
      this.emitFile({ type: "asset", fileName: "sw.js", source: head + readFileSync(source, "utf8") });
    },
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
