import { existsSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../../../errors";
import { hasWords, splitSentences } from "../../text/sentences";

/** Turns texts into English, each into one. */
export interface Translator {
  /** Named in the corpus' options. */
  readonly name: string;
  readonly translate: (texts: readonly string[]) => Promise<readonly string[]>;
}

/** For texts that are English already. */
export const identityTranslator: Translator = { name: "identity", translate: async (texts) => texts };

/** What a folder must hold: a sequence-to-sequence model in transformers.js's layout. */
const NEEDED = [
  "config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "onnx/encoder_model.onnx",
  "onnx/decoder_model_merged.onnx",
];

/**
 * A translation model from a folder on disk, such as a clone of `Xenova/opus-mt-zh-en`, run by transformers.js; the paper used Google
 * Translate. Nothing is downloaded. Reviews are translated sentence by sentence, so that none is cut at the model's longest input.
 *
 * @throws AlcapError `weights` when files are missing or the model does not load
 */
export async function localTranslator(folder: string): Promise<Translator> {
  const place = path.resolve(folder);
  const missing = NEEDED.filter((file) => !existsSync(path.join(place, file)));
  if (missing.length > 0)
    throw new AlcapError(
      "weights",
      `The translation model ${place} lacks ${missing.join(", ")}.`,
      "Put a translation model in transformers.js's layout there, e.g. a clone of Xenova/opus-mt-zh-en.",
    );
  const { pipeline } = await import("@huggingface/transformers");
  const model = await pipeline("translation", place, { local_files_only: true, dtype: "fp32" }).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const advice = "Check that its files are whole and made for transformers.js.";
    throw new AlcapError("weights", `The translation model in ${place} does not load: ${reason}.`, advice, { cause });
  });
  const translateOne = async (text: string) => {
    const sentences = sentencesOf(text);
    if (sentences.length === 0) return "";
    const translated = [await model(sentences)].flat(2);
    return translated.map((one) => ("translation_text" in one ? String(one.translation_text).trim() : "")).join(" ");
  };
  return {
    name: path.basename(place),
    translate: async (texts) => {
      const translated: string[] = [];
      for (const text of texts) translated.push(await translateOne(text));
      return translated;
    },
  };
}

/** Longest part given to the model, characters: about a third of what Marian models take. */
const LONGEST_PART = 160;

/** A text in sentences for the model; one that is too long is cut. */
export function sentencesOf(text: string): string[] {
  return splitSentences(text)
    .filter(hasWords)
    .flatMap((sentence) => cut([...sentence], LONGEST_PART));
}

function cut(characters: readonly string[], length: number): string[] {
  const parts: string[] = [];
  for (let at = 0; at < characters.length; at += length) parts.push(characters.slice(at, at + length).join(""));
  return parts;
}
