// The programs of the workspace, each a process of its own that ends with the test at the latest.

import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { within } from "./waiting.mjs";

/** The top folder of the source tree. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** Where everything that is built lies. */
export const TARGET = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target");

/** Loads what is fetched for the page and its checks. */
export const fetched = createRequire(join(ROOT, "ui/package.json"));

/** What of the caller's environment could change a program. */
const FOREIGN = ["BCM_PROFILE", "BCM_PASSPHRASE", "BCM_LOG", "BCM_DATA", "LC_ALL", "XDG_DATA_HOME"];
/** No keychain of the caller is touched, and the system's language is always the same. */
const OWN = { DBUS_SESSION_BUS_ADDRESS: "disabled:", NO_AT_BRIDGE: "1", LANG: "C.UTF-8", LANGUAGE: "en" };

const running = new Set();

/** Where a program of the workspace lies. */
export function binary(name) {
  const path = join(TARGET, "debug", name);
  if (!existsSync(path)) throw new Error(`${path} is missing: run \`cargo build --workspace\` first`);
  return path;
}

/** A running process. */
export class Program {
  stderr = "";

  /** Starts it; `more` is added to its environment. */
  constructor(path, args, more = {}) {
    this.name = path.split("/").at(-1);
    const env = { ...process.env, ...OWN, ...more };
    for (const name of FOREIGN) if (!(name in more)) delete env[name];
    this.child = spawn(path, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    running.add(this);
    this.child.stderr.on("data", (text) => (this.stderr += text));
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.ended = new Promise((resolve) => {
      const end = (how) => {
        running.delete(this);
        resolve(how);
      };
      this.child.once("error", (error) => end({ code: null, why: error.message }));
      this.child.once("close", (code, signal) => end({ code, why: `exit ${code ?? signal}` }));
    });
  }

  get pid() {
    return this.child.pid;
  }

  /** The next line of standard output. */
  async line() {
    const { value, done } = await within(`a line of ${this.name}`, this.lines.next());
    if (done) throw new Error(`${this.name} ended (${(await this.ended).why}): ${this.stderr}`);
    return value;
  }

  /** All that it printed, once it has ended by itself; an error if it failed. */
  async output() {
    let text = "";
    const all = (async () => {
      for await (const line of { [Symbol.asyncIterator]: () => this.lines }) text += `${line}\n`;
    })();
    await within(`the end of ${this.name}`, all);
    const { code, why } = await this.ended;
    if (code !== 0) throw new Error(`${this.name} ${this.child.spawnargs.slice(1).join(" ")}: ${why}: ${this.stderr}`);
    return text;
  }

  /** Asks it to stop, as Ctrl-C does; it must do so in order. */
  async stop() {
    this.child.kill("SIGTERM");
    const { code, why } = await within(`the end of ${this.name}`, this.ended);
    if (code !== 0) throw new Error(`${this.name} did not stop in order: ${why}: ${this.stderr}`);
  }

  /** Kills it as a power cut would, with what it has started itself. */
  async kill() {
    for (const { pid } of children(this.pid)) process.kill(pid, "SIGKILL");
    this.child.kill("SIGKILL");
    await within(`the end of ${this.name}`, this.ended);
  }
}

/** The running processes that this one has started: number and program. */
export function children(parent) {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return processes.map((pid) => processOf(pid)).filter((found) => found?.parent === parent && found.state !== "Z");
}

/** A process by its number, if there is one. */
function processOf(pid) {
  try {
    const [, name, state, parent] = /\((.*)\) (\S) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8"));
    return { pid: Number(pid), name, state, parent: Number(parent) };
  } catch {
    // It has ended meanwhile.
    return null;
  }
}

/** Kills whatever still runs, and tells what it had to say. */
export async function endAll() {
  const left = [...running];
  await Promise.all(left.map((program) => program.kill()));
  return left.map(({ name, pid, stderr }) => `--- ${name} (${pid})\n${stderr.slice(-4000)}`).join("\n");
}
