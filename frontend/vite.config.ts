// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from "node:url";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";
import { serviceWorker } from "./mobile/sw-plugin.ts";
import { mockServer } from "./dev/mock.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig(({ command, isPreview }) => ({
  root: here("."),
  base: command === "build" || isPreview ? "/static/dist/" : "/",
  plugins: [vue(), serviceWorker(), mockServer()],
  define: {
    __VUE_OPTIONS_API__: "true", // Vant's components are written with it
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
  },
  build: {
    outDir: here("../src/anshu/web/static/dist"),
    emptyOutDir: true,
    manifest: "manifest.json",
    target: "es2021",
    cssTarget: ["chrome111", "safari16.4", "firefox115"], // older ones would double Tabler's size in fallbacks
    sourcemap: false,
    assetsInlineLimit: 0, // a data: URL would need a wider content security policy
    chunkSizeWarningLimit: 1500, // MapLibre GL is one library and loads on map pages only
    modulePreload: { polyfill: false },
    rollupOptions: {
      checks: { eval: false }, // htmx holds one; `htmx.config.allowEval = false` keeps it from running
      input: {
        theme: here("shared/theme-early.ts"),
        console: here("console/console.ts"),
        onemap: here("onemap/onemap.ts"),
        wall: here("screens/wall.ts"),
        track: here("track/track.ts"),
        mobile: here("mobile/mobile.ts"),
      },
    },
  },
  test: {
    environment: "node",
    include: ["**/*.test.ts"],
    exclude: ["node_modules/**"],
  },
}));
