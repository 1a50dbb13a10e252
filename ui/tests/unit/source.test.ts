// Rules of the source that no compiler keeps: who imports whom, and no words in markup.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, type AST } from "svelte/compiler";
import { describe, expect, it } from "vitest";

const SRC = fileURLToPath(new URL("../../src", import.meta.url));
const SHOWN = new Set(["aria-label", "aria-description", "title", "placeholder", "alt", "label"]);
const MOST_LINES = { ".svelte": 150, ".ts": 300 };

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => /\.(svelte|ts)$/.test(file));
const read = (file: string) => readFileSync(join(SRC, file), "utf8");

type Import = { to: string; typeOnly: boolean };

/** What a file of ours imports of ours. */
function imports(file: string): Import[] {
  const found = read(file).matchAll(/^\s*(?:import|export)\s+(type\s)?[^;]*?from\s+"(\.[^"]+)"/gm);
  return [...found].map(([, typeOnly, path]) => ({
    to: posix.normalize(posix.join(dirname(file), path ?? "")),
    typeOnly: typeOnly !== undefined,
  }));
}

/** Why this import is not allowed; null if it is. */
function fault(file: string, { to, typeOnly }: Import): string | null {
  const [room, feature] = file.split("/");
  const [otherRoom, otherFeature] = to.split("/");
  if (otherRoom === "bindings" && file.endsWith(".svelte") && !typeOnly) return "a component imports bindings";
  if (otherRoom === "bindings" && !typeOnly && room !== "features") return "only controllers call the core";
  if (room === "lib" && !["lib", "bindings"].includes(otherRoom ?? "")) return "lib imports what stands above it";
  if (room === "shared" && ["features", "views"].includes(otherRoom ?? "")) return "shared imports a feature";
  if (room === "features" && otherRoom === "views") return "a feature imports a view";
  if (room === "features" && otherRoom === "features" && feature !== otherFeature) return "a feature imports another";
  return null;
}

/** Literal words in a component's markup. */
function words(source: string): string[] {
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== "object" || node === null) return;
    const one = node as AST.SvelteNode;
    if (one.type === "Attribute") {
      if (SHOWN.has(one.name)) texts(one.value).forEach((text) => found.push(text));
      return;
    }
    if (one.type === "Text" && /\p{L}/u.test(one.data)) found.push(one.data.trim());
    Object.values(one).forEach(visit);
  };
  const texts = (value: AST.Attribute["value"]): string[] =>
    Array.isArray(value)
      ? value.flatMap((part) => (part.type === "Text" && /\p{L}/u.test(part.data) ? [part.data] : []))
      : [];
  visit(parse(source, { modern: true }).fragment);
  return found;
}

describe("the source", () => {
  it("imports downwards only", () => {
    const faults = files.flatMap((file) =>
      imports(file).flatMap((one) => {
        const why = fault(file, one);
        return why ? [`${file} -> ${one.to}: ${why}`] : [];
      }),
    );
    expect(faults).toEqual([]);
  });

  it("names the ways to the core in their own files only", () => {
    const transports = ["lib/tauri.ts", "lib/socket.ts"];
    const naming = files.filter((file) => /@tauri-apps|new WebSocket\b/.test(read(file)));
    expect(naming.sort()).toEqual(transports.sort());
  });

  it("has no words in markup", () => {
    const faults = files
      .filter((file) => file.endsWith(".svelte"))
      .flatMap((file) => words(read(file)).map((text) => `${file}: ${text}`));
    expect(faults).toEqual([]);
  });

  it("would find words in markup", () => {
    expect(words('<p title="x {y}">{name} says <b>no</b></p><input aria-label={label} />')).toEqual(["x ", "says", "no"]);
  });

  it("holds nothing that the page's policy forbids", () => {
    const forbidden = /\bstyle="|\{@html|\binnerHTML\b|\beval\(|https?:\/\//;
    const faults = files.filter((file) => file !== "bindings/index.ts" && forbidden.test(read(file)));
    expect(faults).toEqual([]);
  });

  it("keeps files short", () => {
    const long = files.filter((file) => {
      const most = file.endsWith(".svelte") ? MOST_LINES[".svelte"] : MOST_LINES[".ts"];
      return file !== "bindings/index.ts" && read(file).split("\n").length > most;
    });
    expect(long.map((file) => relative(".", file))).toEqual([]);
  });
});
