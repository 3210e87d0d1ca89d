import { type Example, songBatch } from "../data/batch";
import type { Outside, Value } from "../engine";
import { bootstrapInterval, type Interval } from "../metric/certainty";
import { factScores } from "../metric/facts";
import { scorePairs } from "../metric/score";
import { loadWordNet } from "../metric/wordnet";
import type { Captioner } from "../model/alcap";
import { greedyDecoder, type SongBatch } from "../model/decode";
import type { ParamValues } from "../model/params";
import type { Row } from "./corpus";
import type { Material } from "./material";
import type { CaptionRecord } from "./records";

/** Tokenises rows and puts the songs' music beside them. */
export function examplesOf({ tokeniser, music, preset }: Material, rows: readonly Row[]): Example[] {
  const known = new Map<string, Int32Array>();
  return rows.map(({ song, text }) => {
    const lyrics = known.get(song.id) ?? tokeniser.encode(song.lyrics, { maxLength: preset.lyricsTokens });
    known.set(song.id, lyrics);
    return {
      song: song.id,
      lyrics,
      caption: tokeniser.encode(text, { maxLength: preset.captionTokens }),
      music: music.get(song.id) as Value,
    };
  });
}

/** Captions every test song greedily and scores each caption. All test songs are scored (the released loader drops the last partial batch). */
export async function captionTestSplit(material: Material, captioner: Captioner, params: ParamValues): Promise<CaptionRecord[]> {
  const { preset, corpus, tokeniser } = material;
  const rows = corpus.rows.test;
  const examples = examplesOf(material, rows);
  const decode = greedyDecoder(params, captioner, preset.captionTokens);
  const captions: string[] = [];
  for (let at = 0; at < examples.length; at += preset.decodingBatch) {
    const part = examples.slice(at, at + preset.decodingBatch);
    const ids = await decode(songBatch(part, preset.lyricsTokens) as Outside<SongBatch>);
    captions.push(...ids.map((caption) => tokeniser.decode(caption).trim()));
  }
  await decode.release();
  return scored(rows, captions);
}

/**
 * Scores of captions, each between 0 and 1: ROUGE recall (what the released evaluator reports), ROUGE-L F1, METEOR, and
 * Songbook's facts named rightly. A caption that names no instrument or detail has no score for it.
 */
function scored(rows: readonly Row[], captions: readonly string[]): CaptionRecord[] {
  const pairs = captions.map((prediction, i) => ({ prediction, reference: rows[i]?.text ?? "" }));
  return scorePairs(pairs, loadWordNet()).map(({ rouge1, rouge2, rougeL, meteor }, i) => {
    const { song, text } = rows[i] as Row;
    const caption = captions[i] as string;
    const facts = Object.entries(factScores(caption, song.truth)).filter((fact): fact is [string, 0 | 1] => fact[1] !== null);
    const overlap = { rouge1: rouge1.recall, rouge2: rouge2.recall, rougeL: rougeL.recall, rougeLF1: rougeL.f1, meteor };
    return { song: song.id, reference: text, caption, scores: { ...overlap, ...Object.fromEntries(facts) } };
  });
}

/** Mean and 95 % bootstrap interval of every score over the songs that have it. */
export function summarise(captions: readonly CaptionRecord[]): Record<string, Interval> {
  const names = [...new Set(captions.flatMap(({ scores }) => Object.keys(scores)))];
  return Object.fromEntries(
    names.map((name) => {
      const values = captions.flatMap(({ scores }) => (scores[name] === undefined ? [] : [scores[name]]));
      return [name, bootstrapInterval(values, { seed: `interval/${name}` })];
    }),
  );
}
