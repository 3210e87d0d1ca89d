import type { Tokeniser } from "../data/tokeniser";
import type { Value } from "../engine";
import type { Reporter } from "../progress";
import { type Corpus, songbookCorpus } from "./corpus";
import { learnToHear, type TrainedEncoder } from "./hearing";
import type { Preset } from "./presets";
import { learnWords } from "./words";
import { type Workspace, workspaceOf } from "./workspace";

/** What all runs of a preset share: the corpus, its words, and what the frozen music encoder heard. */
export interface Material {
  readonly preset: Preset;
  readonly workspace: Workspace;
  readonly corpus: Corpus;
  readonly tokeniser: Tokeniser;
  readonly tokeniserFile: string;
  readonly encoder: TrainedEncoder;
  /** Music representation `[M, D]` of each song, by id. */
  readonly music: ReadonlyMap<string, Value>;
  /** Names the encoder that made the representations. */
  readonly encoderHash: string;
}

/** Makes or reads a preset's material: corpus, tokeniser, music encoder, representations. */
export async function prepareMaterial(preset: Preset, report: Reporter): Promise<Material> {
  const workspace = workspaceOf(preset);
  const corpus = songbookCorpus(preset);
  const { tokeniser, file } = await learnWords(preset, corpus, workspace.cache);
  const { encoder, music, hash } = await learnToHear(preset, corpus, workspace.cache, report);
  return { preset, workspace, corpus, tokeniser, tokeniserFile: file, encoder, music, encoderHash: hash };
}
