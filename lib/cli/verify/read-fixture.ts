import { readFileSync } from "node:fs";
import { AlcapError } from "../../errors";

/** A fixture's JSON. Throws `AlcapError` "input" where it is none. */
export function readFixture<T>(file: string): T {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new AlcapError("input", `The fixture ${file} is not JSON.`, "Check the file.", { cause });
  }
}
