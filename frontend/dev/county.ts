// SPDX-License-Identifier: Apache-2.0
// An invented evening in the demonstration county: enough for every surface to show something believable.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

type Point = [number, number];
const data = (name: string): { features: { properties: Record<string, unknown>; geometry: unknown }[] } => {
  try {
    const path = fileURLToPath(new URL(`../../src/anshu/kernel/org/data/${name}`, import.meta.url));
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return { features: [] };
  }
};
const divisions = data("boundaries_schematic.geojson");
export const basemap = data("basemap_schematic.geojson");
export const boundaries = (level: string) => ({
  type: "FeatureCollection",
  features: divisions.features.filter((feature) => feature.properties.level === level),
});

export const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
const ahead = (minutes: number): string => ago(-minutes);
const div = (code: string, name: string) => ({ code, name });

export const session = {
  user: { id: 7, name: "王建民", username: "wangjm" },
  posts: [{ title: "应急管理站站长", organisation: "溪口镇应急管理站", division: div("330825109000", "溪口镇") }],
  roles: [{ code: "township_officer", name: "乡镇应急管理员" }],
  capabilities: { tasks: "CRUA", alarms: "RUA", incidents: "CR" },
  language: "zh-CN",
  stream_url: "/stream/",
  area: { code: "330825109000", name: "溪口镇", bbox: [119.11, 28.83, 119.28, 28.95] },
};

let seed = 20260704;
const random = (): number => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
const near = ([lng, lat]: Point, spread: number): Point => [
  lng + (random() - 0.5) * spread,
  lat + (random() - 0.5) * spread * 0.8,
];
const CENTRES: [string, Point][] = [
  ["龙洲街道", [119.17, 29.02]], ["东华街道", [119.19, 29.0]], ["湖镇镇", [119.27, 29.04]], ["小南海镇", [119.14, 29.07]],
  ["詹家镇", [119.11, 29.0]], ["溪口镇", [119.19, 28.88]], ["横山镇", [119.1, 29.22]], ["塔石镇", [119.12, 29.13]],
  ["罗家乡", [119.22, 28.93]], ["庙下乡", [119.11, 28.83]], ["社阳乡", [119.29, 28.92]], ["沐尘畲族乡", [119.2, 28.79]],
  ["模环乡", [119.23, 29.12]],
];
const feature = (point: Point, properties: Record<string, unknown>) => ({
  type: "Feature",
  geometry: { type: "Point", coordinates: point },
  properties,
});
const LEVEL = ["red", "orange", "orange", "yellow", "yellow", "yellow", "blue", "blue", "blue", "blue"];
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const KINDS: [string, string][] = [
  ["enterprise", "精细化工厂"], ["major_hazard", "液氨储罐区"], ["slope", "屋后切坡"], ["flash_flood", "沿溪山洪危险区"],
  ["reservoir", "山塘"], ["forest", "林区"], ["place", "农贸市场"], ["road", "临水路段"], ["river", "堤段"],
];
const risks = CENTRES.flatMap(([town, centre], t) =>
  Array.from({ length: 22 }, (_, i) => {
    const [kind, word] = pick(KINDS);
    return feature(near(centre, 0.075), {
      id: t * 100 + i, type: "risk", name: `${town}${word}${i + 1}号`, kind, level: pick(LEVEL), state: "active",
      href: `/risks/objects/${t * 100 + i}/`,
    });
  }),
);

export const stations = CENTRES.flatMap(([town, centre], t) => {
  const rain = feature(near(centre, 0.03), {
    id: 500 + t, type: "thing", name: `${town}雨量站`, kind: "rain", property: "1 小时雨量", unit: "mm",
    value: t === 4 ? null : Math.round(random() * 380) / 10, level: t === 5 ? "orange" : "none",
    observed_at: ago(t === 7 ? 190 : 2), age_s: t === 7 ? 11400 : 120, stale: t === 7, href: `/sensing/things/${500 + t}/`,
  });
  const level = feature(near(centre, 0.045), {
    id: 600 + t, type: "thing", name: `${town}水位站`, kind: "level", property: "水位", unit: "m",
    value: Math.round((42 + random() * 60) * 100) / 100, level: t === 5 ? "red" : t === 9 ? "yellow" : "none",
    observed_at: ago(1), age_s: 60, stale: false, href: `/sensing/things/${600 + t}/`,
  });
  return t % 2 ? [rain, level] : [rain];
});

