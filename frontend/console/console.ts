// SPDX-License-Identifier: Apache-2.0
import "@tabler/core/dist/css/tabler.min.css";
import "../shared/tokens.css";
import "./console.css";
import { Collapse, Dropdown, Modal, Offcanvas, Tab } from "bootstrap";
import { paintAges, tickAges } from "../shared/ages";
import { Api } from "../shared/api";
import { readBoot } from "../shared/boot";
import { followSystemTheme, toggleTheme } from "../shared/theme";
import { columnChoosers } from "./columns";
import { textFiles } from "./decoder";
import { fileDrops } from "./drop";
import { startHtmx } from "./htmx";
import { liveBadges } from "./live-badges";
import { places } from "./place";
import { askReasons } from "./reasons";
import { search } from "./search";
import { rowSelection } from "./selection";
import { shortcuts } from "./shortcuts";
import { showServerToasts } from "./toasts";

// Named, so that the bundler keeps them: their data attributes (data-bs-toggle) work by being loaded.
export const widgets = { Collapse, Dropdown, Modal, Offcanvas, Tab };

const boot = readBoot();
const api = new Api(boot.api);

startHtmx();
followSystemTheme();
tickAges();
askReasons();
search(api);
shortcuts();
showServerToasts();
if (boot.streamUrl) liveBadges(api, boot.streamUrl);

/** Wakes the behaviours of markup that has just come in: the page itself, or what htmx swapped. */
function wake(root: ParentNode): void {
  rowSelection(root);
  columnChoosers(root);
  fileDrops(root);
  paintAges(root);
  places(root, api);
  textFiles(root);
}
wake(document);
document.addEventListener("htmx:load", (event) => {
  if (event.target instanceof HTMLElement) wake(event.target);
});

document.addEventListener("click", (event) => {
  const target = event.target as HTMLElement;
  if (target.closest("[data-an-theme-toggle]")) toggleTheme();
  if (target.closest("[data-an-print]")) print();
});
