// Reading QR codes out of pictures. The decoder is fetched when it is needed first.

/** A longer side than this shows no more of a code. */
const MOST_PIXELS = 1_600;
/** For a picture a moment's thought is fine; a camera has the next one at once. */
const PICTURE_MS = 1_500;
const FRAME_MS = 120;

/** What the code in a picture says; null if none is found. */
export async function readPicture(picture: Blob): Promise<string | null> {
  const bitmap = await createImageBitmap(picture).catch(() => null);
  if (!bitmap) return null;
  const said = await read(bitmap, bitmap.width, bitmap.height, PICTURE_MS);
  bitmap.close();
  return said;
}

/** What the code before the camera says; null if there is none now. */
export async function readFrame(video: HTMLVideoElement): Promise<string | null> {
  if (video.videoWidth === 0) return null;
  return read(video, video.videoWidth, video.videoHeight, FRAME_MS);
}

async function read(
  from: CanvasImageSource,
  wide: number,
  high: number,
  timeLimit: number,
): Promise<string | null> {
  const scale = Math.min(1, MOST_PIXELS / Math.max(wide, high, 1));
  const [width, height] = [Math.max(1, Math.round(wide * scale)), Math.max(1, Math.round(high * scale))];
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  if (!drawing) return null;
  // What is transparent counts as paper.
  drawing.fillStyle = "#fff";
  drawing.fillRect(0, 0, width, height);
  drawing.drawImage(from, 0, 0, width, height);
  const { data } = drawing.getImageData(0, 0, width, height);
  const { decodeQR } = await import("qr/decode.js");
  try {
    return decodeQR({ width, height, data }, { timeLimit });
  } catch {
    return null;
  }
}
