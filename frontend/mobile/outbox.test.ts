// SPDX-License-Identifier: Apache-2.0
import "fake-indexeddb/auto";
import { beforeEach, expect, test } from "vitest";
import { ApiError, type Api, type RequestOptions } from "../shared/api";
import { Outbox, type Draft } from "./outbox";
import { db } from "./store";

type Answer = () => unknown;
/** A server of our own: it remembers each key and acts on it once. */
class Server {
  offline = false;
  acted: { path: string; key: string }[] = [];
  heard: string[] = [];
  refuse: ApiError | null = null;
  loseAnswer = false;

  private hear(path: string, key: string, answer: Answer): Promise<unknown> {
    if (this.offline) return Promise.reject(new ApiError(0, "offline", "offline"));
    this.heard.push(key);
    if (this.refuse && path !== "/files") return Promise.reject(this.refuse);
    if (!this.acted.some((act) => act.key === key)) this.acted.push({ path, key });
    if (this.loseAnswer) return Promise.reject(new ApiError(0, "offline", "lost on the way back"));
    return Promise.resolve(answer());
  }
  post = (path: string, _body: unknown, options: RequestOptions) => this.hear(path, options.key ?? "", () => ({}));
  send = (_method: string, path: string, options: RequestOptions) => this.hear(path, options.key ?? "", () => ({ id: this.acted.length, url: "", thumb: "" }));
}

const draft = (title: string, photos: Blob[] = []): Draft => ({ path: "/tasks", title, body: { title }, position: null, photos });
const outboxOf = (server: Server, owner = "li"): Outbox => new Outbox(server as unknown as Api, () => owner, (work) => work());
const paths = (server: Server): string[] => server.acted.map(({ path }) => path);

beforeEach(async () => {
  await (await db()).clear("outbox");
});

test("what was done without signal survives a reload and is sent once, oldest first", async () => {
  const server = new Server();
  server.offline = true;
  await outboxOf(server).add(draft("one"));
  await outboxOf(server).add(draft("two", [new Blob(["jpeg"])]));
  server.offline = false;
  const afterReload = outboxOf(server);
  expect((await afterReload.items()).map(({ title }) => title)).toEqual(["one", "two"]);
  await afterReload.flush();
  await afterReload.flush();
  expect(paths(server)).toEqual(["/tasks", "/files", "/tasks"]);
  expect(await afterReload.items()).toEqual([]);
});

test("an answer lost on the way back is asked for again with the same key", async () => {
  const server = new Server();
  server.loseAnswer = true;
  const outbox = outboxOf(server);
  await outbox.add(draft("one"));
  server.loseAnswer = false;
  await outbox.flush();
  expect(server.heard).toHaveLength(2);
  expect(new Set(server.heard).size).toBe(1);
  expect(server.acted).toHaveLength(1);
});

test("a refusal stays with its reason, does not hold up the others, and goes only when a person says so", async () => {
  const server = new Server();
  server.refuse = new ApiError(409, "conflict", "already accepted");
  const outbox = outboxOf(server);
  const key = await outbox.add(draft("one"));
  server.refuse = null;
  await outbox.add(draft("two"));
  expect((await outbox.items()).map(({ title, state, reason }) => [title, state, reason])).toEqual([["one", "refused", "already accepted"]]);
  await outbox.discard(key);
  expect(await outbox.items()).toEqual([]);
});

test("asking again after a refusal is a new question with a new key", async () => {
  const server = new Server();
  server.refuse = new ApiError(422, "invalid", "no");
  const outbox = outboxOf(server);
  const key = await outbox.add(draft("one"));
  server.refuse = null;
  await outbox.again(key);
  expect(server.acted).toHaveLength(1);
  expect(server.acted[0]?.key).not.toBe(key);
});

test("signed out or a server in trouble is no refusal", async () => {
  for (const status of [401, 429, 500, 503]) {
    const server = new Server();
    server.refuse = new ApiError(status, "x", "x");
    const outbox = outboxOf(server, `u${status}`);
    await outbox.add(draft("one"));
    expect((await outbox.items()).map(({ state }) => state)).toEqual(["waiting"]);
  }
});

test("one person's outbox is not sent under another's name", async () => {
  const server = new Server();
  server.offline = true;
  await outboxOf(server, "li").add(draft("one"));
  server.offline = false;
  await outboxOf(server, "wang").flush();
  expect(server.acted).toEqual([]);
  expect(await outboxOf(server, "li").items()).toHaveLength(1);
});
