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

/**
 * Where models, caches and results go: the project's folder, or the one that `ALCAP_HOME` names.
 *
 * @throws AlcapError `usage` when `ALCAP_HOME` is set to nothing, which would mean the current folder
 */
export function projectHome(): string {
  const home = process.env.ALCAP_HOME;
  if (home === undefined) return projectRoot();
  if (home.trim() !== "") return home;
  throw new AlcapError("usage", "ALCAP_HOME is set to nothing.", "Give it a folder, or unset it.");
}

/** Where downloaded and trained models lie. */
export const modelsFolder = (home = projectHome()) => path.join(home, "data", "models");

/** Where a preset's files live. Caches can be deleted at any time; results are what tables are made from. */
export interface Workspace {
  readonly root: string;
  readonly cache: string;
  readonly results: string;
  readonly runs: string;
}

/** Folders of a preset under the project's home; `out` takes the place of its results' folder. */
export function workspaceOf({ name }: { readonly name: string }, out?: string): Workspace {
  const root = projectHome();
  const results = out ?? path.join(root, "results", name);
  return { root, cache: path.join(root, "data", "cache"), results, runs: path.join(results, "runs") };
}
