import { rmSync } from "node:fs";
import { songBatch } from "../../data/text/batch";
import type { Values } from "../../engine";
import { AlcapError } from "../../errors";
import { isFile, readBytes } from "../../files/read";
import { writeWhole } from "../../files/whole-file";
import type { Captioner } from "../../model/captioner";
import { beamDecoder } from "../../model/decoding/beam";
import { greedyDecoder, type SongBatch } from "../../model/decoding/greedy";
import type { ParamValues } from "../../model/params";
import { type Progress, silent } from "../../progress";
import type { Row, SongText } from "../dataset/corpus";
import { examplesOf } from "../dataset/examples";
import type { RunPlan } from "../preset/plan";
import type { RunMaterial } from "./material";
import type { CaptionRecord } from "./records";
import { commentLikelihood } from "./scoring/likelihood";
import { freshComments, scored } from "./scoring/scores";

/** The test rows that are captioned and scored: all, or those of whole batches where the recipe drops the last one. */
export function testRows({ corpus, preset }: RunMaterial): readonly Row<SongText>[] {
  const rows = corpus.rows.test;
  if (preset.lastBatch !== "dropped") return rows;
  const whole = rows.slice(0, rows.length - (rows.length % preset.decodingBatch));
  if (whole.length > 0) return whole;
  throw new AlcapError(
    "usage",
    `The recipe drops the last partial batch, and ${rows.length} test rows fill no batch of ${preset.decodingBatch}.`,
    "Use the paper's reading, or a smaller decoding batch.",
  );
}

/** A trained captioner at work. */
interface Captioning {
  readonly captioner: Captioner;
  readonly params: ParamValues;
  readonly seed: number;
  /** Where captions are kept until all are written, so that a stopped run goes on with the next batch. */
  readonly draft: string;
}

/** Captions the test rows as the preset decodes, and scores each caption and how likely fresh comments are. */
export async function captionTestSplit(
  material: RunMaterial,
  { captioner, params, seed, draft }: Captioning,
  progress: Progress = silent,
): Promise<CaptionRecord[]> {
  const { preset, tokeniser } = material;
  const rows = testRows(material);
  const examples = examplesOf(material, rows);
  const decode = decoderOf(preset, captioner, params, seed);
  const captions = readDraft(draft, rows.length);
  while (captions.length < rows.length) {
    const at = captions.length;
    const part = Array.from({ length: Math.min(preset.decodingBatch, rows.length - at) }, (_, i) => examples.of(at + i));
    const ids = await decode.batch(songBatch(part, preset.lyricsTokens) as Values<SongBatch>, at);
    captions.push(...ids.map((caption) => tokeniser.decode(caption).trim()));
    writeWhole(draft, JSON.stringify(captions));
    progress(captions.length, rows.length, "captions");
  }
  await decode.release();
  const comments = freshComments(material, rows.length);
  const likelihoods = comments && (await commentLikelihood(material, { captioner, params }, rows, comments, progress));
  rmSync(draft, { force: true });
  return scored(rows, { captions, comments, likelihoods });
}

/** Captions that a stopped run has left; none where what is there is damaged: then they are written again. */
function readDraft(file: string, most: number): string[] {
  try {
    const draft: unknown = isFile(file) ? JSON.parse(readBytes(file).toString("utf8")) : [];
    return Array.isArray(draft) && draft.length <= most && draft.every((one) => typeof one === "string") ? draft : [];
  } catch {
    return [];
  }
}

/** Decodes batches whose first song is song `firstSong` of the test rows. */
function decoderOf({ decoding, captionTokens }: RunPlan, captioner: Captioner, params: ParamValues, seed: number) {
  if (decoding.kind === "greedy") {
    const decode = greedyDecoder(params, captioner, captionTokens);
    return { batch: (songs: Values<SongBatch>, _firstSong: number) => decode(songs), release: decode.release };
  }
  const decode = beamDecoder(params, captioner, decoding);
  return {
    batch: (songs: Values<SongBatch>, firstSong: number) => decode(songs, { seed, firstSong }),
    release: decode.release,
  };
}
