import { freshComments, type Mood, moodNames, type Song, type SongbookOptions } from "../../data/songbook";
import { bootstrapInterval, type Interval } from "../../metric/certainty";
import { factScores } from "../../metric/facts/facts";
import { meteorScorer } from "../../metric/text/meteor";
import { rouge } from "../../metric/text/rouge";
import { wordTokenize } from "../../metric/text/word-tokenize";
import type { SynonymDictionary } from "../../metric/text/wordnet";
import { type Progress, silent } from "../../progress";

/**
 * Writers whose knowledge is known, to hold models against: what a measure gives them says what it can tell apart. Each writes one
 * comment a song, in the words and frames that listeners have.
 */
export const writers = {
  listener: "another listener of the song",
  moodBlind: "takes the lyrics' mood for the music's",
  wrongMood: "takes the music for another mood",
  sameTheme: "a listener of another song with this theme",
  otherSong: "a listener of another song",
  constant: "one comment for all songs",
} as const;
export type Writer = keyof typeof writers;

/** Scores of one caption, each between 0 and 1. */
export interface YardstickScores {
  readonly rouge1: number;
  readonly rouge2: number;
  readonly rougeL: number;
  readonly rouge1F1: number;
  readonly rouge2F1: number;
  readonly rougeLF1: number;
  readonly meteor: number;
  readonly theme: number;
  readonly mood: number;
}

/** Every writer's scores, song by song, in the order of the songs. */
export type Yardsticks = Readonly<Record<Writer, readonly YardstickScores[]>>;

/** Fresh listeners whose comments are references. */
const REFERENCES = 20;

/**
 * Scores each writer on songs against what fresh listeners of the same song write: the expected score over so many references, so no
 * single listener's choice of words decides.
 *
 * @param songs of one corpus, with their places in it
 */
export function yardsticks(
  options: SongbookOptions,
  songs: readonly { readonly song: Song; readonly index: number }[],
  dictionary: SynonymDictionary,
  progress: Progress = silent,
): Yardsticks {
  const score = scorer(dictionary);
  const scores: Record<Writer, YardstickScores[]> = {
    listener: [],
    moodBlind: [],
    wrongMood: [],
    sameTheme: [],
    otherSong: [],
    constant: [],
  };
  const one = (index: number, mood?: Mood) => freshComments(options, index, REFERENCES + 1, mood).at(-1) as string;
  const constant = one(songs[0]?.index ?? 0);
  songs.forEach(({ song, index }, at) => {
    const references = freshComments(options, index, REFERENCES);
    const after = [...songs.slice(at + 1), ...songs.slice(0, at)];
    const kin = after.find((other) => other.song.truth.theme === song.truth.theme) ?? after[0];
    const { mood, lyricsMood } = song.truth;
    const wrong = moodNames[(moodNames.indexOf(mood) + 1 + (at % (moodNames.length - 1))) % moodNames.length];
    const texts: Readonly<Record<Writer, string>> = {
      listener: one(index),
      moodBlind: one(index, lyricsMood),
      wrongMood: one(index, wrong),
      sameTheme: one(kin?.index ?? index),
      otherSong: one(after[0]?.index ?? index),
      constant,
    };
    for (const [writer, text] of Object.entries(texts) as [Writer, string][]) scores[writer].push(score(text, references, song));
    progress(at + 1, songs.length, "songs");
  });
  return scores;
}

function scorer(dictionary: SynonymDictionary) {
  const meteor = meteorScorer(dictionary);
  return (text: string, references: readonly string[], { truth }: Song): YardstickScores => {
    const tokens = wordTokenize(text);
    const each = references.map((reference) => {
      const { rouge1, rouge2, rougeL } = rouge(text, reference);
      return {
        ...{ rouge1: rouge1.recall, rouge2: rouge2.recall, rougeL: rougeL.recall },
        ...{ rouge1F1: rouge1.f1, rouge2F1: rouge2.f1, rougeLF1: rougeL.f1 },
        meteor: meteor(tokens, wordTokenize(reference)),
      };
    });
    const mean = (name: keyof (typeof each)[number]) => each.reduce((sum, one) => sum + one[name], 0) / each.length;
    const { theme, mood } = factScores(text, truth);
    return {
      ...{ rouge1: mean("rouge1"), rouge2: mean("rouge2"), rougeL: mean("rougeL") },
      ...{ rouge1F1: mean("rouge1F1"), rouge2F1: mean("rouge2F1"), rougeLF1: mean("rougeLF1") },
      ...{ meteor: mean("meteor"), theme, mood },
    };
  };
}

/** The mean advantage of one writer over another on a measure, song by song, with its 95 % interval. */
export function advantage(scores: Yardsticks, writer: Writer, over: Writer, measure: keyof YardstickScores): Interval {
  const differences = scores[writer].map((one, i) => one[measure] - (scores[over][i]?.[measure] ?? Number.NaN));
  return bootstrapInterval(differences, { seed: `yardstick/${writer}/${over}/${measure}` });
}
