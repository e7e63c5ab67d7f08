// SPDX-License-Identifier: Apache-2.0
import type { TaskRow } from "../shared/contract";
import { dateOnly } from "../shared/time";

/** Orders what a person must do: late first, then due today, then new. */
export function byUrgency(rows: readonly TaskRow[], now: Date): { late: TaskRow[]; today: TaskRow[]; rest: TaskRow[] } {
  const due = (row: TaskRow): number => (row.due_at ? Date.parse(row.due_at) : Number.POSITIVE_INFINITY);
  const sorted = [...rows].sort((a, b) => due(a) - due(b));
  const isLate = (row: TaskRow): boolean => row.late || due(row) < now.getTime();
  const isToday = (row: TaskRow): boolean => row.due_at !== null && dateOnly(row.due_at) === dateOnly(now);
  return {
    late: sorted.filter(isLate),
    today: sorted.filter((row) => !isLate(row) && isToday(row)),
    rest: sorted.filter((row) => !isLate(row) && !isToday(row)),
  };
}
