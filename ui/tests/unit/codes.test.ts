import { decodeQR } from "qr/decode.js";
import { encode } from "uqr";
import { describe, expect, it } from "vitest";
import { Parts, parts } from "../../src/shared/parts";
import { qrCode } from "../../src/shared/qr";

const sealed = Array.from({ length: 6_000 }, (_, at) => ((at * 7) % 16).toString(16)).join("").toUpperCase();

/** Everything that is read, in this order; the text if it was whole at the end. */
function read(codes: readonly string[], by = new Parts()): string | null {
  return codes.reduce<string | null>((_, code) => by.take(code), null);
}

describe("a text in codes", () => {
  it("is one code if it fits", () => {
    expect(parts("bcm:F123?amount=5")).toEqual(["bcm:F123?amount=5"]);
    expect(read(["bcm:F123?amount=5"])).toBe("bcm:F123?amount=5");
  });

  it("comes together from a series in any order, each as often as it likes", () => {
    const series = parts(sealed);
    expect(series.length).toBe(9);
    expect(read([...series].reverse())).toBe(sealed);
    expect(read(series.flatMap((code) => [code, code]).slice(0, -1))).toBe(sealed);
  });

  it("is not there while a code is missing, and says how many were read", () => {
    const some = new Parts();
    expect(read(parts(sealed).slice(1), some)).toBeNull();
    expect([some.read, some.count]).toEqual([8, 9]);
  });

  it("keeps two series apart", () => {
    const other = parts(sealed.replace("0", "F"));
    const mixed = new Parts();
    expect(read(parts(sealed).slice(0, 8), mixed)).toBeNull();
    expect(read(other.slice(8), mixed)).toBeNull();
    expect(mixed.read).toBe(1);
  });

  it("never comes out of changed codes", () => {
    const series = parts(sealed);
    const changed = series.map((code, at) => (at === 3 ? code.replace(/.$/, (last) => (last === "0" ? "1" : "0")) : code));
    const by = new Parts();
    expect(read(changed, by)).toBeNull();
    expect(by.read).toBe(0);
    expect(read(["BCMQ:00000000:9:8:AB"], by)).toBeNull();
    expect(read(["BCMQ:00000000:0:0:AB"], by)).toBeNull();
  });

  it("is refused if nobody would hold a camera at so many", () => {
    expect(parts("x".repeat(42_001))).toEqual([]);
  });
});

describe("our codes", () => {
  it("are read by a decoder of somebody else", () => {
    for (const text of [...parts(sealed), "bcmr:3d9L5Dp".padEnd(700, "x"), "审计"]) {
      expect(decodeQR(raster(text))).toBe(text);
      expect(qrCode(text)).not.toBeNull();
    }
  });
});

/** As a screen shows it: four points to a module. */
function raster(text: string) {
  const { size, data } = encode(text, { ecc: "L", border: 4 });
  const side = size * 4;
  const points = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let at = 0; at < side * side; at++) {
    const dark = data[Math.floor(at / side / 4)]?.[Math.floor((at % side) / 4)];
    if (dark) points.fill(0, at * 4, at * 4 + 3);
  }
  return { width: side, height: side, data: points };
}
