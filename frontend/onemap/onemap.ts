// SPDX-License-Identifier: Apache-2.0
import "../shared/tokens.css";
import "./onemap.css";
import { Api } from "../shared/api";
import { readBoot } from "../shared/boot";
import type { AlarmList, Session } from "../shared/contract";
import { h } from "../shared/dom";
import { t } from "../shared/i18n";
import { Live, showLiveState } from "../shared/live";
import { withMoves } from "../shared/map/moves";
import { followSystemTheme } from "../shared/theme";
import { alarmsAsText } from "./alarms";

const boot = readBoot();
const api = new Api(boot.api);
const root = document.getElementById("app") ?? document.body;
followSystemTheme();
void start();

async function start(): Promise<void> {
  try {
    const session = await api.get<Session>("/session");
    const live = new Live(withMoves(boot.streamUrl ?? session.stream_url, location.href));
    if (!document.createElement("canvas").getContext("webgl2")) return void (await withoutMap(live));
    const { OneMap } = await import("./page");
    await OneMap.open(root, api, session, live, boot);
  } catch (error) {
    root.replaceChildren(
      h("main", { class: "om-failed", role: "alert" }, h("h1", {}, t("map.failed")), h("p", {}, (error as Error).message), h("button", { class: "om-button", onclick: () => location.reload() }, t("common.retry"))),
    );
  }
}

/** Shows the open alarms as text where the browser cannot draw the map: the news must not depend on a graphics card. */
async function withoutMap(live: Live): Promise<void> {
  const list = h("div", {});
  const state = h("span", { class: "om-state", role: "status" });
  root.replaceChildren(h("main", { class: "om-failed" }, h("h1", {}, t("map.no_webgl")), h("p", {}, t("map.no_webgl_help")), h("p", {}, state), list));
  showLiveState(live, state);
  const load = async (): Promise<void> => {
    const { rows } = await api.get<AlarmList>("/alarms?state=open");
    list.replaceChildren(alarmsAsText(rows, (row) => location.assign(row.href)));
  };
  live.on("alarm.*", () => void load());
  live.start();
  await load();
}
