// SPDX-License-Identifier: Apache-2.0
import "../shared/tokens.css";
import "./wall.css";
import { paintAges, tickAges } from "../shared/ages";
import { Api } from "../shared/api";
import { readBoot } from "../shared/boot";
import type { AlarmList, IncidentList, IncidentRow, LayerInfo, LiveEvent, MapFeatures, Session, Wall } from "../shared/contract";
import { h, settle, throttle, type Child } from "../shared/dom";
import { t } from "../shared/i18n";
import { asLevel, LEVEL_COLOURS, levelBadge, levelName, levelRank } from "../shared/levels";
import { Live, showLiveState } from "../shared/live";
import { clock, dateOnly, duration, shortTime, untilDue, weekday } from "../shared/time";
import type { FeatureLayer } from "../shared/map/features";
import { valueWords } from "../shared/map/wording";

const SETTLE_MS = 200;
const MAP_MS = 5000;
const POLL_MS = 60_000;
const SAID_MS = 30_000;
const NARROW = 1200;
const TURN_MS = 6000;
const WETTEST = 5;
const SHOWN = ["thing", "incident", "alarm"];
const WORST = ["red", "orange", "yellow", "blue"] as const;

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
let closed: IncidentRow | null = null;
let paintTownships: (wall: Wall) => void = () => undefined;
let infos: LayerInfo[] | null = null;
/** What the layers of the API hold; null where a layer is not for the wall. */
const held = new Map<string, MapFeatures | null>();
let put: (code: string, data: MapFeatures) => void = () => undefined;

void start();

async function start(): Promise<void> {
  root.replaceChildren(h("main", { class: "w" }, h("header", { class: "w-top" }, place_name, state, timeNow), left, h("div", { class: "w-centre" }, place, said), right, ticker));
  const session = await untilAnswered(() => api.get<Session>("/session"));
  place_name.replaceChildren(h("b", {}, t("brand")), ` ${session.area.name}`);
  tick();
  setInterval(tick, 1000);
  setInterval(turnTicker, TURN_MS);
  tickAges();
  await readLayers();
  await load();
  const live = new Live(boot.streamUrl ?? session.stream_url);
  showLiveState(live, state);
  const now = settle(() => void load(), SETTLE_MS);
  for (const family of ["alarm.*", "incident.*", "task.*", "alert.*", "order.*", "response.*", "evacuation.*"]) live.on(family, now);
  live.on("alarm.*", sayWhy);
  live.onStatus(({ state: is }) => is === "live" && now());
  live.start();
  setInterval(() => void readLayers().then(load), POLL_MS);
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
  if (!wall.incident) closed = (await api.get<IncidentList>("/incidents?state=closed&limit=1").catch(() => null))?.rows[0] ?? null;
  draw(wall);
}

function draw(wall: Wall): void {
  paintTownships(wall);
  left.replaceChildren(response(wall), duty(wall), warnings(wall), groups(wall));
  const calm = wall.incident ? [] : [lastIncident(), freshness(), rain()];
  right.replaceChildren(...(wall.incident ? [incident(wall)] : calm), resources(wall), evacuation(wall));
  ticker.replaceChildren(...wall.ticker.slice(0, 10).map((row) => h("li", {}, h("time", { class: "an-num" }, clock(row.at)), badge(row.level), row.text)));
  paintAges(root);
  tick();
  document.querySelectorAll<HTMLElement>(".w-panel.is-growing").forEach(dropWhatDoesNotFit);
  [left, right].forEach(dropPanels);
}

/** Takes away the last rows of a full panel: half a line read from five metres is a riddle. */
function dropWhatDoesNotFit(box: HTMLElement): void {
  if (innerWidth <= NARROW) return;
  const rows = [...box.querySelectorAll<HTMLElement>(".w-timeline li, .w-row")];
  while (box.scrollHeight > box.clientHeight && rows.length > 1) rows.pop()?.remove();
}

