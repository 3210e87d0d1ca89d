import { workspaceOf } from "../../files/project";
import { clearLeftovers } from "../../files/temporary";
import { quiet, type Reporter } from "../../progress";
import { controlled, withComments } from "../dataset/controls";
import { type Corpus, type DrawSongs, drawSongs, songbookCorpus } from "../dataset/corpus";
import { heldRepresentations } from "../dataset/representations";
import type { Preset } from "../preset/songbook";
import { type BaseModelStages, baseModelName, obtainBaseModel } from "../pretrain/base-model";
import { obtainMusicEncoder, type TrainedEncoder } from "../tagger/songbook-encoder";
import { encoderName } from "../tagger/train-encoder";
import type { RunFacts, RunMaterial } from "./material";
import { type RunName, runsOf } from "./recipe";
import type { RunRecord } from "./records";
import { findRun } from "./run";

/** What is known of a Songbook preset's runs before anything is rendered or trained: corpus, and names of encoder and base model. */
export interface SongbookFacts extends RunFacts<Corpus["songs"][number]> {
  readonly preset: Preset;
}

/** What all runs of a Songbook preset share: beside the corpus the music encoder and the base model. */
export interface Material extends RunMaterial<Corpus["songs"][number]> {
  readonly preset: Preset;
  readonly tokeniserFile: string;
  readonly encoder: TrainedEncoder;
  /** How the base model was trained. */
  readonly stages: BaseModelStages;
}

/**
 * Draws a preset's corpus and names its encoder and base model: seconds, without weights.
 *
 * @param out folder for the results in the place of the preset's own
 * @param draw where the songs come from
 */
export function songbookFacts(preset: Preset, out?: string, draw: DrawSongs = drawSongs): SongbookFacts {
  const corpus = withComments(songbookCorpus(preset, draw), preset.comments);
  const workspace = workspaceOf(preset, out);
  return { preset, workspace, corpus, ...materialNames(preset) };
}

/** What a preset's recipes say of text model, music encoder and base model, whatever its corpus. */
export const materialNames = (preset: Preset): Pick<SongbookFacts, "text" | "music" | "start"> => ({
  text: { ...preset.text, vocabulary: preset.baseModel.vocabulary },
  music: { hash: encoderName(preset) },
  start: { hash: startName(preset, baseModelName(preset)) },
});

/** Names what methods start from; fresh parameters know words by the base model's tokeniser. */
const startName = ({ start }: Preset, baseModel: string) => (start === "random" ? `random-${baseModel}` : baseModel);

/** The records that are there for exactly a preset's runs: same recipe, same data. None is made, and no weights are needed. */
export const recordedRuns = (facts: RunFacts, runs: readonly RunName[] = runsOf(facts.preset)): RunRecord[] =>
  runs.flatMap((name) => findRun(facts, name) ?? []);

/**
 * Makes or reads a preset's material: corpus, tokeniser, music encoder, representations. Tokeniser, encoder and base model are
 * the same for all data sets, as the paper's are.
 *
 * @param out folder for the results in the place of the preset's own
 */
export const prepareMaterial = async (preset: Preset, report: Reporter = quiet, out?: string): Promise<Material> =>
  materialOfFacts(songbookFacts(preset, out), report);

/** The material of runs whose corpus has been drawn. */
export async function materialOfFacts(facts: SongbookFacts, report: Reporter = quiet): Promise<Material> {
  const { preset, corpus, workspace } = facts;
  for (const folder of [workspace.cache, workspace.results]) clearLeftovers(folder, { deep: true });
  const { encoder, music, hash } = await obtainMusicEncoder(preset, corpus, workspace.cache, report);
  const { tokeniser, tokeniserFile, stages, params, hash: pretrained } = await obtainBaseModel(preset, workspace.cache, report);
  return {
    ...facts,
    tokeniser,
    tokeniserFile,
    text: { ...preset.text, vocabulary: tokeniser.vocabSize },
    encoder,
    music: controlled(heldRepresentations(music, hash), preset.control, corpus),
    stages,
    start: { params: preset.start === "random" ? {} : params, hash: startName(preset, pretrained) },
  };
}
