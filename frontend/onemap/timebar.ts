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

/** Reads `2026-06-20 15:30`, a time of the county; a browser's own date field would write it in the browser's manner. */
export function momentOf(text: string): number | null {
  const [, date, time] = /^\s*(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})\s*$/.exec(text) ?? [];
  const at = Date.parse(`${date}T${time}${COUNTY_OFFSET}`);
  return Number.isNaN(at) ? null : at;
}

/** The present, at a step of the bar, so that history is read at round times. */
const roundNow = (): number => Math.floor(Date.now() / (STEP_MIN * MINUTE_MS)) * STEP_MIN * MINUTE_MS;

/** The bottom bar: live at the right end, the last 24 hours to the left of it, any other day by its date. */
export class TimeBar {
  readonly state = h("span", { class: "om-state", role: "status" });
  readonly element: HTMLElement;
  private readonly slider = h("input", { type: "range", min: -SPAN_MIN, max: 0, step: STEP_MIN, value: 0, "aria-label": t("map.time") });
  private readonly words = h("output", { class: "om-time an-num" });
  private readonly back = h("button", { type: "button", class: "om-button is-primary", hidden: true }, t("map.to_live"));
  private readonly pick = h("input", { type: "text", class: "om-pick an-num", maxlength: 16, autocomplete: "off", "aria-label": t("map.pick_time"), title: t("map.pick_time") });
  private readonly marks = MARKS.map(() => h("span", {}));
  /** The right end of the bar; null while that is the present. */
  private end: number | null = null;
  private present = roundNow();

  constructor(changed: (at: Date | null) => void) {
    const apply = settle(() => changed(this.at), SCRUB_MS);
    this.slider.addEventListener("input", () => {
      this.paint();
      apply();
    });
    this.pick.addEventListener("change", () => {
      const at = momentOf(this.pick.value);
      this.pick.setCustomValidity(at === null || at > Date.now() ? t("map.pick_time") : "");
      if (at === null || !this.pick.reportValidity()) return;
      this.pick.blur();
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
    const steps = Math.ceil((Date.now() - at) / MINUTE_MS / STEP_MIN);
    const recent = steps * STEP_MIN <= SPAN_MIN;
    const back = recent ? Math.max(STEP_MIN, steps * STEP_MIN) : SPAN_MIN / 2;
    this.end = recent ? null : at + back * MINUTE_MS;
    this.present = at + back * MINUTE_MS;
    this.slider.value = String(-back);
    this.paint();
  }

  private paint(): void {
    if (this.at === null) this.present = roundNow();
    const at = this.at;
    const words = at ? t("map.history", { at: dateTime(at) }) : dateTime(Date.now());
    this.words.textContent = words;
    this.slider.setAttribute("aria-valuetext", words);
    this.back.hidden = at === null;
    if (document.activeElement !== this.pick) this.pick.value = dateTime(at ?? Date.now());
    MARKS.forEach((hours, i) => {
      const mark = this.marks[i];
      if (mark) mark.textContent = this.end !== null ? shortTime(this.end - hours * 60 * MINUTE_MS) : hours ? t("map.hours_ago", { n: hours }) : t("map.now");
    });
    this.element.classList.toggle("is-history", at !== null);
    document.body.classList.toggle("om-is-history", at !== null);
  }
}
