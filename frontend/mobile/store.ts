// SPDX-License-Identifier: Apache-2.0
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Position } from "../shared/contract";

export type OutboxState = "waiting" | "sending" | "refused";
export interface OutboxPhoto { key: string; blob: Blob; fileId: string | number | null }
/** One thing a person did that the server must hear of exactly once. */
export interface OutboxItem {
  key: string;
  owner: string;
  path: string;
  title: string;
  body: Record<string, unknown>;
  position: Position | null;
  photos: OutboxPhoto[];
  state: OutboxState;
  reason: string | null;
  made_at: string;
}
interface Cached { key: string; at: string; value: unknown }
interface PhoneDb extends DBSchema {
  outbox: { key: string; value: OutboxItem };
  cache: { key: string; value: Cached };
}

let opened: Promise<IDBPDatabase<PhoneDb>> | null = null;
export function db(): Promise<IDBPDatabase<PhoneDb>> {
  opened ??= openDB<PhoneDb>("anshu", 1, {
    upgrade(database) {
      database.createObjectStore("outbox", { keyPath: "key" });
      database.createObjectStore("cache", { keyPath: "key" });
    },
  });
  return opened;
}

/** Asks the network; without it gives what was last seen, with its age. */
export async function cached<T>(key: string, ask: () => Promise<T>): Promise<{ value: T; at: string; old: boolean }> {
  try {
    const value = await ask();
    const at = new Date().toISOString();
    await (await db()).put("cache", { key, at, value: JSON.parse(JSON.stringify(value)) as unknown });
    return { value, at, old: false };
  } catch (error) {
    const offline = (error as { offline?: boolean; status?: number }).offline || ((error as { status?: number }).status ?? 0) >= 500;
    const found = offline ? await (await db()).get("cache", key) : undefined;
    if (!found) throw error;
    return { value: found.value as T, at: found.at, old: true };
  }
}

export async function forget(): Promise<void> {
  await (await db()).clear("cache");
}
