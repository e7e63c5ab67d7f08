// SPDX-License-Identifier: Apache-2.0
import type { LiveEvent } from "./contract";
import { SseParser } from "./sse";
import { t } from "./i18n";
import { duration } from "./time";

export type LiveState = "connecting" | "live" | "lost" | "signed_out";
export interface LiveStatus { state: LiveState; since: number }
type Listener = (event: LiveEvent) => void;
type StatusListener = (status: LiveStatus) => void;

const PING_S = 15;
const SILENCE_MS = PING_S * 2500; // two missed pings and a little: the line is dead
const BACKOFF_MS = [500, 1000, 2000, 5000, 10_000, 20_000];

/** Gives how long to wait before try number `attempt`, spread so that a thousand pages do not knock at once. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  const base = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length - 1)] ?? 20_000;
  return base * (0.75 + random() * 0.5);
}

/** The live stream: resumes after the last event seen and always knows whether it is live. */
export class Live {
  private listeners = new Map<string, Set<Listener>>();
  private statusListeners = new Set<StatusListener>();
  private lastId: string | null = null;
  private attempt = 0;
  private abort: AbortController | null = null;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private again: ReturnType<typeof setTimeout> | undefined;
  private stopped = true;
  status: LiveStatus = { state: "connecting", since: Date.now() };

  constructor(private readonly url: string) {}

  /** Hears events of a kind, of a family (`alarm.*`) or all (`*`); gives the way to stop. */
  on(kind: string, listener: Listener): () => void {
    const set = this.listeners.get(kind) ?? new Set();
    this.listeners.set(kind, set.add(listener));
    return () => set.delete(listener);
  }

  onStatus(listener: StatusListener): () => void {
    this.statusListeners.add(listener);
    listener(this.status);
    return () => this.statusListeners.delete(listener);
  }

  start(): this {
    if (!this.stopped) return this;
    this.stopped = false;
    addEventListener("online", this.hurry);
    addEventListener("pagehide", this.stop);
    addEventListener("pageshow", this.resume);
    void this.connect();
    return this;
  }

  stop = (): void => {
    this.stopped = true;
    clearTimeout(this.again);
    clearTimeout(this.silence);
    this.abort?.abort();
  };

  private resume = (event: PageTransitionEvent): void => {
    if (!event.persisted || !this.stopped) return;
    this.stopped = false;
    void this.connect();
  };

  private hurry = (): void => {
    if (this.stopped || this.status.state === "live") return;
    clearTimeout(this.again);
    this.attempt = 0;
    this.abort?.abort();
    void this.connect();
  };

  private address(): string {
    const url = new URL(this.url, location.href);
    // A header would cost a preflight at the stream's own port; the server takes either.
    if (this.lastId) url.searchParams.set("last_event_id", this.lastId);
    return url.href;
  }

  private async connect(): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    try {
      this.watch(abort);
      const response = await fetch(this.address(), {
        credentials: "include",
        headers: { Accept: "text/event-stream" },
        cache: "no-store",
        signal: abort.signal,
      });
      if (response.status === 401 || response.status === 403) return this.signedOut();
      if (!response.ok || !response.body) throw new Error(`stream ${response.status}`);
      this.attempt = 0;
      this.say("live");
      await this.read(response.body, abort);
    } catch {
      // Every failure has one answer: say that the line is lost, and try again.
    }
    if (this.abort === abort) this.retry();
  }

  private async read(body: ReadableStream<Uint8Array>, abort: AbortController): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const parser = new SseParser();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.watch(abort);
      for (const message of parser.feed(decoder.decode(value, { stream: true }))) {
        if (message.id !== null) this.lastId = message.id;
        this.tell(message.event, message.data);
      }
    }
  }

  private watch(abort: AbortController): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => abort.abort(), SILENCE_MS);
  }

  private retry(): void {
    if (this.stopped) return;
    clearTimeout(this.silence);
    this.say("lost");
    this.again = setTimeout(() => void this.connect(), backoffMs(this.attempt++));
  }

  private signedOut(): void {
    clearTimeout(this.silence);
    this.say("signed_out");
  }

  private say(state: LiveState): void {
    if (this.status.state === state) return;
    this.status = { state, since: Date.now() };
    for (const listener of this.statusListeners) listener(this.status);
  }

  private tell(kind: string, data: string): void {
    let event: LiveEvent;
    try {
      event = JSON.parse(data) as LiveEvent;
    } catch {
      return; // not ours: the next one may be
    }
    event.kind ??= kind;
    const family = `${kind.split(".")[0]}.*`;
    for (const key of [kind, family, "*"]) this.listeners.get(key)?.forEach((listener) => listener(event));
  }
}

/** Says the state in words: "实时", or "已断开 12 秒". */
export function liveWords(status: LiveStatus, now: number = Date.now()): string {
  if (status.state === "live") return t("live.on");
  if (status.state === "connecting") return t("live.connecting");
  if (status.state === "signed_out") return t("live.signed_out");
  return t("live.lost", { span: duration((now - status.since) / 1000) });
}

/** Keeps an element saying the state of the stream; `data-state` carries it for the style. */
export function showLiveState(live: Live, element: HTMLElement): void {
  const paint = (): void => {
    element.dataset.state = live.status.state;
    const words = liveWords(live.status);
    if (element.textContent !== words) element.textContent = words;
  };
  live.onStatus(paint);
  setInterval(paint, 1000);
}

/** Tells whether a list like `alarm.*, task.changed` names a kind. */
export function wants(list: string, kind: string): boolean {
  return list
    .split(",")
    .map((name) => name.trim())
    .some((name) => name === kind || (name.endsWith(".*") && kind.startsWith(name.slice(0, -1))));
}
