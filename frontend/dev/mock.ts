// SPDX-License-Identifier: Apache-2.0
import { existsSync, readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import type { Connect, Plugin } from "vite";
import * as county from "./county.ts";

const dist = fileURLToPath(new URL("../../src/anshu/web/static/dist/", import.meta.url));
type Reply = { status?: number; body: unknown };
const seen = new Map<string, Reply>();
const streams = new Set<ServerResponse>();
let position = 1000;

/** Serves the four surfaces against an invented county, in `vite` (sources) and `vite preview` (the build). */
export function mockServer(): Plugin {
  return {
    name: "anshu-mock",
    configureServer: (server) => void server.middlewares.use(answer(false)),
    configurePreviewServer: (server) => {
      storm();
      server.middlewares.use(answer(true));
    },
  };
}

function answer(built: boolean): Connect.NextHandleFunction {
  return (request, response, next) => {
    const url = new URL(request.url ?? "/", "http://dev.invalid");
    if (url.pathname === "/stream/") return stream(request, response);
    if (url.pathname.startsWith("/api/v1/")) return void api(request, response, url);
    if (url.pathname === "/m/sw.js" && built) {
      response.setHeader("Content-Type", "text/javascript");
      response.setHeader("Cache-Control", "no-cache");
      return void response.end(readFileSync(`${dist}sw.js`));
    }
    const entry = { "/onemap/": "onemap", "/wall/": "wall", "/m/": "mobile", "/console/": "console" }[url.pathname];
    if (!entry) return next();
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(page(entry, built, url.searchParams.get("lang") ?? "zh-CN"));
  };
}

const SOURCES: Record<string, string> = { onemap: "/onemap/onemap.ts", wall: "/screens/wall.ts", mobile: "/mobile/mobile.ts", console: "/console/console.ts", theme: "/shared/theme-early.ts" };
interface Chunk { file: string; name?: string; isEntry?: boolean; css?: string[]; imports?: string[] }

function tags(entry: string, built: boolean): string {
  if (!built) return `<script type="module" src="${SOURCES.theme}"></script><script type="module" src="${SOURCES[entry]}"></script>`;
  const manifest = JSON.parse(readFileSync(`${dist}manifest.json`, "utf8")) as Record<string, Chunk>;
  const find = (name: string): Chunk => Object.values(manifest).find((chunk) => chunk.isEntry && chunk.name === name) as Chunk;
  const css = (chunk: Chunk): string[] => [...(chunk.imports ?? []).flatMap((key) => css(manifest[key] as Chunk)), ...(chunk.css ?? [])];
  const links = [...new Set(css(find(entry)))].map((file) => `<link rel="stylesheet" href="/static/dist/${file}">`).join("");
  return `<script src="/static/dist/${find("theme").file}"></script>${links}<script type="module" src="/static/dist/${find(entry).file}"></script>`;
}

function page(entry: string, built: boolean, language: string): string {
  const boot = JSON.stringify({ language, api: "/api/v1", streamUrl: "/stream/" });
  const sample = fileURLToPath(new URL("./console.html", import.meta.url));
  const body = entry === "console" && existsSync(sample) ? readFileSync(sample, "utf8") : '<div id="app"></div>';
  return `<!doctype html><html lang="${language === "en" ? "en" : "zh-hans"}"><head><meta charset="utf-8"><title>安枢</title>
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover"><link rel="icon" href="data:,">
${tags(entry, built)}</head><body>${body}<script type="application/json" id="boot">${boot}</script></body></html>`;
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  try {
    return JSON.parse(Buffer.concat(pieces).toString("utf8")) as Record<string, unknown>;
  } catch {
    return {};
  }
}

async function api(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
  const path = url.pathname.slice("/api/v1".length);
  const body = request.method === "POST" ? await bodyOf(request) : {};
  const key = request.headers["idempotency-key"] as string | undefined;
  const reply = (key && seen.get(key)) || (request.method === "POST" ? write(path, body) : read(path, url.searchParams));
  if (key) seen.set(key, reply);
  response.statusCode = reply.status ?? 200;
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify(reply.body));
}

const missing: Reply = { status: 404, body: { error: { code: "not_found", message: "没有这个对象，或您无权查看", fields: {} } } };

