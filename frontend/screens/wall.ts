// SPDX-License-Identifier: Apache-2.0
import "../shared/tokens.css";
import "./wall.css";
import { paintAges, tickAges } from "../shared/ages";
import { Api } from "../shared/api";
import { readBoot } from "../shared/boot";
import type { AlarmList, LayerInfo, LiveEvent, MapFeatures, Session, Wall } from "../shared/contract";
import { h, settle, throttle, type Child } from "../shared/dom";
import { t } from "../shared/i18n";
import { asLevel, levelBadge, levelName, levelRank } from "../shared/levels";
import { Live, showLiveState } from "../shared/live";
import { clock, dateOnly, untilDue, weekday } from "../shared/time";
import type { FeatureLayer } from "../shared/map/features";

const SETTLE_MS = 200;
const MAP_MS = 5000;
const POLL_MS = 60_000;
const SAID_MS = 20_000;
const FULL_HD = 1920;
const NARROW = 1200;
const TURN_MS = 6000;
const SHOWN = ["thing", "task", "incident", "alarm"];

const boot = readBoot();
const api = new Api(boot.api);
const root = document.getElementById("app") ?? document.body;
document.documentElement.setAttribute("data-bs-theme", "dark");

const left = h("div", { class: "w-side" });
const right = h("div", { class: "w-side" });
const place = h("div", { class: "w-map", role: "region", "aria-label": t("map.title") });
const said = h("div", { class: "w-said", role: "status", hidden: true });
const ticker = h("ol", { class: "w-ticker" });
const timeNow = h("time", { class: "w-clock an-num" });
const state = h("span", { class: "w-state" });
const place_name = h("h1", {});

let shown: Wall | null = null;
const layers = new Map<string, FeatureLayer>();

void start();

async function start(): Promise<void> {
  root.replaceChildren(h("main", { class: "w" }, h("header", { class: "w-top" }, place_name, state, timeNow), left, h("div", { class: "w-centre" }, place, said), right, ticker));
  const session = await untilAnswered(() => api.get<Session>("/session"));
  place_name.replaceChildren(h("b", {}, t("brand")), ` ${session.area.name}`);
  tick();
  setInterval(tick, 1000);
  setInterval(turnTicker, TURN_MS);
  tickAges();
  await load();
  const live = new Live(boot.streamUrl ?? session.stream_url);
  showLiveState(live, state);
  const now = settle(() => void load(), SETTLE_MS);
  for (const family of ["alarm.*", "incident.*", "task.*", "alert.*", "order.*", "response.*", "evacuation.*"]) live.on(family, now);
  live.on("alarm.*", sayWhy);
  live.onStatus(({ state: is }) => is === "live" && now());
  live.start();
  setInterval(() => void load(), POLL_MS);
  await drawMap(session, live);
}

/** Keeps asking: nobody stands by a wall to press a button. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      say((error as Error).message);
      await new Promise((resolve) => setTimeout(resolve, 5000));
    }
  }
}

function tick(): void {
  const at = new Date();
  timeNow.dateTime = at.toISOString();
  timeNow.textContent = `${dateOnly(at)} ${weekday(at)} ${clock(at, true)}`;
  document.querySelectorAll<HTMLElement>("[data-clock]").forEach((element) => paintClock(element, at));
}

async function load(): Promise<void> {
  const wall = await api.get<Wall>("/wall").catch(() => null);
  if (!wall) return; // the state at the top says that the line is lost; what stands here keeps its own times
  explain(shown, wall);
  shown = wall;
  left.replaceChildren(response(wall), duty(wall), warnings(wall), townships(wall));
  right.replaceChildren(incident(wall), resources(wall), evacuation(wall));
  ticker.replaceChildren(...wall.ticker.slice(0, 10).map((row) => h("li", {}, h("time", { class: "an-num" }, clock(row.at)), badge(row.level), row.text)));
  paintAges(root);
  tick();
  document.querySelectorAll<HTMLElement>(".w-panel.is-growing").forEach(dropWhatDoesNotFit);
}

/** Takes away the last rows of a full panel: half a line read from five metres is a riddle. */
function dropWhatDoesNotFit(box: HTMLElement): void {
  if (innerWidth <= NARROW) return;
  const rows = [...box.querySelectorAll<HTMLElement>(".w-timeline li, .w-row")];
  while (box.scrollHeight > box.clientHeight && rows.length > 1) rows.pop()?.remove();
}

