// A scripted core for looking at the views: serves the built pages under the policy that is in
// force, and answers JSON-RPC over the WebSocket from a world that a scene can change.

import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { WebSocketServer } from "ws";
import { answers } from "./asks.mjs";
import * as people from "./people.mjs";
import { answers as reviews } from "./reviews.mjs";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const TOKEN = "a-token-of-the-test";

/** A fresh world: what each command answers, an object for a result and `{ code }` of a failure. */
export function world(changes = {}) {
  return { ...structuredClone({ ...people }), fails: {}, called: [], ...structuredClone(changes) };
}

/** The built pages by their address, read once: they may be built anew meanwhile. */
export function pages(dist) {
  const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map(({ parentPath, name }) => {
      const file = join(parentPath, name);
      const path = file.slice(dist.length).replaceAll("\\", "/").replace(/^\/?/, "/").replace(/^\/index\.html$/, "/");
      return [path, { body: readFileSync(file), type: TYPES[extname(name)] ?? "text/plain" }];
    }),
  );
}

/** Serves the pages and the core; `current()` gives the world in force. */
export async function serve(site, current) {
  const sockets = new Set();
  const server = createServer((request, response) => page(site, request, response, policy(server)));
  const wss = new WebSocketServer({ server, path: "/ws", handleProtocols: (asked) => (asked.has(`token.${TOKEN}`) ? "bcm" : false) });
  wss.on("connection", (socket) => {
    if (socket.protocol !== "bcm" || current().gone) return socket.close();
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("message", (text) => answer(socket, JSON.parse(String(text)), current()));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    url: `${origin}/#token=${TOKEN}`,
    tell: (topic) => sockets.forEach((socket) => socket.send(JSON.stringify({ jsonrpc: "2.0", method: "event", params: { topic, id: null } }))),
    drop: () => sockets.forEach((socket) => socket.terminate()),
    close: () => (sockets.forEach((socket) => socket.terminate()), server.close()),
  };
}

function policy(server) {
  const own = `127.0.0.1:${server.address().port}`;
  return (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
    `connect-src 'self' ws://${own}; base-uri 'none'; form-action 'none'`
  );
}

function page(site, request, response, csp) {
  const found = site.get(new URL(request.url, "http://local").pathname);
  if (!found) return response.writeHead(404).end();
  return response.writeHead(200, { "content-type": found.type, "content-security-policy": csp }).end(found.body);
}

function answer(socket, { id, method, params }, now) {
  now.called.push({ method, params });
  const failure = now.fails[method];
  const body = failure
    ? { error: { code: -32000, message: failure, data: { code: failure, message: failure } } }
    : { result: RESULTS[method]?.(now, params) ?? null };
  socket.send(JSON.stringify({ jsonrpc: "2.0", id, ...body }));
}

const RESULTS = {
  status: (now) => now.status,
  profile_open: (now) => now.status,
  account_words: (now) => ({ words: now.WORDS }),
  invite: (now) => ({ invite: now.invite }),
  contact_add: (now) => ({ contact: now.chats[1].contact }),
  contact_safety: (now) => now.safety,
  contact_mark: (now, { compared }) => ({ contact: { ...now.chats[1].contact, verified: compared } }),
  contact_compare: (now, { payload }) => ({ match: payload === now.THEIRS }),
  chat_list: (now) => ({ chats: now.chats }),
  chat_messages: (now, { contact, last }) => ({
    contact: now.chats.find((chat) => chat.contact.id === contact)?.contact.name ?? "",
    messages: (now.conversations[contact] ?? []).slice(-last),
    synced: true,
  }),
  chat_send: (now, { contact, text }) => {
    const sent = { id: String(now.called.length).padStart(32, "9"), from: "me", time: new Date().toISOString(), text, state: "queued", payment: null, envelope: null, request: null, showing: null };
    now.conversations[contact].push(sent);
    return { message: { id: sent.id, contact, time: sent.time, state: sent.state } };
  },
  envelope_claim: (now, { id }) => {
    const message = Object.values(now.conversations).flat().find((one) => one.envelope?.id === id);
    message.envelope = { ...message.envelope, share: "got", got: "9.998304", state: "done", left: "0", claimed: [{ who: "me", amount: "9.998304" }] };
    return { envelope: message.envelope, got: "9.998304" };
  },
  ...answers,
  ...reviews,
  pay_quote: (now, { public: seen }) => (seen ? now.quote : now.privateQuote),
  transfer_list: (now, { contact }) => ({ transfers: now.transfers.filter((one) => !contact || one.contact === contact) }),
  transfer_cancel: (now, { id }) => {
    const transfer = now.transfers.find((one) => one.id === id);
    Object.assign(transfer, { state: "cancelled", step: null, since: null });
    return { transfer };
  },
  pool_show: (now) => now.pool,
  top_up_later: (now) => now.pool,
  private_address: (now) => ({ address: now.privateQuote.address, until: "2026-12-01" }),
  balance: (now) => now.balance,
  move_outlook: (now) => now.moves,
  rotation_show: (now) => now.rotation,
  rotation_quote: (now) => now.commitment,
  rotation_commit: () => ({ tx: "8".repeat(64), fee: "0.00098", state: "submitted", round: null, already: false }),
  migrate: (now) => now.moves.migrate,
  send_all_to_falcon: (now) => now.moves.sweep,
  history: (now) => ({ entries: now.history, synced: true }),
  light: (now) => now.light,
  explorer: (now) => now.explorer,
  doctor: (now) => now.diagnosis,
};
