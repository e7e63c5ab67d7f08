// SPDX-License-Identifier: Apache-2.0
import htmx from "htmx.org";
import type { Api } from "../shared/api";
import type { AlarmList, LiveEvent } from "../shared/contract";
import { Live, showLiveState, wants } from "../shared/live";

const SETTLE_MS = 400; // a storm raises many alarms at once: one question answers them all

/**
 * Keeps the page's numbers true: `[data-an-live="alarms"]` shows the count of open alarms, `[data-an-live-state]`
 * whether the stream is live, and every `[data-an-refresh="alarm.*,task.changed"]` gets an `an:refresh` event,
 * for which its `hx-trigger` can listen.
 */
export function liveBadges(api: Api, streamUrl: string): void {
  const live = new Live(streamUrl);
  document.querySelectorAll<HTMLElement>("[data-an-live-state]").forEach((element) => showLiveState(live, element));
  const countAlarms = settled(() => void paintAlarms(api));
  live.on("alarm.*", countAlarms);
  live.on("*", refresher());
  let wasLost = false;
  live.onStatus(({ state }) => {
    if (state === "lost") wasLost = true;
    if (state === "live" && wasLost) countAlarms();
  });
  live.start();
}

function settled(act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, SETTLE_MS);
  };
}

async function paintAlarms(api: Api): Promise<void> {
  const badges = document.querySelectorAll<HTMLElement>('[data-an-live="alarms"]');
  if (!badges.length) return;
  const { count } = await api.get<AlarmList>("/alarms?state=open&limit=1").catch(() => ({ count: -1 }));
  if (count < 0) return;
  badges.forEach((badge) => {
    badge.textContent = String(count);
    badge.toggleAttribute("data-zero", count === 0);
  });
}

function refresher(): (event: LiveEvent) => void {
  const waiting = new Map<Element, ReturnType<typeof setTimeout>>();
  return ({ kind }) => {
    document.querySelectorAll<HTMLElement>("[data-an-refresh]").forEach((element) => {
      if (!wants(element.dataset.anRefresh ?? "", kind)) return;
      clearTimeout(waiting.get(element));
      waiting.set(element, setTimeout(() => htmx.trigger(element, "an:refresh", {}), SETTLE_MS));
    });
  };
}
