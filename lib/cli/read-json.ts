import { existsSync, readFileSync } from "node:fs";
import { AlcapError } from "../errors";

/** Reads a JSON file that a user named. Throws `AlcapError` "input" when it is missing or no JSON. */
export function readJson(file: string): unknown {
  if (!existsSync(file)) throw new AlcapError("input", `The fixture ${file} does not exist.`, "Check the path.");
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new AlcapError("input", `The fixture ${file} is not JSON.`, "Check the file.", { cause });
  }
}
