import { existsSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../../errors";
import type { NamedEncoder } from "./encoder";
import { type LsaOptions, lsaEncoder } from "./lsa";

/** What a folder must hold to be used: the tokenizer, the configuration and the network in ONNX. */
const neededFiles = ["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model.onnx"];

/** Sentences encoded at a time, which bounds memory. */
const batchSize = 32;

/**
 * Sentence-BERT (Reimers and Gurevych, 2019) from a folder on disk, run by transformers.js: mean of the last states over the tokens of a
 * sentence, scaled to length 1. Nothing is downloaded.
 *
 * @param folder a sentence-transformers model in transformers.js's layout, such as a clone of `Xenova/all-MiniLM-L6-v2`
 * @throws AlcapError `weights` when files are missing or the model does not load
 */
export async function sentenceBert(folder: string): Promise<NamedEncoder> {
  const place = path.resolve(folder);
  const missing = neededFiles.filter((file) => !existsSync(path.join(place, file)));
  if (missing.length > 0) {
    throw new AlcapError(
      "weights",
      `The Sentence-BERT folder ${place} lacks ${missing.join(", ")}.`,
      "Put a sentence-transformers model in transformers.js's layout there, or use the LSA encoder, which needs no download.",
    );
  }
  const { pipeline } = await import("@huggingface/transformers");
  const extract = await pipeline("feature-extraction", place, { local_files_only: true, dtype: "fp32" }).catch(
    (cause: unknown) => {
      throw new AlcapError(
        "weights",
        `The Sentence-BERT model in ${place} does not load: ${cause instanceof Error ? cause.message : cause}.`,
        "Check that its files are whole and made for transformers.js.",
        { cause },
      );
    },
  );
  return {
    name: `Sentence-BERT ${path.basename(place)}`,
    async encode(sentences) {
      const vectors: Float32Array[] = [];
      for (let start = 0; start < sentences.length; start += batchSize) {
        const states = await extract(sentences.slice(start, start + batchSize), { pooling: "mean", normalize: true });
        for (const row of states.tolist() as number[][]) vectors.push(Float32Array.from(row));
      }
      return vectors;
    },
  };
}

/**
 * The encoder that retrieval uses: Sentence-BERT where its folder exists, else LSA fitted on the training captions. Its `name` goes into the table.
 *
 * @param folder where a Sentence-BERT model may lie
 * @param captions the training captions
 */
export async function availableEncoder(folder: string, captions: readonly string[], options: LsaOptions): Promise<NamedEncoder> {
  return existsSync(folder) ? sentenceBert(folder) : lsaEncoder(captions, options);
}
