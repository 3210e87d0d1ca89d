import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { loadTokeniser, type Tokeniser } from "../../data/text/tokeniser";
import { AlcapError } from "../../errors";
import { type Workspace, workspaceOf } from "../../files/project";
import { openFile } from "../../files/read";
import { clearLeftovers } from "../../files/temporary";
import { readBartFolder } from "../../model/bart-folder";
import { quiet, type Reporter } from "../../progress";
import { bartTokens, type TextShape } from "../../recipe";
import { controlled, withComments } from "../dataset/controls";
import type { Corpus, SongText } from "../dataset/corpus";
import { readPreparedCorpus } from "../dataset/prepared-corpus";
import { findRepresentations, readRepresentations } from "../dataset/representation-files";
import { noMusic, type Representations } from "../dataset/representations";
import { learnWords } from "../dataset/words";
import type { RunPlan } from "../preset/plan";
import { representCorpus } from "../tagger/represent-corpus";
import type { RunMaterial } from "./material";

/** Where the tokeniser comes from: learned from the training rows as byte-level BPE of so many tokens, or read from a folder or file. */
export type WordSource = { readonly learn: number } | { readonly read: string };

/**
 * Where music representations come from: files `{id}.npz` (the corpus's own `audio_embs_*` where no folder is named), the
 * corpus's audio through the weights of a music encoder, or nowhere, which is enough for BART.
 */
export type MusicSource =
  | { readonly from: "files"; readonly folder?: string }
  | { readonly from: "audio"; readonly encoder: string }
  | { readonly from: "nowhere" };

/** What the text model starts from: a HuggingFace folder, or fresh parameters. */
export type TextSource =
  | { readonly start: "weights"; readonly folder: string }
  | { readonly start: "fresh"; readonly shape: Omit<TextShape, "vocabulary"> };

/** Everything that fixes a set of runs on a corpus that `alcap prepare` wrote. */
export interface PreparedPreset extends Omit<RunPlan, "dataSet" | "start"> {
  /** Which rows, as `si-positive`; may be left out where the corpus has one data set only. */
  readonly dataSet?: string;
  /** Folder of the prepared corpus, or of the one of its data sets that has a folder of its own. */
  readonly folder: string;
  readonly words: WordSource;
  readonly music: MusicSource;
  readonly text: TextSource;
}

/**
 * Reads or makes what the runs on a prepared corpus share.
 *
 * @param out folder for the results in the place of the preset's own
 * @throws AlcapError that says what is missing and how to get it
 */
export async function preparedMaterial(preset: PreparedPreset, report: Reporter = quiet, out?: string): Promise<RunMaterial> {
  const workspace = workspaceOf(preset, out);
  for (const place of [workspace.cache, workspace.results]) clearLeftovers(place, { deep: true });
  const { text } = preset;
  const bart = text.start === "weights" ? await startWeights(text.folder) : undefined;
  const whole = await readPreparedCorpus(preset.folder, preset.dataSet, report("reading the corpus"));
  const corpus = withComments(whole, preset.comments);
  const tokeniser =
    "read" in preset.words
      ? loadTokeniser(preset.words.read)
      : (await learnWords({ vocabulary: preset.words.learn }, corpus, workspace.cache)).tokeniser;
  checkTokens(tokeniser, bart?.text);
  const music = await representations(preset, corpus, workspace, report);
  const plan = { ...preset, dataSet: corpus.name };
  const shared = { preset: plan, workspace, corpus, tokeniser, music: controlled(music, preset.control, corpus) };
  if (text.start === "weights") return { ...shared, ...(bart ?? (await startWeights(text.folder))) };
  return { ...shared, text: { ...text.shape, vocabulary: tokeniser.vocabSize }, start: { params: {}, hash: "fresh" } };
}

/** A text model from HuggingFace's files, named by their content. */
async function startWeights(folder: string): Promise<Pick<RunMaterial, "text" | "start">> {
  const { text, params, files } = await readBartFolder(folder);
  const hash = createHash("sha256");
  for (const file of files) for await (const chunk of createReadStream(file, { fd: openFile(file).handle })) hash.update(chunk);
  return { text, start: { params, hash: hash.digest("hex").slice(0, 12) } };
}

/** The special tokens stand where BART has them, and every id has a row in the embedding. */
function checkTokens(tokeniser: Tokeniser, text: TextShape | undefined): void {
  for (const name of ["bos", "pad", "eos"] as const) {
    if (tokeniser[name] !== bartTokens[name])
      throw new AlcapError(
        "data",
        `The tokeniser's ${name} token has the id ${tokeniser[name]} and BART's has ${bartTokens[name]}.`,
        "Give the tokeniser of a BART model.",
      );
  }
  if (text && tokeniser.vocabSize > text.vocabulary)
    throw new AlcapError(
      "data",
      `The tokeniser has ${tokeniser.vocabSize} tokens and the text model ${text.vocabulary}.`,
      "Give the tokeniser and the weights of one model.",
    );
}

async function representations(
  { music, folder, methods }: PreparedPreset,
  corpus: Corpus<SongText>,
  workspace: Workspace,
  report: Reporter,
): Promise<Representations> {
  if (music.from === "nowhere") {
    if (methods.every((method) => method === "bart")) return noMusic;
    throw new AlcapError("usage", "BART-fusion and ALCAP need music.", "Say where the representations come from.");
  }
  const songs = [...new Set(Object.values(corpus.rows).flatMap((rows) => rows.map(({ song }) => song.id)))];
  if (music.from === "audio") return representCorpus({ folder, songs, encoder: music.encoder, cache: workspace.cache }, report);
  const found = music.folder ?? findRepresentations(folder);
  if (found !== undefined) return readRepresentations(found, songs, report("checking representations"));
  throw new AlcapError(
    "data",
    `${folder} holds no music representations (audio_embs_*).`,
    "Give --encoder FILE to make them from the corpus's audio, or --representations DIR.",
  );
}
