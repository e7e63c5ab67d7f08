// SPDX-License-Identifier: Apache-2.0
import "../shared/tokens.css";
import "vant/es/style/base.css";
import { createApp } from "vue";
import { readBoot } from "../shared/boot";
import { asLanguage, setLanguage } from "../shared/i18n";
import { followSystemTheme } from "../shared/theme";
import App from "./App.vue";
import "./mobile.css";

readBoot();
const chosen = localStorage.getItem("anshu.m.language");
if (chosen) setLanguage(asLanguage(chosen));
followSystemTheme();
document.documentElement.classList.toggle("is-elder", localStorage.getItem("anshu.m.elder") === "1");
createApp(App).mount("#app");

if ("serviceWorker" in navigator && import.meta.env.PROD) {
  addEventListener("load", () => void navigator.serviceWorker.register("/m/sw.js", { scope: "/m/" }));
}
