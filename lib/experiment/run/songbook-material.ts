import { workspaceOf } from "../../files/project";
import { quiet, type Reporter } from "../../progress";
import { type Corpus, songbookCorpus } from "../dataset/corpus";
import { heldRepresentations } from "../dataset/representations";
import type { Preset } from "../preset/songbook";
import { type BaseModelStages, obtainBaseModel } from "../pretrain/base-model";
import { obtainMusicEncoder, type TrainedEncoder } from "../tagger/songbook-encoder";
import type { RunMaterial } from "./material";

/** What all runs of a Songbook preset share: beside the corpus the music encoder and the base model. */
export interface Material extends RunMaterial<Corpus["songs"][number]> {
  readonly preset: Preset;
  readonly tokeniserFile: string;
  readonly encoder: TrainedEncoder;
  /** How the base model was trained. */
  readonly stages: BaseModelStages;
}

/**
 * Makes or reads a preset's material: corpus, tokeniser, music encoder, representations. Tokeniser, encoder and base model are
 * the same for all data sets, as the paper's are.
 *
 * @param out folder for the results in the place of the preset's own
 */
export async function prepareMaterial(preset: Preset, report: Reporter = quiet, out?: string): Promise<Material> {
  const workspace = workspaceOf(preset, out);
  const corpus = songbookCorpus(preset);
  const common = preset.dataSet === "songbook-positive" ? corpus : songbookCorpus({ ...preset, dataSet: "songbook-positive" });
  const { encoder, music, hash } = await obtainMusicEncoder(preset, common, workspace.cache, report);
  const { tokeniser, tokeniserFile, stages, params, hash: pretrained } = await obtainBaseModel(preset, workspace.cache, report);
  return {
    preset,
    workspace,
    corpus,
    tokeniser,
    tokeniserFile,
    text: { ...preset.text, vocabulary: tokeniser.vocabSize },
    encoder,
    music: heldRepresentations(music, hash),
    stages,
    start: { params, hash: pretrained },
  };
}
