// SPDX-License-Identifier: Apache-2.0
import { t } from "../shared/i18n";

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Listens for the console's keys: search, help, and walking through rows. */
export function shortcuts(): void {
  document.addEventListener("keydown", (event) => {
    if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") return focusSearch(event);
    if (event.metaKey || event.ctrlKey || event.altKey || typing(event.target)) return;
    if (document.querySelector("dialog[open], .modal.show")) return;
    act(event);
  });
}

function act(event: KeyboardEvent): void {
  if (event.key === "/") focusSearch(event);
  else if (event.key === "?") help(event);
  else if (event.key === "j") walk(event, 1);
  else if (event.key === "k") walk(event, -1);
  else if (event.key === "x") tick();
  else if (event.key === "Enter" && event.target === document.body) open();
}

function focusSearch(event: KeyboardEvent): void {
  const input = document.querySelector<HTMLInputElement>("input[data-an-search]");
  if (!input) return;
  event.preventDefault();
  input.focus();
  input.select();
}

const rows = (): HTMLTableRowElement[] => [...document.querySelectorAll<HTMLTableRowElement>("[data-an-list] tbody tr[data-href]")];
const current = (): HTMLTableRowElement | undefined => rows().find((row) => row.classList.contains("is-current"));

function walk(event: KeyboardEvent, step: number): void {
  const all = rows();
  if (!all.length) return;
  event.preventDefault();
  const here = all.findIndex((row) => row.classList.contains("is-current"));
  const next = all[here < 0 ? 0 : Math.min(all.length - 1, Math.max(0, here + step))];
  all.forEach((row) => row.classList.toggle("is-current", row === next));
  next?.setAttribute("aria-current", "true");
  all.filter((row) => row !== next).forEach((row) => row.removeAttribute("aria-current"));
  next?.scrollIntoView({ block: "nearest" });
}

function tick(): void {
  current()?.querySelector<HTMLInputElement>("input[data-an-select]")?.click();
}

function open(): void {
  const href = current()?.dataset.href;
  if (href) location.assign(href);
}

function help(event: KeyboardEvent): void {
  event.preventDefault();
  const dialog = document.createElement("dialog");
  dialog.className = "an-dialog";
  const title = Object.assign(document.createElement("h2"), { id: "an-keys", className: "an-dialog-title" });
  title.textContent = t("console.shortcuts");
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(title, keyList(), closeButton(dialog));
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
}

function keyList(): HTMLElement {
  const list = Object.assign(document.createElement("dl"), { className: "an-keys" });
  const keys: [string[], string][] = [
    [["/", "⌘K"], "search"],
    [["?"], "help"],
    [["j"], "next"],
    [["k"], "previous"],
    [["Enter"], "open"],
    [["x"], "select"],
    [["Esc"], "close"],
  ];
  for (const [caps, name] of keys) {
    const term = document.createElement("dt");
    term.append(...caps.map((cap) => Object.assign(document.createElement("kbd"), { textContent: cap })));
    list.append(term, Object.assign(document.createElement("dd"), { textContent: t(`console.key.${name}`) }));
  }
  return list;
}

function closeButton(dialog: HTMLDialogElement): HTMLElement {
  const row = Object.assign(document.createElement("div"), { className: "an-dialog-buttons" });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn" });
  button.textContent = t("common.close");
  button.addEventListener("click", () => dialog.close());
  row.append(button);
  return row;
}
