// SPDX-License-Identifier: Apache-2.0
import { t } from "../shared/i18n";

interface Question {
  title: string;
  body: string;
  verb: string;
  danger: boolean;
  optional: boolean;
}

function question(element: HTMLElement): Question {
  const data = element.dataset;
  return {
    title: data.anReason || element.textContent?.trim() || t("console.confirm"),
    body: data.anReasonBody ?? "",
    verb: data.anVerb ?? element.textContent?.trim() ?? t("console.confirm"),
    danger: data.anDanger !== undefined,
    optional: data.anReasonOptional !== undefined,
  };
}

/**
 * Makes danger ask for a reason instead of "are you sure": on a submit button or an htmx element with
 * `data-an-reason="TITLE"`. The reason goes along as the field `reason`.
 */
export function askReasons(): void {
  document.addEventListener("click", onClick, true);
  document.addEventListener("htmx:confirm", onHtmx);
}

function onClick(event: MouseEvent): void {
  const button = (event.target as HTMLElement).closest<HTMLButtonElement>("button[data-an-reason]");
  const form = button?.form;
  if (!button || !form || button.hasAttribute("hx-post") || form.hasAttribute("hx-post")) return;
  event.preventDefault();
  event.stopPropagation();
  void ask(question(button)).then((reason) => {
    if (reason === null) return;
    reasonField(form).value = reason;
    form.requestSubmit(submitterFor(form, button));
  });
}

/** Gives a twin of the button that no longer asks, so that its name, value and formaction still count. */
function submitterFor(form: HTMLFormElement, button: HTMLButtonElement): HTMLButtonElement {
  const twin = button.cloneNode(true) as HTMLButtonElement;
  delete twin.dataset.anReason;
  twin.hidden = true;
  twin.setAttribute("form", form.id || (form.id = `an-form-${Date.now()}`));
  document.body.append(twin);
  setTimeout(() => twin.remove());
  return twin;
}

interface ConfirmDetail {
  elt: HTMLElement;
  issueRequest: (skip: boolean) => void;
}

function onHtmx(event: Event): void {
  const detail = (event as CustomEvent<ConfirmDetail>).detail;
  const asking = detail.elt.closest<HTMLElement>("[data-an-reason]");
  if (!asking) return;
  event.preventDefault();
  void ask(question(asking)).then((reason) => {
    if (reason === null) return;
    const withReason = (configure: Event): void => {
      (configure as CustomEvent<{ parameters: Record<string, string> }>).detail.parameters.reason = reason;
    };
    detail.elt.addEventListener("htmx:configRequest", withReason, { once: true });
    detail.issueRequest(true);
  });
}

function reasonField(form: HTMLFormElement): HTMLInputElement {
  const found = form.querySelector<HTMLInputElement>("input[name=reason]");
  if (found) return found;
  const made = Object.assign(document.createElement("input"), { type: "hidden", name: "reason" });
  form.append(made);
  return made;
}

/** Shows the dialog and gives the reason, or null when the person thought better of it. */
export function ask(q: Question): Promise<string | null> {
  const dialog = document.createElement("dialog");
  dialog.className = "an-dialog";
  const form = document.createElement("form");
  form.method = "dialog";
  const title = Object.assign(document.createElement("h2"), { className: "an-dialog-title", textContent: q.title });
  title.id = "an-dialog-title";
  dialog.setAttribute("aria-labelledby", title.id);
  const { label, text } = reasonInput(q);
  form.append(title);
  if (q.body) form.append(Object.assign(document.createElement("p"), { textContent: q.body }));
  form.append(label, buttons(dialog, q));
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  text.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? text.value.trim() : null);
    });
  });
}

function reasonInput(q: Question): { label: HTMLElement; text: HTMLTextAreaElement } {
  const label = document.createElement("label");
  label.className = "an-dialog-field";
  const text = document.createElement("textarea");
  Object.assign(text, { className: "form-control", rows: 3, required: !q.optional, maxLength: 500 });
  text.addEventListener("invalid", () => text.setCustomValidity(text.value ? "" : t("console.reason_missing")));
  text.addEventListener("input", () => text.setCustomValidity(text.value.trim() || q.optional ? "" : t("console.reason_missing")));
  const help = Object.assign(document.createElement("small"), { textContent: t("console.reason_help") });
  label.append(t("console.reason"), text, help);
  return { label, text };
}

function buttons(dialog: HTMLDialogElement, q: Question): HTMLElement {
  const row = Object.assign(document.createElement("div"), { className: "an-dialog-buttons" });
  const no = Object.assign(document.createElement("button"), { type: "button", textContent: t("common.cancel") });
  no.className = "btn";
  no.addEventListener("click", () => dialog.close("no"));
  const yes = Object.assign(document.createElement("button"), { type: "submit", value: "yes", textContent: q.verb });
  yes.className = q.danger ? "btn btn-an-danger" : "btn btn-primary";
  row.append(no, yes);
  return row;
}
