// SPDX-License-Identifier: Apache-2.0
import { t } from "../shared/i18n";

const boxes = (scope: ParentNode): HTMLInputElement[] => [
  ...scope.querySelectorAll<HTMLInputElement>("tbody input[data-an-select]"),
];

/** Makes the check boxes of each `[data-an-list]` work together: all, a range with shift, and the bulk bar. */
export function rowSelection(root: ParentNode): void {
  const lists = [...root.querySelectorAll<HTMLElement>("[data-an-list]")];
  if (root instanceof HTMLElement) {
    const around = root.closest<HTMLElement>("[data-an-list]");
    if (around) lists.push(around);
  }
  lists.forEach(wakeList);
}

function wakeList(list: HTMLElement): void {
  paint(list);
  if (list.dataset.anAwake) return;
  list.dataset.anAwake = "1";
  let last: HTMLInputElement | null = null;
  list.addEventListener("click", (event) => {
    const box = (event.target as HTMLElement).closest<HTMLInputElement>("input[data-an-select]");
    if (!box) return;
    if (event.shiftKey && last) selectRange(list, last, box);
    last = box;
    paint(list);
  });
  list.addEventListener("change", (event) => {
    const all = (event.target as HTMLElement).closest<HTMLInputElement>("input[data-an-select-all]");
    if (all) boxes(list).forEach((box) => (box.checked = all.checked));
    paint(list);
  });
}

function selectRange(list: HTMLElement, from: HTMLInputElement, to: HTMLInputElement): void {
  const all = boxes(list);
  const [low, high] = [all.indexOf(from), all.indexOf(to)].sort((a, b) => a - b);
  all.slice(low, (high ?? 0) + 1).forEach((box) => (box.checked = to.checked));
}

function paint(list: HTMLElement): void {
  const all = boxes(list);
  const chosen = all.filter((box) => box.checked);
  all.forEach((box) => box.closest("tr")?.classList.toggle("is-selected", box.checked));
  const head = list.querySelector<HTMLInputElement>("input[data-an-select-all]");
  if (head) {
    head.checked = all.length > 0 && chosen.length === all.length;
    head.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }
  list.querySelectorAll<HTMLElement>("[data-an-bulk]").forEach((bar) => {
    bar.hidden = chosen.length === 0;
    bar.querySelectorAll("[data-an-bulk-count]").forEach((count) => {
      count.textContent = t("console.selected", { n: chosen.length });
    });
  });
}
