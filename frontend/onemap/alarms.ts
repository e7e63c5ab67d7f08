// SPDX-License-Identifier: Apache-2.0
import { nameOf, type AlarmRow } from "../shared/contract";
import { h } from "../shared/dom";
import { t } from "../shared/i18n";
import { levelBadge, levelRank } from "../shared/levels";
import { age } from "../shared/time";

/** Makes the list of alarms beside the map: the map's own content for keyboard and screen reader. */
export function alarmsAsText(rows: readonly AlarmRow[], choose: (row: AlarmRow) => void): HTMLElement {
  if (!rows.length) return h("p", { class: "om-empty" }, t("map.no_alarms"));
  const sorted = [...rows].sort(
    (a, b) => Number(a.acknowledged) - Number(b.acknowledged) || levelRank(a.level) - levelRank(b.level),
  );
  return h("ul", { class: "om-alarms" }, ...sorted.map((row) => h("li", {}, alarmButton(row, choose))));
}

function alarmButton(row: AlarmRow, choose: (row: AlarmRow) => void): HTMLElement {
  const value = row.value === null ? "" : `${row.value} ${row.unit}`;
  return h(
    "button",
    { type: "button", class: "om-alarm", onclick: () => choose(row) },
    levelBadge(row.level),
    h("span", { class: "om-alarm-name" }, row.name),
    h(
      "span",
      { class: "om-alarm-more" },
      [nameOf(row.division), value, row.acknowledged ? t("map.acknowledged") : t("map.unacknowledged")].filter(Boolean).join(" · "),
      " · ",
      h("time", { datetime: row.raised_at, "data-an-age": true }, age(row.raised_at)),
    ),
  );
}
