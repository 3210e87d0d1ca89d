import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../errors";

/** The project's folder: the nearest one above this file that holds `notebooks/`, wherever the caller stands. */
export function projectRoot(): string {
  for (let folder = __dirname; folder !== path.dirname(folder); folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, "notebooks"))) return folder;
  }
  throw new AlcapError(
    "internal",
    `No folder above ${__dirname} holds notebooks/.`,
    "Run the library from a clone of the project.",
  );
}

/** Where a preset's files live. Caches can be deleted at any time; results are what tables are made from. */
export interface Workspace {
  readonly root: string;
  readonly cache: string;
  readonly results: string;
  readonly runs: string;
}

/** Folders of a preset under the project, or under `ALCAP_HOME` where that is set; `out` takes the place of its results' folder. */
export function workspaceOf({ name }: { readonly name: string }, out?: string): Workspace {
  const root = process.env.ALCAP_HOME ?? projectRoot();
  const results = out ?? path.join(root, "results", name);
  return { root, cache: path.join(root, "data", "cache"), results, runs: path.join(results, "runs") };
}

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
