// SPDX-License-Identifier: Apache-2.0
import type { Plugin } from "vite";

/** Placeholder until the phone's worker is written. */
export function serviceWorker(): Plugin {
  return { name: "anshu-service-worker", apply: "build" };
}
