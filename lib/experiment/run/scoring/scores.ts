import { isUnseen } from "../../../data/songbook";
import { bootstrapInterval, type Interval } from "../../../metric/certainty";
import { factScores } from "../../../metric/facts/facts";
import { onFresh, textScorer } from "../../../metric/text/score";
import { loadWordNet } from "../../../metric/text/wordnet";
import type { Row, SongText } from "../../dataset/corpus";
import type { RunMaterial } from "../material";
import type { CaptionRecord, Diversity } from "../records";
import type { Likelihood } from "./likelihood";

/** Fresh comments of each test song that captions are held against. */
export const FRESH_COMMENTS = 20;

/** What fresh listeners write of the first so many test rows; undefined for real data. */
export const freshComments = ({ corpus: { fresh } }: RunMaterial, rows: number): string[][] | undefined =>
  fresh && Array.from({ length: rows }, (_, row) => fresh(row, FRESH_COMMENTS));

/** What test rows are scored by, row by row. */
interface Written {
  readonly captions: readonly string[];
  readonly comments?: readonly (readonly string[])[] | undefined;
  readonly likelihoods?: readonly Likelihood[] | undefined;
}

/**
 * Scores of captions: ROUGE recall (what the released evaluator reports) and F1 and METEOR on the one reference, the same as means over
 * the fresh comments (`fresh…`), likelihoods in nats, and, where the song's truth is known, its facts as right, wrong or unnamed.
 * Rounded as they are written, so that a record can be computed from its captions.
 */
export function scored(rows: readonly Row<SongText>[], { captions, comments, likelihoods }: Written): CaptionRecord[] {
  const score = textScorer(loadWordNet());
  return rows.map(({ song, text }, i) => {
    const caption = captions[i] ?? "";
    const fresh = comments?.[i];
    const likelihood = likelihoods?.[i];
    const scores = {
      ...shares(score(caption, [text])),
      ...(fresh && shares(onFresh(score(caption, fresh)))),
      ...(likelihood && { nll: rounded(likelihood.nll, 4) }),
      ...(typeof likelihood?.moodNll === "number" && { moodNll: rounded(likelihood.moodNll, 4) }),
      ...(song.truth && factScores(caption, song.truth)),
    };
    const groups = groupsOf(song);
    return { song: song.id, reference: text, caption, ...(groups.length > 0 && { groups }), scores };
  });
}

const rounded = (x: number, digits: number) => Number(x.toFixed(digits));
const shares = (scores: object): Record<string, number> =>
  Object.fromEntries(Object.entries(scores).map(([name, share]) => [name, rounded(share, 3)]));

/** Songs that are looked at apart: whose lyrics and music differ in mood, and whose theme and mood are together in no training song. */
const groupsOf = ({ truth }: SongText): string[] => [
  ...(truth && truth.mood !== truth.lyricsMood ? ["differs"] : []),
  ...(truth && isUnseen(truth) ? ["unseen"] : []),
];

/** The endpoints that are summarised for groups of songs too, as `mood.differs`. */
const OF_GROUPS = ["nll", "moodNll", "mood"] as const;

/** Mean and 95 % bootstrap interval of every score over the songs that have it, seven digits; the main ones for groups of songs too. */
export function summarise(captions: readonly CaptionRecord[]): Record<string, Interval> {
  const names = [...new Set(captions.flatMap(({ scores }) => Object.keys(scores)))];
  const groups = [...new Set(captions.flatMap((caption) => caption.groups ?? []))].sort();
  const inGroup = (group: string) => captions.filter((caption) => caption.groups?.includes(group));
  const ofGroups = groups.flatMap((group) =>
    OF_GROUPS.filter((name) => names.includes(name)).map((name) => [`${name}.${group}`, name, inGroup(group)] as const),
  );
  const found = [...names.map((name) => [name, name, captions] as const), ...ofGroups].flatMap(([key, name, of]) => {
    const values = of.flatMap(({ scores }) => (scores[name] === undefined ? [] : [scores[name]]));
    return values.length === 0 ? [] : [[key, sevenDigits(bootstrapInterval(values, { seed: `interval/${key}` }))] as const];
  });
  return Object.fromEntries(found);
}

const sevenDigits = ({ mean, low, high }: Interval): Interval => ({ mean: digits(mean), low: digits(low), high: digits(high) });
const digits = (x: number) => Number(x.toPrecision(7));

/** Words that an opening has. */
const OPENING = 4;

/** How varied a run's captions are. */
export function diversityOf(captions: readonly Pick<CaptionRecord, "caption">[]): Diversity {
  const words = captions.map(({ caption }) => caption.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? []);
  return {
    captions: new Set(captions.map(({ caption }) => caption)).size,
    openings: new Set(words.map((all) => all.slice(0, OPENING).join(" "))).size,
    vocabulary: new Set(words.flat()).size,
  };
}
