// SPDX-License-Identifier: Apache-2.0
import { h, settle } from "../shared/dom";
import { t } from "../shared/i18n";
import { dateTime, shortTime } from "../shared/time";

const SPAN_MIN = 24 * 60;
const STEP_MIN = 5;
const MINUTE_MS = 60_000;
const SCRUB_MS = 250;
const COUNTY_OFFSET = "+08:00";
const MARKS = [24, 18, 12, 6, 0];

/** The bottom bar: live at the right end, the last 24 hours to the left of it, any other day by its date. */
export class TimeBar {
  readonly state = h("span", { class: "om-state", role: "status" });
  readonly element: HTMLElement;
  private readonly slider = h("input", { type: "range", min: -SPAN_MIN, max: 0, step: STEP_MIN, value: 0, "aria-label": t("map.time") });
  private readonly words = h("output", { class: "om-time an-num" });
  private readonly back = h("button", { type: "button", class: "om-button is-primary", hidden: true }, t("map.to_live"));
  private readonly pick = h("input", { type: "datetime-local", class: "om-pick", "aria-label": t("map.pick_time"), title: t("map.pick_time") });
  private readonly marks = MARKS.map(() => h("span", {}));
  /** The right end of the bar; null while that is the present. */
  private end: number | null = null;
  private present = Date.now();

  constructor(changed: (at: Date | null) => void) {
    const apply = settle(() => changed(this.at), SCRUB_MS);
    this.slider.addEventListener("input", () => {
      this.paint();
      apply();
    });
    this.pick.addEventListener("change", () => {
      const at = Date.parse(`${this.pick.value}${COUNTY_OFFSET}`);
      if (Number.isNaN(at)) return;
      this.stand(at);
      changed(this.at);
    });
    this.back.addEventListener("click", () => {
      this.end = null;
      this.slider.value = "0";
      this.paint();
      changed(null);
      this.slider.focus();
    });
    this.element = h("div", { class: "om-timebar", role: "group", "aria-label": t("map.time") }, this.state, this.words, this.back, this.pick, h("div", { class: "om-scrub" }, this.slider, h("div", { class: "om-marks", "aria-hidden": "true" }, ...this.marks)));
    this.paint();
    setInterval(() => this.paint(), 10_000);
  }

  /** The moment shown, or null for live. */
  get at(): Date | null {
    const minutes = Number(this.slider.value);
    return minutes === 0 && this.end === null ? null : new Date((this.end ?? this.present) + minutes * MINUTE_MS);
  }

  /** Goes to a moment: within the last day the bar stays as it is, before that it takes the moment into its middle. */
  private stand(at: number): void {
    this.present = Date.now();
    const back = (at - this.present) / MINUTE_MS;
    this.end = back > -SPAN_MIN ? null : at + (SPAN_MIN / 2) * MINUTE_MS;
    this.slider.value = String(Math.min(-STEP_MIN, this.end === null ? back : -SPAN_MIN / 2));
    this.paint();
  }

  private paint(): void {
    if (this.at === null) this.present = Date.now();
    const at = this.at;
    const words = at ? t("map.history", { at: dateTime(at) }) : dateTime(this.present);
    this.words.textContent = words;
    this.slider.setAttribute("aria-valuetext", words);
    this.back.hidden = at === null;
    this.pick.max = dateTime(Date.now()).replace(" ", "T");
    if (document.activeElement !== this.pick) this.pick.value = dateTime(at ?? this.present).replace(" ", "T");
    MARKS.forEach((hours, i) => {
      const mark = this.marks[i];
      if (mark) mark.textContent = this.end !== null ? shortTime(this.end - hours * 60 * MINUTE_MS) : hours ? t("map.hours_ago", { n: hours }) : t("map.now");
    });
    this.element.classList.toggle("is-history", at !== null);
    document.body.classList.toggle("om-is-history", at !== null);
  }
}