const alarmAt: [number, string, string, string, Point, boolean, number, number][] = [
  [1, "溪口水位超保证水位", "溪口水位站", "red", [119.196, 28.873], false, 97.46, 97.2],
  [2, "溪口 1 小时雨量 52.5 mm", "溪口雨量站", "orange", [119.184, 28.889], false, 52.5, 50],
  [3, "庙下水位超警戒水位", "庙下水位站", "yellow", [119.112, 28.826], true, 121.3, 121],
  [4, "沐尘水库水位超汛限", "沐尘水库水位站", "yellow", [119.205, 28.778], true, 165.2, 165],
  [5, "湖镇化工园可燃气体浓度", "湖镇气体探测器 3", "blue", [119.276, 29.036], true, 12, 10],
];
const township: Record<number, string> = { 1: "溪口镇", 2: "溪口镇", 3: "庙下乡", 4: "沐尘畲族乡", 5: "湖镇镇" };
export const alarms = alarmAt.map(([id, name, thing, level, point, acknowledged, value, threshold]) => ({
  id, name, thing, level, state: "open", acknowledged, raised_at: ago(id * 7), value, unit: id === 2 ? "mm" : id === 5 ? "%LEL" : "m",
  threshold, division: div(`33082510${id}000`, township[id] ?? ""), point, href: `/alerts/alarms/${id}/`,
}));
export const raise = (): (typeof alarms)[number] => {
  const id = 100 + alarms.length;
  const alarm = {
    ...(alarms[1] as (typeof alarms)[number]), id, name: "罗家 1 小时雨量 41.0 mm", thing: "罗家雨量站", level: "orange",
    acknowledged: false, raised_at: new Date().toISOString(), value: 41, threshold: 40, point: near([119.22, 28.93], 0.02) as Point,
    division: div("330825201000", "罗家乡"), href: `/alerts/alarms/${id}/`,
  };
  alarms.unshift(alarm);
  return alarm;
};

const shelters = CENTRES.map(([town, centre], i) =>
  feature(near(centre, 0.03), { id: 800 + i, type: "shelter", name: `${town}中心小学避灾安置场所`, kind: "shelter", level: "none", state: i === 5 ? "启用中" : "待命", href: `/resources/shelters/${800 + i}/` }),
);
const teams = CENTRES.slice(0, 7).map(([town, centre], i) =>
  feature(near(centre, 0.03), { id: 900 + i, type: "team", name: `${town}应急救援队`, kind: "team", level: "none", state: "待命", href: `/resources/teams/${900 + i}/` }),
);
const incidents = [feature([119.193, 28.87], { id: 31, type: "incident", name: "溪口镇“7·4”山洪", kind: "flood", level: "orange", state: "处置中", href: "/command/incidents/31/" })];
const dangers = tasksAsPoints();

function tasksAsPoints() {
  return CENTRES.slice(3, 9).map(([town, centre], i) =>
    feature(near(centre, 0.05), { id: 300 + i, type: "task", name: `${town}河道堆物阻水`, kind: "flood", level: pick(["yellow", "blue", "none"]), state: "处置中", href: `/grassroots/tasks/${300 + i}/` }),
  );
}

const alarmFeatures = () => alarms.map((alarm) => feature(alarm.point, { ...alarm, type: "alarm", kind: "alarm", observed_at: alarm.raised_at, property: alarm.thing }));
const LAYERS: [string, string, string, () => unknown[], boolean][] = [
  ["risks", "一库", "风险对象", () => risks, true],
  ["stations", "一网", "监测站点", () => stations, true],
  ["alarms", "预警", "未消除告警", alarmFeatures, true],
  ["tasks", "隐患", "在办隐患与任务", () => dangers, true],
  ["incidents", "事件", "处置中的突发事件", () => incidents, true],
  ["teams", "资源", "应急队伍", () => teams, false],
  ["shelters", "避险", "避灾安置场所", () => shelters, true],
];
export const layers = () =>
  LAYERS.map(([code, group, name, list, shown]) => ({ code, group, name, count: list().length, kind: "point", default: shown }));
export const layer = (code: string) => ({ type: "FeatureCollection", features: LAYERS.find(([c]) => c === code)?.[3]() ?? [] });

const everything = () => LAYERS.flatMap(([, , , list]) => list()) as ReturnType<typeof feature>[];
export const search = (q: string) =>
  everything()
    .filter(({ properties: p }) => String(p.name).includes(q))
    .slice(0, 10)
    .map(({ properties: p, geometry: g }) => ({ type: p.type, id: p.id, title: p.name, subtitle: String(p.state ?? p.property ?? ""), point: g.coordinates, href: p.href }));

const series = (base: number, spread: number) =>
  Array.from({ length: 48 }, (_, i) => [ago((48 - i) * 10), Math.round((base + (i > 30 ? (i - 30) * spread : 0) + Math.sin(i / 4) * spread) * 100) / 100]);
