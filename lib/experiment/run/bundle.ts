import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { loadTokeniser, type Tokeniser } from "../../data/text/tokeniser";
import { AlcapError } from "../../errors";
import { modelsFolder, projectHome } from "../../files/project";
import { writeWhole } from "../../files/whole-file";
import type { Captioner } from "../../model/captioner";
import type { ParamValues } from "../../model/params";
import { readSafetensors } from "../../model/weights";
import { type EncoderFile, encoderBytes, readEncoder } from "../tagger/encoder-file";
import { STEPS_PER_DB } from "../tagger/mel-cache";
import { type RunName, runId } from "./recipe";
import { captionerOf, trainedWeights } from "./run";
import type { Material } from "./songbook-material";

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

const FILES = {
  about: "captioner.json",
  words: "tokenizer.json",
  encoder: "music-encoder.safetensors",
  model: "model.safetensors",
};

/** Where the bundle of a preset lies. */
export const bundleFolder = (preset: string, root = projectHome()) => path.join(modelsFolder(root), `alcap-${preset}`);

/** Writes a run's model with its music encoder and tokeniser as one folder; the folder appears whole or not at all. */
export function writeBundle(material: Material, name: RunName): string {
  const { preset, corpus, workspace } = material;
  const folder = bundleFolder(preset.name, workspace.root);
  const temporary = `${folder}.${process.pid}.tmp`;
  mkdirSync(temporary, { recursive: true });
  const about: BundleAbout = {
    run: runId(material, name),
    preset: preset.name,
    corpus: `${corpus.name}, a generated corpus (${preset.corpus.songs} songs, seed ${preset.corpus.seed})`,
    captioner: captionerOf(material, name.method),
    lyricsTokens: preset.lyricsTokens,
    captionTokens: preset.captionTokens,
  };
  writeWhole(path.join(temporary, FILES.about), `${JSON.stringify(about, null, 1)}\n`);
  const encoder = { params: material.encoder.params, shape: preset.music, stepsPerDb: STEPS_PER_DB };
  writeWhole(path.join(temporary, FILES.encoder), encoderBytes(encoder));
  cpSync(material.tokeniserFile, path.join(temporary, FILES.words));
  cpSync(trainedWeights(material, name), path.join(temporary, FILES.model));
  rmSync(folder, { recursive: true, force: true });
  renameSync(temporary, folder);
  return folder;
}

/** Reads a bundle. Throws `AlcapError` "weights" when a file is missing or holds no music encoder. */
export async function readBundle(folder: string): Promise<Bundle> {
  for (const file of Object.values(FILES)) {
    if (!existsSync(path.join(folder, file))) {
      throw new AlcapError(
        "weights",
        `No trained model: ${path.join(folder, file)} is missing.`,
        "Run `npm run reproduce` once; it trains one.",
      );
    }
  }
  return {
    about: JSON.parse(readFileSync(path.join(folder, FILES.about), "utf8")) as BundleAbout,
    tokeniser: await loadTokeniser(path.join(folder, FILES.words)),
    encoder: await readEncoder(path.join(folder, FILES.encoder)),
    params: readSafetensors(readFileSync(path.join(folder, FILES.model))).tensors as ParamValues,
  };
}
