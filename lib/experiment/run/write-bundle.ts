import { cpSync, mkdirSync } from "node:fs";
import path from "node:path";
import { clearLeftovers, temporaryName } from "../../files/temporary";
import { putFolder, writeWhole } from "../../files/whole-file";
import { quiet, type Reporter } from "../../progress";
import { obtainBaseModel } from "../pretrain/base-model";
import { encoderBytes, readEncoder } from "../tagger/encoder-file";
import { STEPS_PER_DB } from "../tagger/mel-cache";
import { obtainEncoderWeights } from "../tagger/songbook-encoder";
import { BUNDLE_FILES, type Bundle, type BundleAbout, bundleFolder, describeBundle } from "./bundle";
import { type RunName, runId } from "./recipe";
import { captionerOf, readWeights, trainedWeights } from "./run";
import type { Material, SongbookFacts } from "./songbook-material";

/** Writes a run's model with its music encoder and tokeniser as one folder; the folder appears whole or not at all. */
export function writeBundle(material: Material, name: RunName): string {
  const { preset, workspace } = material;
  const folder = bundleFolder(preset.name, workspace.root);
  clearLeftovers(path.dirname(folder));
  const temporary = temporaryName(folder);
  mkdirSync(temporary, { recursive: true });
  const encoder = { params: material.encoder.params, shape: preset.music, stepsPerDb: STEPS_PER_DB };
  writeWhole(path.join(temporary, BUNDLE_FILES.encoder), encoderBytes(encoder));
  cpSync(material.tokeniserFile, path.join(temporary, BUNDLE_FILES.words));
  cpSync(trainedWeights(material, name), path.join(temporary, BUNDLE_FILES.model));
  writeWhole(path.join(temporary, BUNDLE_FILES.about), describeBundle(temporary, aboutOf(material, name)));
  putFolder(temporary, folder);
  return folder;
}

/** The captioner of a trained run, in memory; its base model's tokeniser and its music encoder are made where they are missing. */
export async function runBundle(facts: SongbookFacts, name: RunName, report: Reporter = quiet): Promise<Bundle> {
  const { preset, workspace } = facts;
  const { tokeniser } = await obtainBaseModel(preset, workspace.cache, report);
  const encoder = await readEncoder(await obtainEncoderWeights(preset, workspace.cache, report));
  return { about: aboutOf(facts, name), tokeniser, encoder, params: readWeights(facts, name) };
}

function aboutOf(facts: SongbookFacts, name: RunName): BundleAbout {
  const { preset, corpus, text } = facts;
  return {
    run: runId(facts, name),
    preset: preset.name,
    corpus: `${corpus.name}, a generated corpus (${preset.corpus.songs} songs, seed ${preset.corpus.seed})`,
    captioner: captionerOf({ preset, text, music: { width: 2 * preset.music.channels } }, name.method),
    lyricsTokens: preset.lyricsTokens,
    captionTokens: preset.captionTokens,
  };
}
