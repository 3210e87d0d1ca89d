import { instrumentNames, moodNames, type Song, type Split, TAGS } from "../../data/songbook";
import type { Value } from "../../engine";
import { AlcapError } from "../../errors";
import { averagePrecision, meanKnown, rocAuc } from "../../metric/auc";
import { linearProbe, type Probe } from "../../metric/probe";
import type { Corpus } from "../dataset/corpus";
import type { Representations } from "../dataset/representations";
import type { TrainedEncoder } from "./songbook-encoder";

/** How well one tag is found in a split. */
export interface TagFigure {
  readonly tag: string;
  /** Songs of the split that have the tag. */
  readonly songs: number;
  /** Area under the ROC curve; NaN where no song or every song has the tag. */
  readonly rocAuc: number;
  /** Average precision; NaN where no song has the tag. */
  readonly prAuc: number;
  /** Average precision of a guess: the share of songs that have the tag. */
  readonly chance: number;
}

export interface TagReport {
  readonly split: Split;
  /** Songs in the split. */
  readonly songs: number;
  readonly tags: readonly TagFigure[];
  /** Means over the tags that have both kinds of songs. */
  readonly macro: { readonly rocAuc: number; readonly prAuc: number; readonly chance: number };
}

/**
 * How well the trained encoder finds each tag in songs it has not learned from. The scores were kept with the encoder, so no
 * audio is needed.
 *
 * @throws AlcapError `input` when the encoder kept no scores for the split
 */
export function tagReport(
  { corpus, encoder }: { readonly corpus: Corpus; readonly encoder: TrainedEncoder },
  split: "validation" | "test",
): TagReport {
  const songs = corpus.songs.filter((song) => song.split === split);
  const scores = songs.map(({ id }) => encoder.scores.get(id) ?? missing(id));
  const tags = TAGS.map((tag, column): TagFigure => {
    const labels = songs.map((song) => (song.tags.includes(tag) ? 1 : 0));
    const said = scores.map((row) => row[column]!);
    const count = labels.filter((label) => label === 1).length;
    return {
      tag,
      songs: count,
      rocAuc: rocAuc(said, labels),
      prAuc: averagePrecision(said, labels),
      chance: count / songs.length,
    };
  });
  const both = tags.filter((figure) => figure.songs > 0 && figure.songs < songs.length);
  const mean = (name: "rocAuc" | "prAuc" | "chance") => meanKnown(both.map((figure) => figure[name]));
  return { split, songs: songs.length, tags, macro: { rocAuc: mean("rocAuc"), prAuc: mean("prAuc"), chance: mean("chance") } };
}

/** What a probe is fitted on: the corpus, and the representations of its songs. */
export interface RepresentedCorpus {
  readonly corpus: Corpus;
  readonly music: Pick<Representations, "of">;
}

/** A linear probe with the names of its classes, in the order of the confusion table. */
export type NamedProbe = Probe & { readonly classes: readonly string[] };

/** How well a linear classifier tells the mood from the frozen representations, averaged over their positions; on the test songs. */
export const moodProbe = (represented: RepresentedCorpus): NamedProbe => probe(represented, moodNames, ({ truth }) => truth.mood);

/** How well a linear classifier tells the instrument that plays the tune from the frozen representations; on the test songs. */
export const instrumentProbe = (represented: RepresentedCorpus): NamedProbe =>
  probe(
    represented,
    instrumentNames.filter((name) => name !== "bass" && name !== "drums"),
    ({ music }) => music.lead,
  );

function probe({ corpus, music }: RepresentedCorpus, classes: readonly string[], classOf: (song: Song) => string): NamedProbe {
  const rows = (split: Split) => {
    const songs = corpus.songs.filter((song) => song.split === split);
    return {
      features: songs.map(({ id }) => meanPosition(music.of(id))),
      labels: songs.map((song) => classes.indexOf(classOf(song))),
    };
  };
  return { ...linearProbe({ train: rows("train"), test: rows("test"), classes: classes.length }), classes };
}

/** Mean over the positions of a representation `[M, D]`. */
function meanPosition({ data, shape: [M = 0, D = 0] }: Value): Float64Array {
  const mean = new Float64Array(D);
  for (let m = 0; m < M; m++) for (let d = 0; d < D; d++) mean[d]! += data[m * D + d]! / M;
  return mean;
}

function missing(id: string): never {
  throw new AlcapError(
    "input",
    `The encoder has no tag scores for the song ${id}.`,
    "Use the encoder that was trained on this corpus, and validation or test songs.",
  );
}
