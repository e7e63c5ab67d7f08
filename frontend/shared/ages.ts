// SPDX-License-Identifier: Apache-2.0
import { age, dateTime, untilDue } from "./time";

/** Writes age and remaining time into every `<time data-an-age>` and `<time data-an-due>` below `root`. */
export function paintAges(root: ParentNode = document, now: Date = new Date()): void {
  root.querySelectorAll<HTMLTimeElement>("time[data-an-age]").forEach((element) => paintAge(element, now));
  root.querySelectorAll<HTMLTimeElement>("time[data-an-due]").forEach((element) => paintDue(element, now));
}

function paintAge(element: HTMLTimeElement, now: Date): void {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.getTime())) return;
  const staleAfter = Number(element.dataset.anStaleAfter ?? Number.NaN);
  element.classList.add("an-age");
  element.classList.toggle("is-stale", now.getTime() - at.getTime() > staleAfter * 1000);
  write(element, age(at, now), at);
}

function paintDue(element: HTMLTimeElement, now: Date): void {
  const due = new Date(element.dateTime);
  if (Number.isNaN(due.getTime())) return;
  const { late, text } = untilDue(due, now);
  element.classList.add("an-due");
  element.classList.toggle("is-late", late);
  write(element, text, due);
}

function write(element: HTMLTimeElement, text: string, at: Date): void {
  if (element.textContent !== text) element.textContent = text;
  element.title ||= dateTime(at);
}

/** Keeps the ages true while the page stands open. */
export function tickAges(everyMs = 10_000): void {
  paintAges();
  setInterval(() => {
    if (!document.hidden) paintAges();
  }, everyMs);
  document.addEventListener("visibilitychange", () => paintAges());
}
