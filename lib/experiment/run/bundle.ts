import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { loadTokeniser, type Tokeniser } from "../../data/text/tokeniser/load";
import { AlcapError } from "../../errors";
import { modelsFolder, projectHome } from "../../files/project";
import type { Captioner } from "../../model/captioner";
import type { ParamValues } from "../../model/params";
import { readSafetensors } from "../../model/weights/safetensors";
import { type EncoderFile, readEncoder } from "../tagger/encoder-file";

/** A trained captioner that needs nothing else: what `alcap caption` loads. */
export interface Bundle {
  readonly about: BundleAbout;
  readonly tokeniser: Tokeniser;
  readonly encoder: EncoderFile;
  readonly params: ParamValues;
}

export interface BundleAbout {
  /** The run that trained it. */
  readonly run: string;
  readonly preset: string;
  readonly corpus: string;
  readonly captioner: Captioner;
  readonly lyricsTokens: number;
  readonly captionTokens: number;
}

/** Its files. */
export const BUNDLE_FILES = {
  about: "captioner.json",
  words: "tokenizer.json",
  encoder: "music-encoder.safetensors",
  model: "model.safetensors",
};

/** Where the bundle of a preset lies. */
export const bundleFolder = (preset: string, root = projectHome()) => path.join(modelsFolder(root), `alcap-${preset}`);

/** Reads a bundle. Throws `AlcapError` "weights" when a file is missing or holds no music encoder. */
export async function readBundle(folder: string): Promise<Bundle> {
  for (const file of Object.values(BUNDLE_FILES)) {
    if (!existsSync(path.join(folder, file))) {
      throw new AlcapError(
        "weights",
        `No trained model: ${path.join(folder, file)} is missing.`,
        "Run `npm run reproduce` once; it trains one.",
      );
    }
  }
  return {
    about: JSON.parse(readFileSync(path.join(folder, BUNDLE_FILES.about), "utf8")) as BundleAbout,
    tokeniser: await loadTokeniser(path.join(folder, BUNDLE_FILES.words)),
    encoder: await readEncoder(path.join(folder, BUNDLE_FILES.encoder)),
    params: readSafetensors(readFileSync(path.join(folder, BUNDLE_FILES.model))).tensors as ParamValues,
  };
}
