import { existsSync } from "node:fs";
import path from "node:path";

/** The reference material of the project's authors, which users do not have: tests that need it skip with this reason. */
export function sharedFile(...parts: string[]): { file: string; skip: string | false } {
  const file = path.join(__dirname, "../../../shared", ...parts);
  return { file, skip: existsSync(file) ? false : `${path.join("../shared", ...parts)} is not on this machine` };
}

/** A file of test/fixtures. */
export const fixture = (...parts: string[]) => path.join(__dirname, "../fixtures", ...parts);
