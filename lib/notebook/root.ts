import { existsSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../errors";

/**
 * The project's folder: the nearest one above this file that holds `notebooks/`, wherever the caller stands.
 *
 * @throws AlcapError `internal` when there is none
 */
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
