import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { AlcapError } from "../../errors";
import { canonical, tellDamaged } from "../../files/fingerprint";
import { readBytes } from "../../files/read";
import { writeWhole } from "../../files/whole-file";
import { readSafetensors, type Safetensors, writeSafetensors } from "./safetensors";
import type { NamedTensor } from "./tensor";

/** The entry of a file's metadata that names all else in the file. */
const DIGEST = "sha256";

type Tensors = Readonly<Record<string, NamedTensor>>;
type Metadata = Readonly<Record<string, string>>;

function digestOf(tensors: Tensors, metadata: Metadata): string {
  const sorted = Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1));
  const hash = createHash("sha256").update(canonical([metadata, sorted.map(([name, { dtype, shape }]) => [name, dtype, shape])]));
  for (const [, { data }] of sorted) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest("hex");
}

/** Writes tensors that are to be read here again, whole or not at all, with a digest of everything. */
export const writeKept = (file: string, tensors: Tensors, metadata: Metadata = {}): void =>
  writeWhole(file, writeSafetensors(tensors, { ...metadata, [DIGEST]: digestOf(tensors, metadata) }));

/**
 * Reads what `writeKept` wrote. Files without a digest, as those of others, are read too.
 *
 * @throws AlcapError `weights` where the file is damaged, were it by one bit
 */
export function readKept(file: string): Safetensors {
  const { tensors, metadata } = readSafetensors(readBytes(file, { code: "weights" }), file);
  const { [DIGEST]: digest, ...rest } = metadata;
  if (digest === undefined || digest === digestOf(tensors, rest)) return { tensors, metadata: rest };
  throw new AlcapError("weights", `${file} is damaged: it does not hold what was written.`, "Delete it; it can be made again.");
}

/** As `readKept`, of a file that can be made again: undefined where it is not there, and where it is damaged, which is told. */
export function findKept(file: string): Safetensors | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return readKept(file);
  } catch (error) {
    if (!(error instanceof AlcapError)) throw error;
    tellDamaged(file);
    return undefined;
  }
}
