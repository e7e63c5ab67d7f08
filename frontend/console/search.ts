// SPDX-License-Identifier: Apache-2.0
import type { Api } from "../shared/api";
import type { SearchHit } from "../shared/contract";
import { t } from "../shared/i18n";

const WAIT_MS = 180;

/** Makes `<input data-an-search>` suggest objects, people, incidents and numbers while one types (WAI-ARIA combobox). */
export function search(api: Api): void {
  const input = document.querySelector<HTMLInputElement>("input[data-an-search]");
  if (!input) return;
  const list = document.createElement("div");
  Object.assign(list, { id: "an-search-list", className: "an-search-list", hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", t("console.search_results"));
  input.after(list);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": list.id,
    "aria-autocomplete": "list",
    autocomplete: "off",
  })) input.setAttribute(name, value);
  new SearchBox(api, input, list).listen();
}

class SearchBox {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked: AbortController | null = null;
  private active = -1;

  constructor(
    private readonly api: Api,
    private readonly input: HTMLInputElement,
    private readonly list: HTMLElement,
  ) {}

  listen(): void {
    this.input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.look(), WAIT_MS);
    });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
  }

  private async look(): Promise<void> {
    const q = this.input.value.trim();
    if (!q) return this.close();
    this.asked?.abort();
    this.asked = new AbortController();
    try {
      const hits = await this.api.get<SearchHit[]>(`/search?q=${encodeURIComponent(q)}`, { signal: this.asked.signal });
      this.show(hits, q);
    } catch {
      this.close(); // the form itself still works: Enter sends it
    }
  }

  private show(hits: SearchHit[], q: string): void {
    this.active = -1;
    const rows = hits.slice(0, 12).map((hit, index) => hitRow(hit, index));
    if (!rows.length) {
      const none = Object.assign(document.createElement("div"), { className: "an-search-none" });
      none.textContent = t("console.search_none", { q });
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      rows.push(none as unknown as HTMLAnchorElement);
    }
    this.list.replaceChildren(...rows);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  private close(): void {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  private key(event: KeyboardEvent): void {
    const rows = [...this.list.querySelectorAll<HTMLAnchorElement>("a")];
    if (event.key === "Escape") return this.close();
    if (this.list.hidden || !rows.length) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.active = (this.active + step + rows.length) % rows.length;
      rows.forEach((row, index) => row.setAttribute("aria-selected", String(index === this.active)));
      this.input.setAttribute("aria-activedescendant", rows[this.active]?.id ?? "");
    } else if (event.key === "Enter" && this.active >= 0) {
      event.preventDefault();
      rows[this.active]?.click();
    }
  }
}

function hitRow(hit: SearchHit, index: number): HTMLAnchorElement {
  const row = document.createElement("a");
  Object.assign(row, { href: hit.href, id: `an-hit-${index}`, className: "an-search-hit", tabIndex: -1 });
  row.setAttribute("role", "option");
  const title = Object.assign(document.createElement("b"), { textContent: hit.title });
  const sub = Object.assign(document.createElement("span"), { textContent: hit.subtitle });
  row.append(title, sub);
  return row;
}
