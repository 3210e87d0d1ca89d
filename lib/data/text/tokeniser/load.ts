import { existsSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../../../errors";
import { readJsonFile } from "../../../files/json";
import { quoted } from "../../../files/quoted";
import { isFolder, readText } from "../../../files/read";
import { byteLevelBpe, type TokeniserFile } from "./file";
import { isTokeniser, notOne, openTokeniser, type Tokeniser } from "./open";

/** Bytes of a file of a tokeniser; the largest in use have 20 MB. */
const LARGEST = 1 << 25;

/**
 * Loads a tokeniser through the code that transformers.js's `PreTrainedTokenizer` wraps (`@huggingface/tokenizers`: the same ids, loaded
 * in milliseconds).
 *
 * @param source a `tokenizer.json` (its path or its content), or a folder with one, or a folder with `vocab.json` and `merges.txt`
 * @throws AlcapError `data` when the files are missing or are not a tokeniser
 */
export function loadTokeniser(source: string | TokeniserFile): Tokeniser {
  const name = typeof source === "string" ? source : "The tokeniser";
  const file = typeof source === "string" ? readTokeniser(source) : source;
  return openTokeniser(file, name);
}

function readTokeniser(source: string): TokeniserFile {
  if (!existsSync(source))
    throw new AlcapError("data", `There is no tokeniser at ${source}.`, "Give a tokenizer.json or the folder that holds one.");
  if (!isFolder(source)) return asTokeniser(readJson(source), source);
  const whole = path.join(source, "tokenizer.json");
  if (existsSync(whole)) return asTokeniser(readJson(whole), whole);
  const vocab = path.join(source, "vocab.json");
  const merges = path.join(source, "merges.txt");
  for (const part of [vocab, merges])
    if (!existsSync(part))
      throw new AlcapError(
        "data",
        `${source} holds neither tokenizer.json nor ${path.basename(part)}.`,
        "Put tokenizer.json, or vocab.json and merges.txt, there.",
      );
  return byteLevelBpe(readVocab(vocab), readMerges(merges));
}

const readJson = (file: string) => readJsonFile(file, { code: "data", most: LARGEST });

function asTokeniser(json: unknown, file: string): TokeniserFile {
  if (isTokeniser(json)) return json;
  throw notOne(file);
}

function readVocab(file: string): Record<string, number> {
  const json = readJson(file);
  const ids: Record<string, number> = Object.create(null);
  for (const [token, id] of Object.entries(typeof json === "object" && json !== null ? json : {})) {
    if (!Number.isInteger(id) || id < 0)
      throw new AlcapError("data", `${file} gives the token "${quoted(token)}" no id.`, "Get the file again.");
    ids[token] = id;
  }
  return ids;
}

function readMerges(file: string): string[] {
  const lines = readText(file, { code: "data", most: LARGEST }).split(/\r?\n/);
  const pairs = lines.filter((line, i) => line !== "" && !(i === 0 && line.startsWith("#version")));
  const broken = pairs.find((line) => line.split(" ").length !== 2);
  if (broken !== undefined)
    throw new AlcapError("data", `${file} has the line "${quoted(broken)}", which is no pair.`, "Get the file again.");
  return pairs;
}
