// SPDX-License-Identifier: Apache-2.0
import { t } from "./i18n";

/** What went wrong, in words a person can act on. `status` 0 means that the network did not answer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = "ApiError";
  }

  get offline(): boolean {
    return this.status === 0;
  }
  /** The server understood and said no: sending the same again will not help. */
  get refused(): boolean {
    return this.status >= 400 && this.status < 500 && ![401, 408, 425, 429].includes(this.status);
  }
  /** The message with what each field said. */
  get words(): string {
    const details = Object.values(this.fields).join("；");
    return details ? `${this.message}（${details}）` : this.message;
  }
}

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
export interface RequestOptions {
  body?: unknown;
  form?: FormData;
  key?: string;
  signal?: AbortSignal;
  timeoutMs?: number;
}

export function csrfToken(): string {
  return decodeURIComponent(/(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "");
}

export class Api {
  constructor(readonly base: string = "/api/v1") {}

  get<T>(path: string, options: RequestOptions = {}): Promise<T> {
    return this.send<T>("GET", path, options);
  }
  post<T>(path: string, body: unknown = {}, options: RequestOptions = {}): Promise<T> {
    return this.send<T>("POST", path, { ...options, body });
  }

  /** Sends one request; raises `ApiError` for everything that is not a 2xx answer. */
  async send<T>(method: Method, path: string, options: RequestOptions = {}): Promise<T> {
    const url = path.startsWith("/api/") || path.startsWith("http") ? path : this.base + path;
    const response = await this.fetch(url, this.request(method, options));
    if (!response.ok) throw await readError(response);
    if (response.status === 204) return undefined as T;
    return (await response.json()) as T;
  }

  private request(method: Method, options: RequestOptions): RequestInit {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
    if (options.key) headers["Idempotency-Key"] = options.key;
    if (!options.form && options.body !== undefined) headers["Content-Type"] = "application/json";
    const timeout = AbortSignal.timeout(options.timeoutMs ?? 20_000);
    return {
      method,
      headers,
      credentials: "same-origin",
      body: options.form ?? (options.body === undefined ? undefined : JSON.stringify(options.body)),
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    };
  }

  private async fetch(url: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, init);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new ApiError(0, "offline", t("error.offline"));
    }
  }
}

async function readError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const error = (body as { error?: { code?: string; message?: string; fields?: Record<string, string> } } | null)?.error;
  const fallback = response.status >= 500 ? t("error.server") : t("error.status", { status: response.status });
  return new ApiError(
    response.status,
    error?.code ?? `http_${response.status}`,
    error?.message ?? (response.status === 401 ? t("error.signed_out") : fallback),
    error?.fields ?? {},
  );
}
