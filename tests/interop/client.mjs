// Starts a peer and talks to it: one JSON request a line, one reply a line, in order.

import { spawn } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = resolve(HERE, "../..");
const TARGET = process.env.CARGO_TARGET_DIR ? resolve(ROOT, process.env.CARGO_TARGET_DIR) : join(ROOT, "target");

export const b64 = (x) => Buffer.from(x).toString("base64");
export const un64 = (s) => Buffer.from(s, "base64");
export const txt = (s) => un64(s).toString("utf8");

/** Our own example, by the environment or where cargo puts it. */
export const OURS = process.env.BCM_PEER ?? join(TARGET, "debug/examples/peer");

/** What starts a peer of each kind. */
const PROGRAMS = {
  theirs: [process.execPath, [join(HERE, "peer.mjs")]],
  ours: [OURS, []],
};

/** A peer in a process of its own. Requests may be sent before earlier ones are answered. */
export function startPeer(kind = "theirs") {
  const child = spawn(...PROGRAMS[kind], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting = [];
  let gone = null;
  const ended = (why) => {
    gone ??= why;
    for (const { reject, cmd } of waiting.splice(0)) reject(new Error(`${kind}: ${gone} before it answered ${cmd}`));
  };
  child.on("error", (error) => ended(`${error.message} (ours is built by: cargo build -p ratchet --example peer)`));
  child.on("close", (code, signal) => ended(`the peer ended (${signal ?? code})`));
  child.stdin.on("error", () => {});
  readline.createInterface({ input: child.stdout }).on("line", (line) => {
    const reply = JSON.parse(line);
    const { id, settle, reject } = waiting.shift();
    if (reply.id === id) settle(reply);
    else reject(new Error(`${kind}: request ${id} was answered by ${line}`));
  });
  let count = 0;
  /** Sends a line as it is; its reply must have this id. */
  const send = (line, id, cmd = line) =>
    new Promise((settle, reject) => {
      if (gone !== null) return reject(new Error(`${kind}: ${gone}`));
      waiting.push({ id, cmd, settle, reject });
      return child.stdin.write(`${line}\n`);
    });
  const raw = (cmd, args = {}) => {
    const id = ++count;
    return send(JSON.stringify({ ...args, id, cmd }), id, cmd);
  };
  const call = async (cmd, args) => {
    const reply = await raw(cmd, args);
    if (!reply.ok) throw new Error(`${kind}: ${cmd}: ${reply.error.code ?? reply.error.name}: ${reply.error.message}`);
    return reply;
  };
  return { kind, send, raw, call, stop: () => child.stdin.end() };
}
