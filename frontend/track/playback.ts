// SPDX-License-Identifier: Apache-2.0
import { h } from "../shared/dom";
import { t } from "../shared/i18n";
import { clock, dateOnly } from "../shared/time";
import { momentAt, type Moment, type Track } from "./route";

const RATES = [10, 30, 60, 300, 1200];
const USUAL = 60;
/** Gaps and stops are passed this much faster: nothing happens in them. */
const HASTE = 8;

/** The bar under the map: play and pause, how fast, and the moment shown. */
export class Playback {
  readonly element: HTMLElement;
  private readonly play = h("button", { type: "button", class: "btn btn-primary tr-play" }, t("track.play"));
  private readonly slider: HTMLInputElement;
  private readonly words = h("output", { class: "tr-words an-num" });
  private readonly first: number;
  private readonly last: number;
  private at: number;
  private rate = USUAL;
  private before: number | null = null;

  constructor(
    private readonly track: Track,
    private readonly changed: (moment: Moment) => void,
  ) {
    this.first = track.line[0]?.[0] ?? 0;
    this.last = track.line.at(-1)?.[0] ?? 0;
    this.at = this.first;
    this.slider = h("input", { type: "range", class: "tr-slider", min: this.first, max: this.last, step: 1, value: this.first, "aria-label": t("map.time") });
    const rate = h("select", { class: "form-select tr-rate", "aria-label": t("track.rate") }, ...RATES.map((n) => h("option", { value: n, selected: n === USUAL }, `${n}×`)));
    rate.addEventListener("change", () => (this.rate = Number(rate.value)));
    this.play.addEventListener("click", () => (this.before === null ? this.start() : this.pause()));
    this.slider.addEventListener("input", () => this.goTo(Number(this.slider.value)));
    this.element = h("div", { class: "tr-playback" }, this.play, rate, this.slider, this.words);
    this.paint();
  }

  goTo(at: number): void {
    this.at = Math.min(this.last, Math.max(this.first, at));
    this.paint();
  }

  private start(): void {
    if (this.at >= this.last) this.at = this.first;
    this.before = performance.now();
    this.play.textContent = t("track.pause");
    requestAnimationFrame(this.step);
  }

  private pause(): void {
    this.before = null;
    this.play.textContent = t("track.play");
  }

  private readonly step = (now: number): void => {
    if (this.before === null) return;
    const calm = momentAt(this.track, this.at)?.state !== "drive";
    const passed = (Math.max(0, now - this.before) / 1000) * this.rate * (calm ? HASTE : 1);
    this.before = now;
    this.goTo(this.at + passed);
    if (this.at >= this.last) this.pause();
    else requestAnimationFrame(this.step);
  };

  private paint(): void {
    const moment = momentAt(this.track, this.at);
    if (!moment) return;
    this.slider.value = String(Math.round(this.at));
    const speed = moment.state === "drive" && moment.speed !== null ? `${Math.round(moment.speed)} km/h` : t(`track.${moment.state}`);
    const words = `${dateOnly(this.at * 1000).slice(5)} ${clock(this.at * 1000, true)} ${speed}`;
    this.words.textContent = words;
    this.slider.setAttribute("aria-valuetext", words);
    this.changed(moment);
  }
}
