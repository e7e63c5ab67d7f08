// SPDX-License-Identifier: Apache-2.0
import type { Plugin } from "vite";

/** Placeholder until the development server is written. */
export function mockServer(): Plugin {
  return { name: "anshu-mock", apply: "serve" };
}
