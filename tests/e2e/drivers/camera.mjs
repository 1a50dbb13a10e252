// What Chromium's camera sees: a QR code held before it, as a film of raw pictures (YUV4MPEG2).

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetched } from "../world/programs.mjs";

const [WIDTH, HEIGHT] = [640, 480];
/** Brightness of paper and ink, and the colour that is none. */
const [PAPER, INK, GREY] = [235, 16, 128];

/** The arguments with which the browser takes this folder's film for its camera. */
export function camera(folder) {
  return ["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${film(folder)}`];
}

/** Holds the code of this text before the camera that is turned on next. */
export function hold(text, folder) {
  const { data, size } = fetched("uqr").encode(text, { border: 4 });
  const side = Math.floor(HEIGHT / size);
  const [left, top] = [(WIDTH - size * side) >> 1, (HEIGHT - size * side) >> 1];
  const points = Buffer.alloc((WIDTH * HEIGHT * 3) / 2, GREY).fill(PAPER, 0, WIDTH * HEIGHT);
  for (let y = 0; y < size * side; y++) {
    for (let x = 0; x < size; x++) {
      const at = (top + y) * WIDTH + left + x * side;
      if (data[Math.floor(y / side)][x]) points.fill(INK, at, at + side);
    }
  }
  const picture = Buffer.concat([Buffer.from("FRAME\n"), points]);
  writeFileSync(film(folder), Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 C420\n`), picture, picture]));
}

function film(folder) {
  return join(folder, "camera.y4m");
}