/** Brings the next of the latest events to the front while they are more than the line holds. */
function turnTicker(): void {
  if (ticker.scrollWidth > ticker.clientWidth && ticker.firstElementChild) ticker.append(ticker.firstElementChild);
}

/** Says what changed when the response level did: the wall moves by itself and gives its reason. */
function explain(before: Wall | null, after: Wall): void {
  if (!before || before.response?.name === after.response?.name) return;
  say(t("wall.rose_to", { name: after.response?.name ?? t("wall.no_response") }), after.response?.level);
}

function sayWhy(event: LiveEvent): void {
  if (event.kind !== "alarm.raised" && event.kind !== "alarm.changed") return;
  const level = asLevel(event.level);
  if (level === "none" || !event.title) return;
  say(t("wall.risen", { name: event.title, level: levelName(level) }), level);
}

let quiet: ReturnType<typeof setTimeout> | undefined;
function say(words: string, level?: string): void {
  said.replaceChildren(badge(level ?? "none") ?? "", words);
  said.hidden = false;
  clearTimeout(quiet);
  quiet = setTimeout(() => (said.hidden = true), SAID_MS);
}

const badge = (level: string): HTMLElement | null => (asLevel(level) === "none" ? null : levelBadge(level));
const panel = (title: string, empty: string, rows: Child[], name = ""): HTMLElement =>
  h("section", { class: `w-panel ${name}` }, h("h2", {}, title), ...(rows.length ? rows : [h("p", { class: "w-empty" }, empty)]));

function response({ response: r }: Wall): HTMLElement {
  return panel(t("wall.response"), t("wall.no_response"), r ? [h("p", { class: "w-big" }, badge(r.level), h("b", {}, r.name))] : []);
}

function duty(wall: Wall): HTMLElement {
  return panel(t("wall.duty"), t("common.nodata"), wall.duty.map((one) => h("p", { class: "w-row" }, h("span", {}, `${one.name}（${one.title}）`), h("span", { class: "an-num" }, one.phone_masked))));
}

function warnings(wall: Wall): HTMLElement {
  const rows = [...wall.warnings].sort((a, b) => levelRank(a.level) - levelRank(b.level));
  return panel(t("wall.warnings"), t("wall.no_warnings"), rows.slice(0, 4).map((row) => h("p", { class: "w-row" }, badge(row.level), h("span", {}, row.title), row.issued_at ? h("time", { datetime: row.issued_at, "data-an-age": true }) : null)));
}

function townships(wall: Wall): HTMLElement {
  const counts = (row: Wall["alarms_by_township"][number]): HTMLElement[] =>
    (["red", "orange", "yellow", "blue"] as const).filter((level) => row[level] > 0).map((level) => levelBadge(level, `${t(`level.short.${level}`)} ${row[level]}`));
  const rows = wall.alarms_by_township.slice(0, 9).map((row) => h("p", { class: "w-row" }, h("span", {}, row.name), h("span", { class: "w-counts" }, ...counts(row))));
  const total = wall.alarms_by_township.reduce((sum, row) => sum + row.red + row.orange + row.yellow + row.blue, 0);
  const box = panel(t("wall.alarms"), t("wall.no_alarms"), rows, "is-growing");
  if (total) box.querySelector("h2")?.append(h("span", {}, t("wall.total", { n: total })));
  return box;
}

