import { existsSync } from "node:fs";
import path from "node:path";
import { fingerprint } from "../../files/fingerprint";
import { workspaceOf } from "../../files/project";
import { quiet, type Reporter } from "../../progress";
import { type Corpus, songbookCorpus } from "../dataset/corpus";
import { heldRepresentations } from "../dataset/representations";
import type { Preset } from "../preset/songbook";
import { type Lessons, obtainReader, readerName } from "../pretrain/base-model";
import { learnToHear, type TrainedEncoder } from "../tagger/songbook-encoder";
import { encoderRecipe } from "../tagger/train-encoder";
import type { RunFacts, RunMaterial } from "./material";
import { type RunName, runsOf } from "./recipe";
import type { RunRecord } from "./records";
import { findRun } from "./run";

/** What is known of a Songbook preset's runs before anything is rendered or trained: corpus, and names of encoder and base model. */
export interface SongbookFacts extends RunFacts<Corpus["songs"][number]> {
  readonly preset: Preset;
}

/** What all runs of a Songbook preset share: beside the corpus and its words the encoder and the text model that learned from it. */
export interface Material extends RunMaterial<Corpus["songs"][number]> {
  readonly preset: Preset;
  readonly tokeniserFile: string;
  readonly encoder: TrainedEncoder;
  /** How the text model learned before the corpus. */
  readonly lessons: Lessons;
}

/** The name of a preset's music encoder, and of the representations that it gives. Words have no part in it. */
const encoderName = (preset: Preset, corpus: Corpus) => fingerprint(encoderRecipe(preset, corpus, preset.seeds[0] as number));
/** The name of a preset's base model. */
const baseModelName = (preset: Preset) => readerName(preset);

/**
 * Draws a preset's corpus and names its encoder and base model: seconds, without weights.
 *
 * @param out folder for the results in the place of the preset's own
 */
export function songbookFacts(preset: Preset, out?: string): SongbookFacts {
  const corpus = songbookCorpus(preset);
  return {
    preset,
    workspace: workspaceOf(preset, out),
    corpus,
    text: { ...preset.text, vocabulary: preset.vocabulary },
    music: { hash: encoderName(preset, corpus) },
    start: { hash: baseModelName(preset) },
  };
}

/** The records that are there for exactly a preset's runs: same recipe, same data. None is made, and no weights are needed. */
export const recordedRuns = (facts: RunFacts, runs: readonly RunName[] = runsOf(facts.preset)): RunRecord[] =>
  runs.flatMap((name) => findRun(facts, name) ?? []);

/** Whether the representations by a preset's encoder are on this machine, so that its material needs no rendering and training. */
export const encoderIsHere = ({ workspace, music }: RunFacts): boolean =>
  existsSync(path.join(workspace.cache, `encoder-${music.hash}`, "music.safetensors"));

/**
 * Makes or reads a preset's material: corpus, tokeniser, music encoder, representations. Words, encoder and text model are
 * the same for all data sets, as the paper's are.
 *
 * @param out folder for the results in the place of the preset's own
 */
export async function prepareMaterial(preset: Preset, report: Reporter = quiet, out?: string): Promise<Material> {
  const facts = songbookFacts(preset, out);
  const { corpus, workspace } = facts;
  const { encoder, music, hash } = await learnToHear(preset, corpus, workspace.cache, report);
  const reader = await obtainReader(preset, workspace.cache, report);
  const { tokeniser, tokeniserFile, lessons } = reader;
  return {
    ...facts,
    tokeniser,
    tokeniserFile,
    text: { ...preset.text, vocabulary: tokeniser.vocabSize },
    encoder,
    music: heldRepresentations(music, hash),
    lessons,
    start: { params: reader.params, hash: reader.hash },
  };
}
