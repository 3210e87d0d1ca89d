import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { AlcapError } from "../../errors";
import { isFile, readText } from "../../files/read";

/** A public model and the files of it that are used. */
export interface ModelSource {
  /** HuggingFace repository. */
  readonly repository: string;
  /** The commit that is fetched, whatever `main` is by then. */
  readonly commit: string;
  /** Paths in the repository, and in the model's folder. */
  readonly files: readonly string[];
  /** SHA-256 of files, where they are known here without asking the server. */
  readonly sha256: Readonly<Record<string, string>>;
}

export type ModelName = "bart-base" | "sentence-bert";

/** Models that can be fetched by name. */
export const MODELS: Readonly<Record<ModelName, ModelSource>> = {
  /** The paper's text model (section 6.1). */
  "bart-base": {
    repository: "facebook/bart-base",
    commit: "aadd2ab0ae0c8268c7c9693540e9904811f36177",
    files: ["config.json", "vocab.json", "merges.txt", "model.safetensors"],
    sha256: {},
  },
  /** Embeds sentences for the retrieval measure (section 6.4), in transformers.js's layout. */
  "sentence-bert": {
    repository: "Xenova/all-MiniLM-L6-v2",
    commit: "751bff37182d3f1213fa05d7196b954e230abad9",
    files: ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"],
    sha256: {
      "config.json": "7135149f7cffa1a573466c6e4d8423ed73b62fd2332c575bf738a0d033f70df7",
      "tokenizer.json": "da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0",
      "tokenizer_config.json": "9261e7d79b44c8195c1cada2b453e55b00aeb81e907a6664974b4d7776172ab3",
      "onnx/model.onnx": "759c3cd2b7fe7e93933ad23c4c9181b7396442a2ed746ec7c1d46192c469c46e",
    },
  },
};

/** Narrows a name given by a user. Throws `AlcapError` "usage" with the names there are. */
export function modelName(name: string): ModelName {
  if (Object.hasOwn(MODELS, name)) return name as ModelName;
  throw new AlcapError("usage", `There is no model "${name}" to fetch.`, `Choose one of ${Object.keys(MODELS).join(", ")}.`);
}

/**
 * The folder of a model that is already on this machine: in the project's own models, or in the HuggingFace cache
 * (`HF_HUB_CACHE`, `HF_HOME/hub` or `~/.cache/huggingface/hub`).
 *
 * @param models the project's folder of models, `data/models`
 * @returns undefined when a file of it is missing in both
 */
export function findModel(name: ModelName, models: string): string | undefined {
  const { repository, files } = MODELS[name];
  const folders = [path.join(models, name), snapshot(repository)];
  return folders.find((folder) => folder !== undefined && files.every((file) => existsSync(path.join(folder, file))));
}

/** As `findModel`, but a model that is not there is an `AlcapError` "weights" which says how to get it. */
export function requireModel(name: ModelName, models: string): string {
  const folder = findModel(name, models);
  if (folder !== undefined) return folder;
  const problem = `The model ${name} is neither in ${path.join(models, name)} nor in the HuggingFace cache.`;
  throw new AlcapError(
    "weights",
    problem,
    `Run \`npx alcap fetch ${name}\`, or put ${MODELS[name].files.join(", ")} of ${MODELS[name].repository} there.`,
  );
}

/** The snapshot that the cache's `main` points at. */
function snapshot(repository: string): string | undefined {
  const { HF_HUB_CACHE, HF_HOME } = process.env;
  const hub = HF_HUB_CACHE ?? path.join(HF_HOME ?? path.join(homedir(), ".cache/huggingface"), "hub");
  const folder = path.join(hub, `models--${repository.replaceAll("/", "--")}`);
  const ref = path.join(folder, "refs/main");
  if (!isFile(ref)) return undefined;
  const commit = readText(ref).trim();
  return /^[0-9a-f]{40}$/.test(commit) ? path.join(folder, "snapshots", commit) : undefined;
}
