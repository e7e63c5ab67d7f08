// SPDX-License-Identifier: Apache-2.0
import htmx from "htmx.org";
import { csrfToken } from "../shared/api";
import { t } from "../shared/i18n";
import { toast } from "./toasts";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}

interface RequestDetail {
  headers: Record<string, string>;
  verb: string;
  path: string;
}

/** Sets HTMX up for a strict content security policy and for our errors; leaves it on `window.htmx`. */
export function startHtmx(): void {
  window.htmx = htmx;
  htmx.config.allowEval = false;
  htmx.config.includeIndicatorStyles = false;
  htmx.config.selfRequestsOnly = true;
  htmx.config.historyCacheSize = 0; // rows on screen are nobody else's: nothing of them stays in local storage
  document.addEventListener("htmx:configRequest", (event) => {
    const detail = (event as CustomEvent<RequestDetail>).detail;
    if (detail.verb !== "get") detail.headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:sendError", () => toast(t("error.offline"), "danger"));
  document.addEventListener("htmx:responseError", (event) => {
    const xhr = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail.xhr;
    toast(messageOf(xhr), "danger");
  });
}

function messageOf(xhr: XMLHttpRequest): string {
  if (xhr.status === 401) return t("error.signed_out");
  try {
    const body = JSON.parse(xhr.responseText) as { error?: { message?: string } };
    if (body.error?.message) return body.error.message;
  } catch {
    // an HTML answer carries no message for us
  }
  return xhr.status >= 500 ? t("error.server") : t("console.load_failed");
}