export const object = (type: string, id: string) => {
  const found = everything().find(({ properties: p }) => p.type === type && String(p.id) === id);
  if (!found) return null;
  const p = found.properties;
  const alarm = type === "alarm";
  return {
    type, id: p.id, title: p.name, subtitle: alarm ? "溪口镇 · 自动告警 · 未消除" : "溪口镇 · 溪口村", level: p.level, href: p.href,
    facts: [
      { label: "位置", value: "溪口镇溪口村灵山江右岸" }, { label: "编号", value: `LY-${String(p.id).padStart(5, "0")}` },
      { label: "责任单位", value: "溪口镇人民政府" }, { label: "第一责任人", value: "王建民（镇应急管理站站长）" },
      ...(alarm ? [{ label: "触发条件", value: "水位 ≥ 97.20 m，持续 5 分钟" }] : [{ label: "影响人口", value: "38 户 112 人" }]),
    ],
    live: type === "risk" || type === "shelter" ? [] : [
      { label: "水位", value: 97.46, unit: "m", observed_at: ago(1), stale: false, level: "red", series: series(95.4, 0.11) },
      { label: "1 小时雨量", value: 52.5, unit: "mm", observed_at: ago(2), stale: false, level: "orange", series: series(6, 2.6) },
      { label: "流量", value: null, unit: "m³/s", observed_at: null, stale: true, level: "none", series: [] },
    ],
    open: [
      { type: "alarm", id: 1, title: "溪口水位超保证水位", state: "未确认", href: "/alerts/alarms/1/" },
      { type: "task", id: 41, title: "核查溪口水位超保证告警", state: "处置中", href: "/grassroots/tasks/41/" },
    ],
    people: [
      { role: "第一责任人", name: "王建民", title: "镇应急管理站站长", phone_masked: "138****2071" },
      { role: "网格员", name: "徐丽华", title: "溪口村网格员", phone_masked: "159****6630" },
    ],
    nearest: [
      { type: "shelter", name: "溪口镇中心小学避灾安置场所", distance_m: 640, href: "/resources/shelters/805/" },
      { type: "team", name: "溪口镇应急救援队", distance_m: 1250, href: "/resources/teams/905/" },
    ],
    timeline: [
      { at: ago(3), actor: "徐丽华（溪口村网格员）", text: "签收任务，已到现场" },
      { at: ago(6), actor: "系统", text: "生成核查任务，派至溪口村，期限 30 分钟" },
      { at: ago(7), actor: "系统", text: "水位 97.24 m，升为红色" },
      { at: ago(31), actor: "系统", text: "水位 96.52 m，升为橙色" },
    ],
    actions: alarm ? [
      { code: "acknowledge", label: "确认", method: "POST", url: `/api/v1/alarms/${id}/acknowledgement`, needs: ["comment"] },
      { code: "incident", label: "转为事件", method: "POST", url: `/api/v1/alarms/${id}/incident`, needs: ["title"] },
    ] : [],
  };
};

export interface Task { [key: string]: unknown; id: number; state: string; steps: { code: string; done: boolean; at: string | null; actor: string | null; name: string }[] }
const STEPS = [["reported", "上报"], ["accepted", "受理"], ["assigned", "派发"], ["in_progress", "处置"], ["feedback", "反馈"], ["closed", "销号"]] as const;
const task = (id: number, title: string, level: string, state: string, stateName: string, dueMin: number, source: string, point: Point): Task => {
  const at = STEPS.findIndex(([code]) => code === state);
  return {
    id, number: `RW-20260704-${String(id).padStart(4, "0")}`, title, kind: { code: "flood", name: "汛情险情" }, level, state, state_name: stateName,
    due_at: ahead(dueMin), late: dueMin < 0, division: div("330825109001", "溪口村"), point, assignee: "王建民（应急管理站站长）", source,
    updated_at: ago(4), description: "溪口水位站 18:52 水位 97.46 m，超过保证水位 97.20 m。请到现场核实水情，查看沿岸 38 户是否需要转移，并反馈照片。",
    steps: STEPS.map(([code, name], i) => ({ code, name, done: i < at, at: i < at ? ago(40 - i * 5) : null, actor: i < at ? "徐丽华" : null })),
    history: [
      { at: ago(6), actor: "系统", from: "已受理", to: "已派发", reason: "按责任链自动派发", photos: [] },
      { at: ago(7), actor: "系统", from: "", to: "已上报", reason: "告警 溪口水位超保证水位", photos: [] },
    ],
    people: [{ role: "派发人", name: "李国强", title: "县应急指挥中心值班员", phone_masked: "139****5512" }],
    photos: [],
    actions: state === "assigned"
      ? [{ code: "start", label: "签收", primary: true, needs: [] }, { code: "return", label: "退回", primary: false, needs: ["reason"] }]
      : [{ code: "feedback", label: "反馈", primary: true, needs: ["text", "photo", "position"] }, { code: "extend", label: "申请延期", primary: false, needs: ["days", "reason"] }],
  };
};
export const tasks: Task[] = [
  task(41, "核查溪口水位超保证告警", "red", "assigned", "已派发", 22, "自动告警", [119.196, 28.873]),
  task(42, "转移沿溪低洼 12 户", "orange", "in_progress", "处置中", 95, "事件指令", [119.188, 28.869]),
  task(38, "清理灵山江溪口桥下漂浮物", "yellow", "in_progress", "处置中", -130, "人工上报", [119.199, 28.879]),
  task(36, "枫林村屋后切坡渗水复查", "blue", "assigned", "已派发", 60 * 27, "人工上报", [119.23, 28.86]),
  task(35, "溪口老街消防通道堆物", "none", "in_progress", "处置中", 60 * 70, "人工上报", [119.18, 28.885]),
];
export const kinds = [["flood", "汛情险情"], ["geohazard", "地质灾害"], ["road", "道路隐患"], ["fire", "消防隐患"], ["forest_fire", "森林火情"], ["building", "房屋隐患"], ["gas", "燃气隐患"], ["enterprise", "企业隐患"], ["other", "其他"]].map(([code, name]) => ({ code, name }));

