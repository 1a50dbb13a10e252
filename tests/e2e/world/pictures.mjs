// PNG, as far as pictures of a screen need it: eight bits a channel, three or four channels.

import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
/** PNG's kinds of colour, with the bytes of one point. */
const POINT = { 2: 3, 6: 4 };
const RGB = 2;

/** How many different colours a picture has; a blank one has few. */
export function colours(png) {
  const { points, size } = decode(png);
  const seen = new Set();
  for (let at = 0; at < points.length; at += size) seen.add(points.readUIntBE(at, 3));
  return seen.size;
}

/** A picture of these points, three bytes each, row after row. */
export function encode(points, width, height) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, RGB], 8);
  const rows = Buffer.alloc(height * (width * 3 + 1));
  for (let y = 0; y < height; y++) points.copy(rows, y * (width * 3 + 1) + 1, y * width * 3, (y + 1) * width * 3);
  const chunks = [chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([SIGNATURE, ...chunks]);
}

function chunk(kind, content) {
  const body = Buffer.concat([Buffer.from(kind), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

function decode(png) {
  const packed = [];
  let head;
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const kind = png.toString("latin1", at + 4, at + 8);
    const content = png.subarray(at + 8, at + 8 + length);
    if (kind === "IHDR") head = content;
    if (kind === "IDAT") packed.push(content);
    at += length + 12;
  }
  const size = POINT[head[9]];
  if (head[8] !== 8 || !size || head[12] !== 0) throw new Error("a kind of PNG that no browser makes");
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)];
  return { points: unfiltered(inflateSync(Buffer.concat(packed)), width * size, height, size), size };
}

/** Each row begins with the number of its filter: what was subtracted from each byte. */
function unfiltered(rows, length, height, size) {
  const points = Buffer.alloc(length * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (length + 1)];
    for (let x = 0; x < length; x++) {
      const at = y * length + x;
      const left = x < size ? 0 : points[at - size];
      const above = y === 0 ? 0 : points[at - length];
      const corner = x < size || y === 0 ? 0 : points[at - length - size];
      points[at] = rows[at + y + 1] + expected(filter, left, above, corner);
    }
  }
  return points;
}

function expected(filter, left, above, corner) {
  if (filter < 4) return [0, left, above, (left + above) >> 1][filter];
  const guess = left + above - corner;
  const [a, b, c] = [left, above, corner].map((value) => Math.abs(guess - value));
  if (a <= b && a <= c) return left;
  return b <= c ? above : corner;
}