function incident({ incident: one }: Wall): HTMLElement {
  if (!one) return panel(t("wall.incident"), t("wall.no_incident"), []);
  return panel(
    t("wall.incident"),
    "",
    [
      h("p", { class: "w-big" }, badge(one.level), h("b", {}, one.title)),
      h("p", { class: "w-clocks" }, ...one.clocks.slice(0, 4).map((row) => h("span", { class: "w-limit" }, h("span", {}, row.name), h("b", { class: "an-num", "data-clock": row.due_at, "data-done": row.done_at })))),
      h("ol", { class: "w-timeline" }, ...one.timeline.slice(0, 5).map((row) => h("li", {}, h("time", { class: "an-num" }, clock(row.at)), h("span", {}, row.text, h("small", {}, row.actor))))),
    ],
    "is-growing",
  );
}

function paintClock(element: HTMLElement, now: Date): void {
  const { clock: due, done } = element.dataset;
  if (done) {
    element.textContent = t("wall.done", { at: clock(done) });
    return;
  }
  const { late, text } = untilDue(due ?? "", now);
  element.textContent = text;
  element.classList.toggle("is-late", late);
}

function resources(wall: Wall): HTMLElement {
  return panel(t("wall.resources"), t("wall.no_resources"), wall.resources.slice(0, 4).map((row) => h("p", { class: "w-row" }, h("span", {}, row.name), h("span", {}, row.eta_at ? t("wall.eta", { at: clock(row.eta_at) }) : row.state))));
}

function evacuation({ evacuation: e }: Wall): HTMLElement {
  if (!e) return panel(t("wall.evacuation"), t("wall.no_evacuation"), []);
  const figure = (n: number, words: string): HTMLElement => h("span", { class: "w-figure" }, h("b", { class: "an-num" }, n), words);
  return panel(t("wall.evacuation"), "", [h("p", { class: "w-figures" }, figure(e.people, `${t("wall.people")}${e.planned ? ` · ${t("wall.of", { n: e.planned })}` : ""}`), figure(e.shelters, t("wall.shelters")))]);
}

/** Draws the county in the centre; without WebGL the open alarms stand there as text. */
async function drawMap(session: Session, live: Live): Promise<void> {
  const [{ baseMap, canDrawMaps }, { FeatureLayer: Layer }] = await Promise.all([import("../shared/map/base"), import("../shared/map/features")]);
  if (!canDrawMaps()) return alarmsInPlace(live);
  const map = await baseMap(place, api, { bounds: session.area.bbox, interactive: false, padding: 30, labelScale: Math.max(1, innerWidth / FULL_HD) * 2 });
  const infos = await untilAnswered(() => api.get<LayerInfo[]>("/map/layers"));
  const scale = Math.max(1, innerWidth / FULL_HD);
  const read = async (): Promise<void> => {
    for (const info of infos.filter(({ kind }) => kind === "point")) {
      const data = await api.get<MapFeatures>(`/map/layers/${info.code}`).catch(() => null);
      if (!data || !SHOWN.includes(data.features[0]?.properties.type ?? (layers.has(info.code) ? "alarm" : ""))) continue;
      const layer = layers.get(info.code) ?? new Layer(map, info.code, "point", 8, scale * 1.5, scale * 2.2);
      layers.set(info.code, layer);
      layer.set(data);
    }
  };
  await read();
  live.on("*", throttle(() => void read(), MAP_MS));
  live.on("alarm.*", settle(() => void read(), SETTLE_MS));
}

async function alarmsInPlace(live: Live): Promise<void> {
  const paint = async (): Promise<void> => {
    const { rows } = await api.get<AlarmList>("/alarms?state=open");
    place.replaceChildren(h("ol", { class: "w-timeline" }, ...rows.map((row) => h("li", {}, badge(row.level), h("span", {}, row.name)))));
  };
  live.on("alarm.*", () => void paint());
  await paint();
}
