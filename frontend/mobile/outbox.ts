// SPDX-License-Identifier: Apache-2.0
import { ApiError, type Api } from "../shared/api";
import type { Position, Upload } from "../shared/contract";
import { db, type OutboxItem } from "./store";

export interface Draft {
  path: string;
  title: string;
  body: Record<string, unknown>;
  position: Position | null;
  photos: Blob[];
}
type Listener = (items: OutboxItem[]) => void;
type Exclusive = (work: () => Promise<void>) => Promise<void>;

const uuid = (): string =>
  crypto.randomUUID?.() ??
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (Number(c) ^ (crypto.getRandomValues(new Uint8Array(1))[0]! & (15 >> (Number(c) / 4)))).toString(16));

/** Lets one tab at a time send, where the browser can tell. */
const oneTab: Exclusive = async (work) => {
  if (typeof navigator === "undefined" || !navigator.locks) return work();
  await navigator.locks.request("anshu-outbox", { ifAvailable: true }, async (lock) => (lock ? work() : undefined));
};

/**
 * What was done without signal. Each item keeps one idempotency key for life, so that however often it is sent the
 * server acts once; a refusal stays, with its reason, until the person decides. Nothing is ever dropped.
 */
export class Outbox {
  private listeners = new Set<Listener>();
  private sending = false;

  constructor(
    private readonly api: Api,
    private readonly owner: () => string,
    private readonly exclusive: Exclusive = oneTab,
  ) {}

  onChange(listener: Listener): void {
    this.listeners.add(listener);
  }

  async items(): Promise<OutboxItem[]> {
    const all = await (await db()).getAll("outbox");
    return all.filter(({ owner }) => owner === this.owner()).sort((a, b) => a.made_at.localeCompare(b.made_at));
  }

  /** Keeps a draft safely before anything is sent, then tries. Gives the item's key. */
  async add(draft: Draft): Promise<string> {
    const item: OutboxItem = {
      key: uuid(),
      owner: this.owner(),
      path: draft.path,
      title: draft.title,
      body: JSON.parse(JSON.stringify(draft.body)) as Record<string, unknown>,
      position: draft.position ? { ...draft.position } : null,
      photos: draft.photos.map((blob) => ({ key: uuid(), blob, fileId: null })),
      state: "waiting",
      reason: null,
      made_at: new Date().toISOString(),
    };
    await (await db()).put("outbox", item);
    await this.tell();
    await this.flush();
    return item.key;
  }

  /** Sends what waits, oldest first; stops at the first sign that the network is away. */
  async flush(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      await this.exclusive(async () => {
        for (const item of await this.items()) {
          if (item.state === "refused") continue;
          if (!(await this.send(item))) break;
        }
      });
    } finally {
      this.sending = false;
      await this.tell();
    }
  }

  /** Asks a refused question anew, if wanted without the position that was at fault. */
  async again(key: string, { position = true } = {}): Promise<void> {
    const change = (await db()).transaction("outbox", "readwrite");
    const item = await change.store.get(key);
    if (item) {
      // The server has answered this key with a refusal; asking anew is a new question.
      await change.store.delete(key);
      await change.store.put({ ...item, key: uuid(), position: position ? item.position : null, state: "waiting", reason: null });
    }
    await change.done;
    await this.flush();
  }

  /** Lets go of a refused item: only a person may. */
  async discard(key: string): Promise<void> {
    await (await db()).delete("outbox", key);
    await this.tell();
  }

  private async send(item: OutboxItem): Promise<boolean> {
    try {
      const photos = await this.upload(item);
      await this.api.post(item.path, { ...item.body, position: item.position, photos }, { key: item.key });
      await (await db()).delete("outbox", item.key);
      return true;
    } catch (error) {
      return this.failed(item, error);
    }
  }

  private async upload(item: OutboxItem): Promise<(string | number)[]> {
    for (const photo of item.photos) {
      if (photo.fileId !== null) continue;
      const form = new FormData();
      form.append("file", photo.blob, `${photo.key}.jpg`);
      const { id } = await this.api.send<Upload>("POST", "/files", { form, key: photo.key, timeoutMs: 120_000 });
      photo.fileId = id;
      await (await db()).put("outbox", item);
    }
    return item.photos.map(({ fileId }) => fileId as string | number);
  }

  private async failed(item: OutboxItem, error: unknown): Promise<boolean> {
    if (!(error instanceof ApiError) || !error.refused) return false;
    await (await db()).put("outbox", { ...item, state: "refused", reason: error.words });
    return true;
  }

  private async tell(): Promise<void> {
    const items = await this.items();
    this.listeners.forEach((listener) => listener(items));
  }
}
