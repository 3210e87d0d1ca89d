import { existsSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../../errors";
import { readJsonFile } from "../../files/json";
import { quoted } from "../../files/quoted";
import { isFolder, readBytes } from "../../files/read";
import { isZip } from "../../files/zip";
import { isSafetensors, readSafetensors } from "./safetensors";
import { type NamedTensors, noTensors } from "./tensor";
import { isLegacyTorch, readTorch } from "./torch";

export interface Weights {
  readonly tensors: NamedTensors;
  /** A safetensors file's metadata, otherwise empty. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The files that were read. */
  readonly files: readonly string[];
}

/** Names of weights in a model's folder, in order of preference. */
const FOLDER_FILES = ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"];

/**
 * Loads weights from a safetensors or torch file, told apart by content, or from a HuggingFace folder, sharded or not.
 *
 * @throws AlcapError `weights` when nothing is there, a file is damaged, or shards and their index disagree
 */
export async function loadWeights(source: string): Promise<Weights> {
  if (!existsSync(source)) throw missing(source, "There are no weights at");
  if (!isFolder(source)) return source.endsWith(".index.json") ? loadShards(source) : loadFile(source);
  const found = FOLDER_FILES.map((file) => path.join(source, file)).find((file) => existsSync(file));
  if (!found) throw new AlcapError("weights", `${source} holds no weights.`, `Put one of ${FOLDER_FILES.join(", ")} there.`);
  return loadWeights(found);
}

async function loadFile(file: string): Promise<Weights> {
  const bytes = readBytes(file, { code: "weights" });
  if (isZip(bytes) || isLegacyTorch(bytes)) return { tensors: readTorch(bytes, file), metadata: {}, files: [file] };
  if (isSafetensors(bytes)) return { ...readSafetensors(bytes, file), files: [file] };
  throw new AlcapError(
    "weights",
    `${file} is neither safetensors nor a torch file.`,
    "It may be cut short, or a pointer left by git-lfs; get the file itself.",
  );
}

async function loadShards(index: string): Promise<Weights> {
  const shards = await readIndex(index);
  const tensors = noTensors();
  const files: string[] = [];
  for (const [shard, names] of shards) {
    const file = path.join(path.dirname(index), shard);
    if (!existsSync(file)) throw missing(file, `${path.basename(index)} names a shard that is missing:`);
    const part = await loadFile(file);
    const absent = names.find((name) => !part.tensors[name]);
    if (absent !== undefined)
      throw new AlcapError(
        "weights",
        `${file} lacks the tensor "${quoted(absent)}" of its index.`,
        "Get the shards and the index of one revision.",
      );
    for (const name of names) tensors[name] = part.tensors[name]!;
    files.push(file);
  }
  return { tensors, metadata: {}, files };
}

/** Shard → names of its tensors. A shard lies beside its index: a name that leads elsewhere is refused. */
async function readIndex(index: string): Promise<Map<string, string[]>> {
  const json = readJsonFile(index, { code: "weights" });
  const map = typeof json === "object" && json !== null && "weight_map" in json ? json.weight_map : undefined;
  if (typeof map !== "object" || map === null)
    throw new AlcapError("weights", `${index} has no weight_map.`, "Get the file again.");
  const shards = new Map<string, string[]>();
  for (const [name, shard] of Object.entries(map)) {
    if (typeof shard !== "string" || !/^[\w][\w.-]*$/.test(shard) || shard.endsWith(".index.json"))
      throw new AlcapError(
        "weights",
        `${index} places "${quoted(name)}" in "${quoted(String(shard))}", which is no file beside it.`,
        "Get the file again.",
      );
    const names = shards.get(shard) ?? [];
    names.push(name);
    shards.set(shard, names);
  }
  return shards;
}

function missing(file: string, problem: string): AlcapError {
  return new AlcapError("weights", `${problem} ${file}.`, "Check the path, or download the model.");
}
