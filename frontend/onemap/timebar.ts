// SPDX-License-Identifier: Apache-2.0
import { h, settle } from "../shared/dom";
import { t } from "../shared/i18n";
import { dateTime } from "../shared/time";

const SPAN_MIN = 24 * 60;
const STEP_MIN = 5;
const SCRUB_MS = 250;

/** The bottom bar: live at the right end, the last 24 hours to the left of it. */
export class TimeBar {
  readonly state = h("span", { class: "om-state", role: "status" });
  readonly element: HTMLElement;
  private readonly slider = h("input", { type: "range", min: -SPAN_MIN, max: 0, step: STEP_MIN, value: 0, "aria-label": t("map.time") });
  private readonly words = h("output", { class: "om-time an-num" });
  private readonly back = h("button", { type: "button", class: "om-button", hidden: true }, t("map.to_live"));
  private end = Date.now();

  constructor(changed: (at: Date | null) => void) {
    const apply = settle(() => changed(this.at), SCRUB_MS);
    this.slider.addEventListener("input", () => {
      this.paint();
      apply();
    });
    this.back.addEventListener("click", () => {
      this.slider.value = "0";
      this.paint();
      changed(null);
      this.slider.focus();
    });
    const marks = h("div", { class: "om-marks", "aria-hidden": "true" }, ...[24, 18, 12, 6].map((hours) => h("span", {}, t("map.hours_ago", { n: hours }))), h("span", {}, t("map.now")));
    this.element = h("div", { class: "om-timebar", role: "group", "aria-label": t("map.time") }, this.state, this.words, h("div", { class: "om-scrub" }, this.slider, marks), this.back);
    this.paint();
    setInterval(() => this.paint(), 10_000);
  }

  /** The moment shown, or null for live. */
  get at(): Date | null {
    const minutes = Number(this.slider.value);
    return minutes === 0 ? null : new Date(this.end + minutes * 60_000);
  }

  private paint(): void {
    if (Number(this.slider.value) === 0) this.end = Date.now();
    const at = this.at;
    const words = at ? t("map.history", { at: dateTime(at) }) : dateTime(this.end);
    this.words.textContent = words;
    this.slider.setAttribute("aria-valuetext", words);
    this.back.hidden = at === null;
    this.element.classList.toggle("is-history", at !== null);
    document.body.classList.toggle("om-is-history", at !== null);
  }
}
