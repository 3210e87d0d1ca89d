import { freshComments, type Mood, makeSong, moodNames, type Song, type SongbookOptions } from "../../data/songbook";
import { bootstrapInterval, type Interval } from "../../metric/certainty";
import { type FactScores, factScores } from "../../metric/facts/facts";
import { onFresh, type TextEndpoint, textScorer } from "../../metric/text/score";
import type { SynonymDictionary } from "../../metric/text/wordnet";
import { type Progress, silent } from "../../progress";
import type { GridRun } from "./grid-runs";

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

/**
 * Scores of one text under the names that records have, each between 0 and 1; no writer is a model, so none has a likelihood. On the
 * song's one reference, and as means over fresh comments.
 */
export type YardstickScores = Readonly<Record<TextEndpoint, number>> & FactScores;

/** Every writer's scores, song by song, in the order of the songs. */
export type Yardsticks = Readonly<Record<Writer, readonly YardstickScores[]>>;

/**
 * The first test songs of a run on one of the data sets by votes, each made alone, with the references of its captions.
 *
 * @param options of its corpus
 */
export const songsOfRun = ({ captions }: Pick<GridRun, "captions">, options: SongbookOptions, count: number) =>
  captions.slice(0, count).map(({ reference }, i) => {
    const index = options.songs + i;
    return { song: makeSong(options, index), index, reference };
  });

/** Fresh listeners whose comments are references. */
const REFERENCES = 20;

/**
 * Scores each writer on songs as captions are scored: on the song's one reference, and against what fresh listeners of the same song
 * write, the expected score over so many references, so that no single listener's choice of words decides.
 *
 * @param songs of one corpus, with their places in it and their references
 */
export function yardsticks(
  options: SongbookOptions,
  songs: readonly { readonly song: Song; readonly index: number; readonly reference: string }[],
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
  songs.forEach(({ song, index, reference }, at) => {
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
    for (const [writer, text] of Object.entries(texts) as [Writer, string][])
      scores[writer].push(score(text, reference, references, song));
    progress(at + 1, songs.length, "songs");
  });
  return scores;
}

function scorer(dictionary: SynonymDictionary) {
  const score = textScorer(dictionary);
  return (text: string, reference: string, fresh: readonly string[], { truth }: Song): YardstickScores => ({
    ...score(text, [reference]),
    ...onFresh(score(text, fresh)),
    ...factScores(text, truth),
  });
}

/** Floor, ceiling and what lies between: each writer's mean on each endpoint with its 95 % interval. */
export const yardstickRows = (scores: Yardsticks, endpoints: readonly (keyof YardstickScores)[]) =>
  (Object.keys(writers) as Writer[]).map((writer) => ({
    writer,
    what: writers[writer],
    cells: endpoints.map((name) =>
      bootstrapInterval(
        scores[writer].map((one) => one[name]),
        { seed: `yardstick/${writer}/${name}` },
      ),
    ),
  }));

/** The mean advantage of one writer over another on a measure, song by song, with its 95 % interval. */
export function advantage(scores: Yardsticks, writer: Writer, over: Writer, measure: keyof YardstickScores): Interval {
  const differences = scores[writer].map((one, i) => one[measure] - (scores[over][i]?.[measure] ?? Number.NaN));
  return bootstrapInterval(differences, { seed: `yardstick/${writer}/${over}/${measure}` });
}
