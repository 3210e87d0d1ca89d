import { createHash } from "node:crypto";
import { closeSync, readSync } from "node:fs";
import { openFile } from "./read";

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