function read(path: string, query: URLSearchParams): Reply {
  const plain: Record<string, () => unknown> = {
    "/session": () => ({ ...county.session, now: new Date().toISOString() }),
    "/map/boundaries": () => county.boundaries(query.get("level") ?? "township"),
    "/map/basemap": () => county.basemap,
    "/map/layers": county.layers,
    "/search": () => county.search(query.get("q") ?? ""),
    "/alarms/groups": () => ({ count: county.alarms.length, rows: county.alarmGroups }),
    "/alarms": () => ({ count: county.alarms.length, rows: county.alarms }),
    "/tasks": () => ({ now: new Date().toISOString(), rows: county.tasks }),
    "/task-kinds": () => county.kinds,
    "/wall": county.wall,
  };
  const fixed = plain[path];
  if (fixed) return { body: fixed() };
  const [, first, second, third, fourth] = path.split("/");
  if (first === "map" && second === "layers" && third) return { body: county.layer(third) };
  if (first === "map" && second === "objects" && third && fourth) return found(county.object(third, fourth));
  if (first === "tasks" && second) return found(county.tasks.find((task) => String(task.id) === second));
  return missing;
}
const found = (body: unknown): Reply => (body ? { body } : missing);

function write(path: string, body: Record<string, unknown>): Reply {
  const [, first, second, third, fourth] = path.split("/");
  if (first === "files") return { status: 201, body: { id: ++position, url: "/m/", thumb: "/m/", position: null } };
  if (first === "alarms" && third === "acknowledgement") {
    const alarm = county.alarms.find((row) => String(row.id) === second);
    if (alarm) alarm.acknowledged = true;
    emit("alarm.changed", { subject: { type: "alarm", id: Number(second) }, level: alarm?.level });
    return found(alarm);
  }
  if (first === "alarms" && third === "incident") return { status: 201, body: { id: 32, href: "/command/incidents/32/" } };
  if (first === "tasks" && third === "transitions") return move(String(second), String(fourth));
  if (first === "tasks" && !second) {
    if (body.kind === "other") return { status: 422, body: { error: { code: "invalid", message: "请选择具体类别", fields: { kind: "“其他”须填写说明" } } } };
    return { status: 201, body: { id: ++position, number: `RW-20260704-${position}` } };
  }
  return missing;
}

function move(id: string, code: string): Reply {
  const task = county.tasks.find((row) => String(row.id) === id);
  if (!task) return missing;
  const [state, name] = code === "start" ? ["in_progress", "处置中"] : ["feedback", "已反馈"];
  Object.assign(task, { state, state_name: name, updated_at: new Date().toISOString() });
  task.actions = state === "in_progress" ? [{ code: "feedback", label: "反馈", primary: true, needs: ["text", "photo", "position"] }] : [];
  const at = task.steps.findIndex((step) => step.code === state);
  task.steps.forEach((step, i) => (step.done = i < at));
  emit("task.changed", { subject: { type: "task", id: task.id } });
  return { body: task };
}

function stream(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  response.write(": hello\n\n");
  streams.add(response);
  request.on("close", () => streams.delete(response));
}

function emit(kind: string, event: Record<string, unknown>): void {
  const id = ++position;
  const data = JSON.stringify({ id, kind, at: new Date().toISOString(), ...event });
  for (const response of streams) response.write(`id: ${id}\nevent: ${kind}\ndata: ${data}\n\n`);
}

function storm(): void {
  setInterval(() => streams.forEach((response) => response.write(": ping\n\n")), 15_000).unref();
  setInterval(() => {
    const station = county.stations[Math.floor(Math.random() * county.stations.length)];
    if (!station) return;
    const p = station.properties;
    Object.assign(p, { value: Number(p.value ?? 1) + 0.1, observed_at: new Date().toISOString(), age_s: 0, stale: false });
    p.value = Math.round(Number(p.value) * 100) / 100;
    emit("observation.latest", { subject: { type: "thing", id: p.id as number }, value: p.value, unit: p.unit, level: p.level });
  }, 4000).unref();
  setTimeout(() => {
    const alarm = county.raise();
    emit("alarm.raised", { subject: { type: "alarm", id: alarm.id }, level: alarm.level, title: alarm.name, division_code: alarm.division.code });
  }, Number(process.env.MOCK_ALARM_MS ?? 45_000)).unref();
}
