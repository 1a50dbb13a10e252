// The whole X display as anybody in front of it would see it, by the X protocol itself: what a
// window says of itself would hide that it is not shown.

import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { within } from "./waiting.mjs";

const GET_IMAGE = 73;
const WHOLE_POINTS = 2;
const COOKIE = "MIT-MAGIC-COOKIE-1";

/** The display that this process runs on: its size, and three bytes for each of its points. */
export async function screen() {
  const number = /:(\d+)/.exec(process.env.DISPLAY ?? "")?.[1];
  if (number === undefined) throw new Error("there is no display: run it under xvfb-run");
  const socket = connect(`/tmp/.X11-unix/X${number}`);
  try {
    const take = reader(socket);
    socket.write(greeting(cookie(number)));
    const { root, width, height } = await shown(take);
    socket.write(wish(root, width, height));
    const head = await take(32);
    if (head[0] !== 1) throw new Error(`the display refuses its picture: error ${head[1]}`);
    return { width, height, points: withoutPadding(await take(head.readUInt32LE(4) * 4), width * height) };
  } finally {
    socket.destroy();
  }
}

/** Takes so many bytes from a socket, as they come. */
function reader(socket) {
  let kept = Buffer.alloc(0);
  const chunks = socket[Symbol.asyncIterator]();
  return async (count) => {
    while (kept.length < count) {
      const { value, done } = await within("an answer of the display", chunks.next());
      if (done) throw new Error("the display has closed the connection");
      kept = Buffer.concat([kept, value]);
    }
    const taken = kept.subarray(0, count);
    kept = kept.subarray(count);
    return taken;
  };
}

/** The secret of this display in the file that xauth keeps. */
function cookie(number) {
  const file = readFileSync(process.env.XAUTHORITY);
  for (let at = 2; at < file.length; at += 2) {
    const fields = [];
    for (let field = 0; field < 4; field++) {
      const length = file.readUInt16BE(at);
      fields.push(file.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    const [, display, name, secret] = fields;
    if (String(display) === number && String(name) === COOKIE) return secret;
  }
  throw new Error("there is no key to the display");
}

function greeting(secret) {
  const head = Buffer.alloc(12);
  head.write("l");
  head.writeUInt16LE(11, 2);
  head.writeUInt16LE(COOKIE.length, 6);
  head.writeUInt16LE(secret.length, 8);
  return Buffer.concat([head, padded(Buffer.from(COOKIE)), padded(secret)]);
}

/** The first screen of the display. */
async function shown(take) {
  const head = await take(8);
  const rest = await take(head.readUInt16LE(6) * 4);
  if (head[0] !== 1) throw new Error("the display lets nobody in");
  const first = 32 + whole(rest.readUInt16LE(16)) + rest[21] * 8;
  const [width, height] = [rest.readUInt16LE(first + 20), rest.readUInt16LE(first + 22)];
  return { root: rest.readUInt32LE(first), width, height };
}

function wish(root, width, height) {
  const request = Buffer.alloc(20);
  request.set([GET_IMAGE, WHOLE_POINTS]);
  request.writeUInt16LE(5, 2);
  request.writeUInt32LE(root, 4);
  request.writeUInt16LE(width, 12);
  request.writeUInt16LE(height, 14);
  request.writeUInt32LE(0xffffffff, 16);
  return request;
}

/** Four bytes a point, blue first, become three, red first. */
function withoutPadding(raw, count) {
  const points = Buffer.alloc(count * 3);
  for (let at = 0; at < count; at++) points.set([raw[at * 4 + 2], raw[at * 4 + 1], raw[at * 4]], at * 3);
  return points;
}

function whole(length) {
  return Math.ceil(length / 4) * 4;
}

function padded(bytes) {
  return Buffer.concat([bytes, Buffer.alloc(whole(bytes.length) - bytes.length)]);
}
