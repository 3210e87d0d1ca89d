import { createHash } from "node:crypto";
import { closeSync, readSync } from "node:fs";
import { isFile, openFile, readBytes } from "./read";

/** A short name for any plain data: the same data gives the same name, any change another one. */
export function fingerprint(data: unknown): string {
  return createHash("sha256").update(canonical(data)).digest("hex").slice(0, 12);
}

/** JSON with sorted keys. */
export function canonical(data: unknown): string {
  return JSON.stringify(data, (_, part: unknown) =>
    part && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

const DIGEST_BYTES = 32;

/** Bytes with their SHA-256 behind them, for a cache whose damage is to be seen. */
export const sealed = (bytes: Uint8Array): Uint8Array => Buffer.concat([bytes, createHash("sha256").update(bytes).digest()]);

/** The bytes that were sealed, in memory of their own; undefined where there is no such file, and where it is damaged, which is told. */
export function unsealed(file: string): Uint8Array<ArrayBuffer> | undefined {
  if (!isFile(file)) return undefined;
  const all = readBytes(file);
  const bytes = all.subarray(0, Math.max(0, all.length - DIGEST_BYTES));
  if (createHash("sha256").update(bytes).digest().equals(all.subarray(bytes.length))) return bytes;
  tellDamaged(file);
  return undefined;
}

/** Says that what a cache holds is not what was put there, and that the work is done once more. */
export const tellDamaged = (file: string): void => console.warn(`alcap: ${file} is damaged and is made again.`);

/** SHA-256 of a file, in hexadecimal; a chunk of it is in memory at a time. Throws `AlcapError` as `openFile`. */
export function sha256Of(file: string): string {
  const hash = createHash("sha256");
  const chunk = Buffer.allocUnsafe(1 << 16);
  const { handle } = openFile(file, { most: Number.MAX_SAFE_INTEGER });
  try {
    for (let size = readSync(handle, chunk); size > 0; size = readSync(handle, chunk)) hash.update(chunk.subarray(0, size));
  } finally {
    closeSync(handle);
  }
  return hash.digest("hex");
}

/** A pure function of plain data that works its value out once for each input: names of models are asked for by every run of a grid. */
export function memoised<Input, Output>(make: (input: Input) => Output): (input: Input) => Output {
  const known = new Map<string, { readonly output: Output }>();
  return (input) => {
    const key = canonical(input);
    const found = known.get(key) ?? { output: make(input) };
    known.set(key, found);
    return found.output;
  };
}