/** Takes rows from the longest panels while a column is longer than the screen. */
function dropPanels(side: HTMLElement): void {
  if (innerWidth <= NARROW) return;
  const rows = [...side.querySelectorAll<HTMLElement>(".w-row.may-go")];
  while (side.scrollHeight > side.clientHeight + 1 && rows.length) {
    const row = rows.pop();
    const box = row?.parentElement;
    row?.remove();
    if (box && !box.querySelector(".w-row")) box.remove(); // a title with nothing under it says nothing
  }
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
  if ((event.kind !== "alarm.raised" && event.kind !== "alarm.escalated") || event.late === true) return;
  const level = asLevel(event.level);
  if (level === "none" || !event.title) return;
  const worse = said.hidden || levelRank(level) <= levelRank(said.dataset.level);
  if (worse) say(event.kind === "alarm.raised" ? t("map.alarm_raised", { title: event.title }) : t("wall.risen", { name: event.title, level: levelName(level) }), level);
}

let quiet: ReturnType<typeof setTimeout> | undefined;
function say(words: string, level?: string): void {
  said.replaceChildren(badge(level ?? "none") ?? "", words);
  said.dataset.level = level ?? "none";
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

/** Place and cause of the active alarms, the worst first: how many of the worst level, of how many in all. */
function groups(wall: Wall): HTMLElement {
  const rows = (wall.alarm_groups ?? []).map((row) => {
    const level = asLevel(row.level);
    const worst = level === "none" ? 0 : row[level];
    return h("p", { class: "w-row w-group" }, h("span", {}, h("b", {}, row.place.name), ` ${row.cause}`), h("span", { class: "w-counts an-num" }, levelBadge(level, `${t(`level.short.${level}`)} ${worst}`), `/ ${row.number}`));
  });
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

/** What was last: a calm wall still tells that the county was looked after, and until when. */
function lastIncident(): HTMLElement {
  if (!closed) return panel(t("wall.incident"), t("wall.no_incident"), []);
  const took = closed.closed_at ? (Date.parse(closed.closed_at) - Date.parse(closed.opened_at)) / 1000 : null;
  return panel(t("wall.incident"), "", [
    h("p", { class: "w-empty" }, t("wall.no_incident")),
    h("p", { class: "w-row w-last" }, h("span", {}, t("wall.last_incident")), badge(closed.level)),
    h("p", { class: "w-title" }, closed.title),
    h("p", { class: "w-times an-num" }, t("wall.opened_closed", { opened: shortTime(closed.opened_at), closed: closed.closed_at ? shortTime(closed.closed_at) : "" }), took === null ? null : h("span", {}, t("wall.took", { span: duration(took) }))),
  ]);
}

const allStations = (): MapFeatures["features"] => [...held.values()].flatMap((data) => data?.features ?? []).filter(({ properties }) => properties.type === "thing");

function freshness(): HTMLElement {
  const all = allStations();
  const reads = all.filter(({ properties: p }) => !p.stale && p.observed_at);
  const newest = reads.map(({ properties: p }) => p.observed_at ?? "").sort((a, b) => Date.parse(b) - Date.parse(a))[0];
  const silent = all.filter((one) => !reads.includes(one)).slice(0, 3).map(({ properties: p }) => h("p", { class: "w-row may-go" }, h("span", {}, p.name), h("span", {}, p.observed_at ? h("time", { datetime: p.observed_at, "data-an-age": true }) : t("common.nodata"))));
  return panel(t("wall.stations"), t("common.nodata"), all.length ? [h("p", { class: "w-row" }, h("b", { class: "w-number an-num" }, t("wall.online", { n: reads.length, all: all.length })), newest ? h("time", { datetime: newest, "data-an-age": true }) : null), ...silent] : []);
}

function rain(): HTMLElement {
  const wet = allStations()
    .filter(({ properties: p }) => p.kind === "rain" && p.unit === "mm" && typeof p.value === "number" && !p.stale)
    .sort((a, b) => (b.properties.value ?? 0) - (a.properties.value ?? 0))
    .slice(0, WETTEST);
  const all = wet.every(({ properties: p }) => p.value === 0);
  if (wet.length && all) return panel(t("wall.rain"), t("wall.no_rain"), []);
  return panel(t("wall.rain"), t("common.nodata"), wet.map(({ properties: p }) => h("p", { class: "w-row may-go" }, h("span", {}, p.name), badge(p.level ?? "none"), h("b", { class: "an-num" }, valueWords(p.value, p.unit)))));
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
  return panel(t("wall.resources"), t("wall.no_resources"), wall.resources.slice(0, 4).map((row) => h("p", { class: "w-row may-go" }, h("span", {}, row.name), h("span", {}, row.eta_at ? t("wall.eta", { at: clock(row.eta_at) }) : row.state))));
}

function evacuation({ evacuation: e }: Wall): HTMLElement {
  if (!e) return panel(t("wall.evacuation"), t("wall.no_evacuation"), []);
  const figure = (n: number, words: string): HTMLElement => h("span", { class: "w-figure" }, h("b", { class: "an-num" }, n), words);
  return panel(t("wall.evacuation"), "", [h("p", { class: "w-figures" }, figure(e.people, `${t("wall.people")}${e.planned ? ` · ${t("wall.of", { n: e.planned })}` : ""}`), figure(e.shelters, t("wall.shelters")))]);
}

/** Reads what the map shows; the panels of the stations live on it too. */
async function readLayers(): Promise<void> {
  infos ??= await api.get<LayerInfo[]>("/map/layers").catch(() => null);
  for (const { code, kind } of infos ?? []) {
    if (kind !== "point" || held.get(code) === null) continue;
    const data = await api.get<MapFeatures>(`/map/layers/${code}`).catch(() => null);
    if (!data) continue;
    const type = data.features[0]?.properties.type;
    const wanted = !type || SHOWN.includes(type);
    held.set(code, wanted ? data : null);
    if (wanted) put(code, data);
  }
}

/** Draws the county in the centre; without WebGL the open alarms stand there as text. */
async function drawMap(session: Session, live: Live): Promise<void> {
  const [{ baseMap, canDrawMaps }, { FeatureLayer: Layer, familyOf, placeKey, pointOf }] = await Promise.all([import("../shared/map/base"), import("../shared/map/features")]);
  if (!canDrawMaps()) return alarmsInPlace(live);
  const scale = Math.max(1, Math.min(innerWidth / 1920, innerHeight / 1080));
  const map = await baseMap(place, api, { bounds: session.area.bbox, interactive: false, padding: { top: 28 * scale, bottom: 64 * scale, left: 28 * scale, right: 28 * scale }, labelScale: 2 * scale });
  const layers = new Map<string, FeatureLayer>();
  put = (code, data) => {
    const family = familyOf(code);
    const layer = layers.get(family) ?? new Layer(map, family, "point", { symbols: 1.5 * scale, words: 2.1 * scale, brief: true });
    layers.set(family, layer);
    layer.set(data, code);
    const alarms = [...layers.values()].flatMap((one) => one.features).filter(({ properties }) => properties.type === "alarm");
    const covered = new Set(alarms.flatMap((one) => (pointOf(one) ? [placeKey(pointOf(one) as [number, number])] : [])));
    layers.forEach((one) => one.cover(covered));
  };
  map.addLayer({ id: "township-tint", type: "fill", source: "township", paint: { "fill-color": "#000", "fill-opacity": 0 } }, "reservoir");
  paintTownships = (wall) => {
    const tinted = wall.alarms_by_township.flatMap((row) => {
      const level = WORST.find((one) => row[one] > 0);
      return level ? [row.code, LEVEL_COLOURS[level]] : [];
    });
    map.setPaintProperty("township-tint", "fill-color", (tinted.length ? ["match", ["get", "code"], ...tinted, "#000"] : "#000") as never);
    map.setPaintProperty("township-tint", "fill-opacity", (tinted.length ? ["match", ["get", "code"], tinted.filter((_, i) => i % 2 === 0), 0.28, 0] : 0) as never);
  };
  for (const [code, data] of held) if (data) put(code, data);
  if (shown) paintTownships(shown);
  const read = (): void => void readLayers().then(() => shown && draw(shown));
  live.on("*", throttle(read, MAP_MS));
  live.on("alarm.*", settle(read, SETTLE_MS));
}

async function alarmsInPlace(live: Live): Promise<void> {
  const paint = async (): Promise<void> => {
    const { rows } = await api.get<AlarmList>("/alarms?state=open");
    place.replaceChildren(h("ol", { class: "w-timeline w-instead" }, ...rows.map((row) => h("li", {}, badge(row.level), h("span", {}, row.name)))));
  };
  live.on("alarm.*", () => void paint());
  await paint();
}
