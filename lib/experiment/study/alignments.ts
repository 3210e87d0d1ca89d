import { existsSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { AlcapError } from "../../errors";
import { readJsonFile } from "../../files/json";
import { writeWhole } from "../../files/whole-file";
import type { HeldOutAlignment } from "../run/scoring/alignment";

const nats = z.number();
const count = z.int().positive();
const schema = z.strictObject({
  about: z.string(),
  runs: z.record(z.string(), z.strictObject({ mean: nats, error: nats.nullable(), batches: count, batch: count, lnN: nats })),
});

const ABOUT =
  "Held-out InfoNCE of recorded runs in nats, by run id: mean over whole batches of test rows and its standard error. Written by `alcap runs alignment`.";

/** Held-out InfoNCE by run id. */
export type Alignments = Readonly<Record<string, HeldOutAlignment>>;

const fileOf = (results: string) => path.join(results, "alignment.json");

/**
 * What is known of held-out InfoNCE in a folder of results; nothing where it was not computed.
 *
 * @throws AlcapError `record` when the file is not as it is written here
 */
export function readAlignments(results: string): Alignments {
  const file = fileOf(results);
  if (!existsSync(file)) return {};
  const { success, data } = schema.safeParse(readJsonFile(file, { code: "record" }));
  if (!success)
    throw new AlcapError(
      "record",
      `${file} is not as \`alcap runs alignment\` writes it.`,
      "Restore it by git, or delete it and run the command again.",
    );
  const entries = Object.entries(data.runs as Record<string, HeldOutAlignment & { readonly error: number | null }>);
  return Object.fromEntries(entries.map(([id, one]) => [id, { ...one, error: one.error ?? Number.NaN }]));
}

/** Writes what was computed beside what the file holds already, in order of id; gives the file. */
export function writeAlignments(results: string, found: Alignments): string {
  const file = fileOf(results);
  const all = Object.entries({ ...readAlignments(results), ...found }).sort(([a], [b]) => (a < b ? -1 : 1));
  const runs = Object.fromEntries(
    all.map(([id, { mean, error, batches, batch, lnN }]) => [id, { mean, error, batches, batch, lnN }]),
  );
  writeWhole(file, `${JSON.stringify({ about: ABOUT, runs }, null, 1)}\n`);
  return file;
}
