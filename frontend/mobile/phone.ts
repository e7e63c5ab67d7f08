// SPDX-License-Identifier: Apache-2.0
import { reactive } from "vue";
import { Api } from "../shared/api";
import { readBoot } from "../shared/boot";
import type { Reference, Session, TaskDetail, TaskList, TaskRow } from "../shared/contract";
import { settle } from "../shared/dom";
import { t } from "../shared/i18n";
import { Live, liveWords } from "../shared/live";
import { Outbox } from "./outbox";
import { cached, type OutboxItem } from "./store";

export const boot = readBoot();
export const api = new Api(boot.api);

export const phone = reactive({
  session: null as Session | null,
  signedOut: false,
  tasks: [] as TaskRow[],
  tasksAt: "",
  tasksOld: false,
  error: "",
  outbox: [] as OutboxItem[],
  live: "",
  now: Date.now(),
});

export const outbox = new Outbox(api, () => phone.session?.user.username ?? localStorage.getItem("anshu.m.user") ?? "");
outbox.onChange((items) => (phone.outbox = items));

const PACKED = 20;

/** Keeps what the field will need before the signal goes: the kinds to report and the tasks in full. */
async function packForTheField(): Promise<void> {
  await cached<Reference[]>("kinds", () => api.get<Reference[]>("/task-kinds")).catch(() => null);
  for (const { id } of phone.tasksOld ? [] : phone.tasks.slice(0, PACKED)) {
    await cached<TaskDetail>(`task/${id}`, () => api.get<TaskDetail>(`/tasks/${id}`)).catch(() => null);
  }
}

export async function loadTasks(): Promise<void> {
  try {
    const answer = await cached<TaskList>("tasks", () => api.get<TaskList>("/tasks?mine=1"));
    Object.assign(phone, { tasks: answer.value.rows, tasksAt: answer.at, tasksOld: answer.old, error: "" });
  } catch (error) {
    phone.error = (error as Error).message;
  }
}

/** Starts the phone page: who am I, what must I do, what still waits to be sent. */
export async function startPhone(): Promise<void> {
  try {
    const { value } = await cached<Session>("session", () => api.get<Session>("/session"));
    phone.session = value;
    localStorage.setItem("anshu.m.user", value.user.username);
  } catch (error) {
    phone.signedOut = (error as { status?: number }).status === 401;
    phone.error = (error as Error).message;
  }
  await Promise.all([loadTasks(), outbox.flush()]);
  void packForTheField();
  addEventListener("online", () => void outbox.flush().then(loadTasks));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) void outbox.flush().then(loadTasks);
  });
  setInterval(() => {
    phone.now = Date.now();
    if (phone.outbox.some((item) => item.state !== "refused")) void outbox.flush();
  }, 15_000);
  listen();
}

function listen(): void {
  const url = boot.streamUrl ?? phone.session?.stream_url;
  if (!url) return;
  const live = new Live(url);
  const reload = settle(() => void loadTasks(), 300);
  live.on("task.*", reload);
  live.onStatus((status) => (phone.live = status.state === "live" ? "" : liveWords(status)));
  live.start();
  // A phone in a pocket need not hold a line open.
  document.addEventListener("visibilitychange", () => (document.hidden ? live.stop() : live.start()));
}

export const waitingWords = (): string => {
  const waiting = phone.outbox.filter((item) => item.state !== "refused").length;
  return waiting ? t("m.waiting", { n: waiting }) : "";
};
export const refusedCount = (): number => phone.outbox.filter((item) => item.state === "refused").length;
