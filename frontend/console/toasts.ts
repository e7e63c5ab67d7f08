// SPDX-License-Identifier: Apache-2.0
import { t } from "../shared/i18n";

export type Tone = "success" | "info" | "warning" | "danger";
const SHOWN_MS = 6000;

function area(): HTMLElement {
  const found = document.querySelector<HTMLElement>("[data-an-toasts]");
  if (found) return found;
  const made = document.createElement("div");
  made.dataset.anToasts = "";
  document.body.append(made);
  return made;
}

/** Shows one message; a failure stays until it is closed, everything else leaves by itself. */
export function toast(message: string, tone: Tone = "info"): void {
  const box = document.createElement("div");
  box.className = "an-toast";
  box.dataset.tone = tone;
  box.setAttribute("role", tone === "danger" ? "alert" : "status");
  box.append(Object.assign(document.createElement("div"), { className: "an-toast-text", textContent: message }));
  area().append(withClose(box));
  leave(box, tone);
}

function withClose(box: HTMLElement): HTMLElement {
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.setAttribute("aria-label", t("common.close"));
  close.addEventListener("click", () => box.remove());
  box.append(close);
  return box;
}

function leave(box: HTMLElement, tone: string | undefined): void {
  if (tone !== "danger" && tone !== "warning") setTimeout(() => box.remove(), SHOWN_MS);
}

/** Takes over the messages the server rendered, and those that answers send in an `HX-Trigger: an:toast` header. */
export function showServerToasts(): void {
  area()
    .querySelectorAll<HTMLElement>(".an-toast")
    .forEach((box) => leave(withClose(box), box.dataset.tone));
  document.addEventListener("an:toast", (event) => {
    const detail = (event as CustomEvent<{ message?: string; value?: string; tone?: Tone }>).detail;
    toast(detail.message ?? detail.value ?? "", detail.tone);
  });
}
