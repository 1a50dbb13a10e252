import { encode } from "uqr";

/** A QR code: its side in modules and the path of its dark ones. */
export type QrCode = { size: number; path: string };

const QUIET_ZONE = 4;

/** The code of a text; null if the text is longer than any code can hold. */
export function qrCode(text: string): QrCode | null {
  try {
    const { size, data } = encode(text, { ecc: "L", border: QUIET_ZONE });
    const path = data.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")).join(""));
    return { size, path: path.join("") };
  } catch {
    return null;
  }
}
