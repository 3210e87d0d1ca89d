import { type Example, songBatch } from "../data/batch";
import type { Outside, Value } from "../engine";
import { bootstrapInterval, type Interval } from "../metric/certainty";
import { factScores } from "../metric/facts";
import { rouge } from "../metric/rouge";
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
  const out: CaptionRecord[] = [];
  for (let at = 0; at < examples.length; at += preset.decodingBatch) {
    const part = examples.slice(at, at + preset.decodingBatch);
    const ids = await decode(songBatch(part, preset.lyricsTokens) as Outside<SongBatch>);
    ids.forEach((caption, i) => {
      out.push(scored(rows[at + i] as Row, tokeniser.decode(caption).trim()));
    });
  }
  await decode.release();
  return out;
}

/** Scores of one caption, each between 0 and 1: ROUGE recall (what the released evaluator reports), ROUGE-L F1, and facts named rightly. */
function scored({ song, text }: Row, caption: string): CaptionRecord {
  const { rouge1, rouge2, rougeL } = rouge(caption, text);
  const facts = Object.entries(factScores(caption, song.truth)).filter((fact): fact is [string, 0 | 1] => fact[1] !== null);
  const overlap = { rouge1: rouge1.recall, rouge2: rouge2.recall, rougeL: rougeL.recall, rougeLF1: rougeL.f1 };
  return { song: song.id, reference: text, caption, scores: { ...overlap, ...Object.fromEntries(facts) } };
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