const group = (code: string, name: string, cause: string, level: "red" | "orange" | "yellow" | "blue", number = 1) => ({
  place: { code, name }, cause, level, number, unanswered: number, things: number, red: 0, orange: 0, yellow: 0, blue: 0, [level]: number, href: "/alarms/rows/",
});
export const alarmGroups = [
  group("330825109000", "溪口镇", "水位", "red"), group("330825109000", "溪口镇", "1小时降水量", "orange"), group("330825203000", "庙下乡", "水位", "yellow"),
  group("330825212000", "沐尘畲族乡", "库水位", "yellow"), group("330825102000", "湖镇镇", "可燃气体浓度", "blue"),
];

export const wall = () => ({
  response: { level: "orange", name: "防汛Ⅲ级应急响应" },
  duty: [{ name: "李国强", title: "带班领导", phone_masked: "139****5512" }, { name: "王雪", title: "值班员", phone_masked: "137****0936" }],
  warnings: [
    { title: "暴雨橙色预警", level: "orange", issued_at: ago(52), issuer: "龙游县气象台" },
    { title: "山洪灾害黄色预警", level: "yellow", issued_at: ago(75), issuer: "县林水局 县气象局" },
  ],
  alarms_by_township: [
    { code: "330825109000", name: "溪口镇", red: 1, orange: 1, yellow: 0, blue: 0 }, { code: "330825201000", name: "罗家乡", red: 0, orange: alarms.length - 5, yellow: 0, blue: 0 },
    { code: "330825203000", name: "庙下乡", red: 0, orange: 0, yellow: 1, blue: 0 }, { code: "330825212000", name: "沐尘畲族乡", red: 0, orange: 0, yellow: 1, blue: 0 },
    { code: "330825102000", name: "湖镇镇", red: 0, orange: 0, yellow: 0, blue: 1 },
  ].filter((row) => row.red + row.orange + row.yellow + row.blue > 0),
  alarm_groups: alarmGroups,
  incident: {
    id: 31, title: "溪口镇“7·4”山洪", level: "orange", opened_at: ago(26),
    clocks: [{ name: "30 分钟到场", due_at: ahead(4), done_at: null }, { name: "首报", due_at: ago(6), done_at: ago(14) }, { name: "现场图传", due_at: ahead(19), done_at: null }],
    timeline: [
      { at: ago(2), actor: "徐丽华", text: "已转移 9 户 27 人至溪口镇中心小学" }, { at: ago(9), actor: "李国强", text: "调县消防救援大队冲锋舟 2 艘" },
      { at: ago(14), actor: "王建民", text: "首报：溪口村沿溪 12 户进水，无人员伤亡" }, { at: ago(26), actor: "王雪", text: "由告警开启事件" },
    ],
  },
  resources: [{ name: "县消防救援大队冲锋舟分队", kind: "队伍", state: "途中", eta_at: ahead(6) }, { name: "溪口镇应急救援队", kind: "队伍", state: "已到场" }, { name: "县应急物资库编织袋 2000 只", kind: "物资", state: "装车" }],
  evacuation: { people: 27, shelters: 1, planned: 112 },
  ticker: [
    { at: ago(1), text: "溪口水位站 97.46 m，仍在上涨", level: "red" }, { at: ago(2), text: "徐丽华：已转移 9 户 27 人", level: "none" }, { at: ago(7), text: "溪口水位超保证水位，升为红色", level: "red" },
    { at: ago(9), text: "李国强：调冲锋舟 2 艘", level: "none" }, { at: ago(14), text: "首报：溪口村沿溪 12 户进水", level: "none" }, { at: ago(21), text: "庙下水位超警戒水位", level: "yellow" },
  ],
});
