// SPDX-License-Identifier: Apache-2.0
import { csrfToken } from "../shared/api";
import { t } from "../shared/i18n";
import { toast } from "./toasts";

const MB = 1024 * 1024;
const size = (bytes: number): string =>
  bytes >= MB ? `${(bytes / MB).toFixed(1)} MB` : `${Math.ceil(bytes / 1024)} kB`;

/**
 * Gives each `<form data-an-drop>` with a file input a place to drop on and a progress line with numbers. With
 * `data-an-drop="upload"` the form is sent at once; otherwise the file waits for the form's own button.
 */
export function fileDrops(root: ParentNode): void {
  root.querySelectorAll<HTMLFormElement>("form[data-an-drop]").forEach((form) => {
    const input = form.querySelector<HTMLInputElement>("input[type=file]");
    if (!input || form.dataset.anAwake) return;
    form.dataset.anAwake = "1";
    dropZone(form, input);
    if (form.dataset.anDrop === "upload") input.addEventListener("change", () => void upload(form, input));
  });
}

function dropZone(form: HTMLFormElement, input: HTMLInputElement): void {
  const zone = form.querySelector<HTMLElement>("[data-an-drop-zone]") ?? form;
  const over = (on: boolean) => (event: DragEvent): void => {
    event.preventDefault();
    zone.classList.toggle("is-over", on);
  };
  zone.addEventListener("dragover", over(true));
  zone.addEventListener("dragleave", over(false));
  zone.addEventListener("drop", (event) => {
    over(false)(event);
    if (!event.dataTransfer?.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

async function upload(form: HTMLFormElement, input: HTMLInputElement): Promise<void> {
  const limit = Number(form.dataset.anMaxBytes ?? 20 * MB);
  for (const file of input.files ?? []) {
    if (file.size > limit) {
      const reason = t("console.too_large", { size: size(file.size), limit: size(limit) });
      toast(t("console.upload_failed", { name: file.name, reason }), "danger");
      continue;
    }
    await send(form, input.name || "file", file);
  }
  input.value = "";
}

function send(form: HTMLFormElement, field: string, file: File): Promise<void> {
  const line = progressLine(form);
  const body = new FormData(form);
  body.delete(field);
  body.append(field, file);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("X-CSRFToken", csrfToken());
  request.setRequestHeader("HX-Request", "true");
  request.upload.addEventListener("progress", (event) => {
    const percent = event.lengthComputable ? Math.floor((event.loaded / event.total) * 100) : 0;
    line.bar.value = percent;
    const numbers = { name: file.name, percent, done: size(event.loaded), total: size(event.total) };
    line.words.textContent = t("console.uploading", numbers);
  });
  return new Promise((resolve) => {
    request.addEventListener("loadend", () => {
      line.box.remove();
      finish(form, file, request);
      resolve();
    });
    request.send(body);
  });
}

function finish(form: HTMLFormElement, file: File, request: XMLHttpRequest): void {
  if (request.status >= 200 && request.status < 300) {
    toast(t("console.uploaded", { name: file.name }), "success");
    form.dispatchEvent(new CustomEvent("an:uploaded", { bubbles: true, detail: request.responseText }));
    return;
  }
  let reason = request.status === 0 ? t("error.offline") : t("error.status", { status: request.status });
  try {
    reason = (JSON.parse(request.responseText) as { error: { message: string } }).error.message;
  } catch {
    // keep the reason by status
  }
  toast(t("console.upload_failed", { name: file.name, reason }), "danger");
}

function progressLine(form: HTMLFormElement): { box: HTMLElement; bar: HTMLProgressElement; words: HTMLElement } {
  const box = Object.assign(document.createElement("div"), { className: "an-progress" });
  const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
  const words = document.createElement("span");
  box.setAttribute("role", "status");
  box.append(bar, words);
  form.append(box);
  return { box, bar, words };
}
