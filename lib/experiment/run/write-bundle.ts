import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { putFolder } from "../../files/put-folder";
import { writeWhole } from "../../files/whole-file";
import { encoderBytes } from "../tagger/encoder-file";
import { STEPS_PER_DB } from "../tagger/mel-cache";
import { BUNDLE_FILES, type BundleAbout, bundleFolder } from "./bundle";
import { type RunName, runId } from "./recipe";
import { captionerOf, trainedWeights } from "./run";
import type { Material } from "./songbook-material";

/** Writes a run's model with its music encoder and tokeniser as one folder; the folder appears whole or not at all. */
export function writeBundle(material: Material, name: RunName): string {
  const { preset, corpus, workspace } = material;
  const folder = bundleFolder(preset.name, workspace.root);
  const temporary = `${folder}.${randomUUID()}.tmp`;
  mkdirSync(temporary, { recursive: true });
  const about: BundleAbout = {
    run: runId(material, name),
    preset: preset.name,
    corpus: `${corpus.name}, a generated corpus (${preset.corpus.songs} songs, seed ${preset.corpus.seed})`,
    captioner: captionerOf(material, name.method),
    lyricsTokens: preset.lyricsTokens,
    captionTokens: preset.captionTokens,
  };
  writeWhole(path.join(temporary, BUNDLE_FILES.about), `${JSON.stringify(about, null, 1)}\n`);
  const encoder = { params: material.encoder.params, shape: preset.music, stepsPerDb: STEPS_PER_DB };
  writeWhole(path.join(temporary, BUNDLE_FILES.encoder), encoderBytes(encoder));
  cpSync(material.tokeniserFile, path.join(temporary, BUNDLE_FILES.words));
  cpSync(trainedWeights(material, name), path.join(temporary, BUNDLE_FILES.model));
  putFolder(temporary, folder);
  return folder;
}
