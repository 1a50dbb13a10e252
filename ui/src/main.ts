import { mount } from "svelte";
import "./app.css";
import { browser, SocketTransport } from "./lib/socket";
import { isTauri, TauriTransport } from "./lib/tauri";
import { followLinks, takeToken } from "./lib/token";
import { use } from "./lib/transport";
import App from "./views/App.svelte";

use(isTauri() ? new TauriTransport() : new SocketTransport(takeToken(window), browser(window)));
followLinks(window);

const target = document.getElementById("app");
if (target) mount(App, { target });
