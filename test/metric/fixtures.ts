import { readFileSync } from "node:fs";
import path from "node:path";

/** The project's root: from test/dist/metric, three up. */
export const root = path.join(__dirname, "../../..");

/** A committed fixture of this folder; its type is the reader's promise. */
export function readFixture<T>(name: string): T {
  return JSON.parse(readFileSync(path.join(root, "test/fixtures/metric", name), "utf8"));
}
