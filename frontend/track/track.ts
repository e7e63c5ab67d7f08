// SPDX-License-Identifier: Apache-2.0
import "./track.css";
import { Api } from "../shared/api";
import { readBoot } from "../shared/boot";
import { h } from "../shared/dom";
import { t } from "../shared/i18n";
import type { RasterBase } from "../shared/map/base";
import { Playback } from "./playback";
import type { Track } from "./route";

const boot = readBoot();
const root = document.getElementById("track");
if (root?.dataset.source) void start(root, root.dataset.source);

async function start(place: HTMLElement, source: string): Promise<void> {
  const say = (words: string): void => place.replaceChildren(h("p", { class: "tr-said", role: "alert" }, words));
  try {
    const api = new Api(boot.api);
    const track = await api.get<Track>(source);
    if (!document.createElement("canvas").getContext("webgl2")) return say(t("map.no_webgl"));
    const { TrackMap } = await import("./trackmap");
    const stage = h("div", { class: "tr-map", role: "region", "aria-label": t("map.title") });
    const bar = h("div", { class: "tr-bar" });
    place.replaceChildren(stage, bar);
    const map = await TrackMap.open(stage, api, track, (boot.basemap as RasterBase | undefined) ?? null);
    const playback = new Playback(track, (moment) => map.stand(moment));
    bar.append(playback.element, legend(track));
    document.addEventListener("click", (event) => {
      const at = (event.target as HTMLElement).closest<HTMLElement>("[data-tr-at]")?.dataset.trAt;
      if (!at) return;
      playback.goTo(Number(at));
      place.scrollIntoView({ block: "nearest" });
    });
  } catch (error) {
    say((error as Error).message);
  }
}

function legend(track: Track): HTMLElement {
  const steps = ["0–20", "20–40", "40–60", "60–80", "80+"];
  return h(
    "div",
    { class: "tr-legend" },
    h("span", {}, t("track.speed"), " km/h"),
    ...steps.map((words, i) => h("span", {}, h("i", { "data-step": i }), words)),
    h("span", {}, h("i", { "data-step": "gap" }), t("track.gap")),
    h("span", { class: "tr-note" }, t("track.told", { points: track.line.length, fixes: track.fixes, m: track.tolerance_m })),
  );
}
