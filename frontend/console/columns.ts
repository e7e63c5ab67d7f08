// SPDX-License-Identifier: Apache-2.0
import { t } from "../shared/i18n";

const key = (register: string): string => `anshu.columns.${register}`;

function hiddenColumns(register: string): Set<string> {
  try {
    return new Set(JSON.parse(localStorage.getItem(key(register)) ?? "[]") as string[]);
  } catch {
    return new Set();
  }
}

/**
 * Fills each `[data-an-columns="REGISTER"]` menu from the `<th data-col>` of `<table data-an-register="REGISTER">`
 * and hides what the person unticked, here and on the next visit.
 */
export function columnChoosers(root: ParentNode): void {
  const tables = [...root.querySelectorAll<HTMLTableElement>("table[data-an-register]")];
  if (root instanceof HTMLTableElement && root.dataset.anRegister) tables.push(root);
  for (const table of tables) {
    const register = table.dataset.anRegister ?? "";
    applyColumns(table, hiddenColumns(register));
    document
      .querySelectorAll<HTMLElement>(`[data-an-columns="${CSS.escape(register)}"]`)
      .forEach((menu) => fillMenu(menu, table, register));
  }
}

function heads(table: HTMLTableElement): HTMLTableCellElement[] {
  return [...table.querySelectorAll<HTMLTableCellElement>("thead th")];
}

function applyColumns(table: HTMLTableElement, hidden: ReadonlySet<string>): void {
  const columns = heads(table).map((head) => hidden.has(head.dataset.col ?? ""));
  for (const row of table.rows) {
    if (row.cells.length !== columns.length) continue; // an empty-state row spans the table
    columns.forEach((hide, index) => {
      const cell = row.cells[index];
      if (cell) cell.hidden = hide;
    });
  }
}

function fillMenu(menu: HTMLElement, table: HTMLTableElement, register: string): void {
  const hidden = hiddenColumns(register);
  const items = heads(table)
    .filter((head) => head.dataset.col)
    .map((head) => menuItem(head, hidden, () => keep(table, register, hidden)));
  menu.replaceChildren(...items, resetItem(menu, table, register));
}

function menuItem(head: HTMLTableCellElement, hidden: Set<string>, changed: () => void): HTMLElement {
  const label = document.createElement("label");
  label.className = "dropdown-item an-column";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.className = "form-check-input m-0 me-2";
  const column = head.dataset.col ?? "";
  box.checked = !hidden.has(column);
  box.addEventListener("change", () => {
    if (box.checked) hidden.delete(column);
    else hidden.add(column);
    changed();
  });
  label.append(box, head.dataset.colName ?? head.textContent?.trim() ?? column);
  return label;
}

function keep(table: HTMLTableElement, register: string, hidden: ReadonlySet<string>): void {
  localStorage.setItem(key(register), JSON.stringify([...hidden]));
  applyColumns(table, hidden);
}

function resetItem(menu: HTMLElement, table: HTMLTableElement, register: string): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "dropdown-item";
  button.textContent = t("console.columns_reset");
  button.addEventListener("click", () => {
    keep(table, register, new Set());
    fillMenu(menu, table, register);
  });
  return button;
}
