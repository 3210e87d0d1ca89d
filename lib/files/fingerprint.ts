import { createHash } from "node:crypto";

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
