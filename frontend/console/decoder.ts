// SPDX-License-Identifier: Apache-2.0
import { h } from "../shared/dom";
import { t } from "../shared/i18n";

const MOST_BYTES = 200_000;

/**
 * Lets a decoder's configuration be kept as a file and read from one. Each `<div data-an-file-of="id">` gets the two
 * buttons for the text area of that id, which htmx may put another in the place of.
 */
export function textFiles(root: ParentNode): void {
  root.querySelectorAll<HTMLElement>("[data-an-file-of]").forEach((place) => {
    if (place.dataset.anAwake) return;
    place.dataset.anAwake = "1";
    const area = (): HTMLTextAreaElement | null => document.getElementById(place.dataset.anFileOf ?? "") as HTMLTextAreaElement | null;
    const said = h("span", { class: "an-note", role: "status" });
    const input = h("input", { type: "file", accept: ".json,application/json", hidden: true, tabindex: "-1", "aria-label": t("decoder.read") });
    input.addEventListener("change", () => void read(input, area(), said));
    place.append(
      h("button", { type: "button", class: "btn btn-sm", onclick: () => input.click() }, t("decoder.read")),
      h("button", { type: "button", class: "btn btn-sm", onclick: () => keep(area()) }, t("decoder.keep")),
      input,
      said,
    );
  });
}

async function read(input: HTMLInputElement, area: HTMLTextAreaElement | null, said: HTMLElement): Promise<void> {
  const file = input.files?.[0];
  input.value = "";
  if (!file || !area) return;
  if (file.size > MOST_BYTES) return void (said.textContent = t("decoder.too_large"));
  area.value = await file.text();
  said.textContent = t("decoder.read_in", { name: file.name });
}

/** Hands the text over as it stands, tried or not. */
function keep(area: HTMLTextAreaElement | null): void {
  if (!area) return;
  const code = area.form?.querySelector<HTMLInputElement>("input[name=code]")?.value.trim();
  const url = URL.createObjectURL(new Blob([area.value], { type: "application/json" }));
  h("a", { href: url, download: `${code || "decoder"}.json` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
