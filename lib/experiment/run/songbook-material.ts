import type { Tokeniser } from "../../data/text/tokeniser";
import { type Workspace, workspaceOf } from "../../files/workspace";
import type { ParamValues } from "../../model/params";
import type { Reporter } from "../../progress";
import type { TextShape } from "../../recipe";
import { type Corpus, type SongText, songbookCorpus } from "../dataset/corpus";
import { heldRepresentations, type Representations } from "../dataset/representations";
import type { RunPlan } from "../preset/plan";
import type { Preset } from "../preset/songbook";
import { type Lessons, obtainReader } from "../pretrain/base-model";
import { learnToHear, type TrainedEncoder } from "../tagger/songbook-encoder";

/** What runs share, whatever corpus they are trained on. */
export interface RunMaterial<S extends SongText = SongText> {
  readonly preset: RunPlan;
  readonly workspace: Workspace;
  readonly corpus: Corpus<S>;
  readonly tokeniser: Tokeniser;
  readonly text: TextShape;
  /** What the frozen music encoder heard. */
  readonly music: Representations;
  /** What every method starts from. */
  readonly start: TextStart;
}

/** The text model's parameters before captioning. */
export interface TextStart {
  /** BART's; empty where all parameters are drawn afresh. */
  readonly params: ParamValues;
  /** Names them. */
  readonly hash: string;
}

/** What all runs of a Songbook preset share: beside the corpus and its words the encoder and the text model that learned from it. */
export interface Material extends RunMaterial<Corpus["songs"][number]> {
  readonly preset: Preset;
  readonly tokeniserFile: string;
  readonly encoder: TrainedEncoder;
  /** How the text model learned before the corpus. */
  readonly lessons: Lessons;
}

/**
 * Makes or reads a preset's material: corpus, tokeniser, music encoder, representations. Words, encoder and text model are
 * the same for all data sets, as the paper's are.
 *
 * @param out folder for the results in the place of the preset's own
 */
export async function prepareMaterial(preset: Preset, report: Reporter, out?: string): Promise<Material> {
  const workspace = workspaceOf(preset, out);
  const corpus = songbookCorpus(preset);
  const common = preset.dataSet === "songbook-positive" ? corpus : songbookCorpus({ ...preset, dataSet: "songbook-positive" });
  const { encoder, music, hash } = await learnToHear(preset, common, workspace.cache, report);
  const reader = await obtainReader(preset, workspace.cache, report);
  const { tokeniser, tokeniserFile, lessons } = reader;
  return {
    preset,
    workspace,
    corpus,
    tokeniser,
    tokeniserFile,
    text: { ...preset.text, vocabulary: tokeniser.vocabSize },
    encoder,
    music: heldRepresentations(music, hash),
    lessons,
    start: { params: reader.params, hash: reader.hash },
  };
}
