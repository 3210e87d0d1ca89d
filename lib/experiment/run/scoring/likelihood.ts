import { songBatch, teacherForced } from "../../../data/text/batch";
import { packCaptions } from "../../../data/text/pack";
import type { Tokeniser } from "../../../data/text/tokeniser";
import { compile, type Values } from "../../../engine";
import { moodSpans } from "../../../metric/facts/facts";
import type { Captioner } from "../../../model/captioner";
import { type CommentedSongs, tokenNats } from "../../../model/likelihood";
import type { Params, ParamValues } from "../../../model/params";
import { type Progress, silent } from "../../../progress";
import type { Row, SongText } from "../../dataset/corpus";
import { examplesOf } from "../../dataset/examples";
import type { RunMaterial } from "../material";

/** How likely a captioner finds what fresh listeners write of a song. */
export interface Likelihood {
  /** Nats a token, over all tokens of the comments. */
  readonly nll: number;
  /** The same over the tokens of the words that name the music's mood; null where no comment has one. */
  readonly moodNll: number | null;
}

/** Songs computed at once. */
const SONGS = 4;

/**
 * Teacher-forced negative log-likelihood of the comments on each test row. Comments are cut as training captions are, and all their
 * tokens count, `<s>` and `</s>` too.
 *
 * @param comments for each row as many as for every other
 */
export async function commentLikelihood(
  material: RunMaterial,
  { captioner, params }: { readonly captioner: Captioner; readonly params: ParamValues },
  rows: readonly Row<SongText>[],
  comments: readonly (readonly string[])[],
  progress: Progress = silent,
): Promise<Likelihood[]> {
  const { preset, tokeniser } = material;
  const examples = examplesOf(material, rows);
  const nats = compile((baked: Params, songs: CommentedSongs) => tokenNats(baked, captioner, songs), {
    name: "likelihood of comments",
  });
  const pieceOf = pieces(tokeniser);
  const found: Likelihood[] = [];
  for (let at = 0; at < rows.length; at += SONGS) {
    const places = Array.from({ length: SONGS }, (_, i) => (at + i) % rows.length); // the last batch is filled up from the first rows
    const ids = places.map((row) =>
      (comments[row] ?? []).map((text) => tokeniser.encode(text, { maxLength: preset.captionTokens })),
    );
    const songs = songBatch(
      places.map((row) => examples.of(row)),
      preset.lyricsTokens,
    );
    const packed = packCaptions(teacherForced(ids.flat(), preset.captionTokens));
    const { data } = await nats(params, { ...songs, ...packed, lyricsPlaces: null } as unknown as Values<CommentedSongs>);
    const each = unpackedNats(data, packed.captionPlaces.place.data, ids.flat(), packed.captionPlaces.row.shape[1] ?? 0);
    places.slice(0, rows.length - at).forEach((row, i) => {
      const own = each.slice(i * (ids[i]?.length ?? 0), (i + 1) * (ids[i]?.length ?? 0));
      found.push(likelihoodOf(own, ids[i] ?? [], rows[row]?.song, pieceOf));
    });
    progress(found.length, rows.length, "songs");
  }
  await nats.release();
  return found;
}

/** The nats of each comment's tokens, from packed rows of which `place[n]` is `comment · T + t`. */
function unpackedNats(nats: ArrayLike<number>, place: ArrayLike<number>, comments: readonly Int32Array[], T: number): number[][] {
  const out = comments.map(({ length }) => new Array<number>(length).fill(0));
  for (let n = 0; n < nats.length; n++) {
    const [comment, t] = [Math.floor((place[n] as number) / T), (place[n] as number) % T];
    const own = out[comment];
    if (own && t < own.length) own[t] = nats[n] as number;
  }
  return out;
}

function likelihoodOf(
  nats: readonly (readonly number[])[],
  comments: readonly Int32Array[],
  song: SongText | undefined,
  pieceOf: (id: number) => string,
): Likelihood {
  const all = nats.flat();
  const ofMood = nats.flatMap((own, c) => {
    const counted = song?.truth ? moodTokens([...(comments[c] ?? [])].map(pieceOf), song.truth.mood) : [];
    return own.filter((_, t) => counted[t]);
  });
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return { nll: mean(all), moodNll: ofMood.length > 0 ? mean(ofMood) : null };
}

/**
 * Which tokens belong to words that name a mood: those of whose text a letter lies within such a word or phrase, found in the tokens'
 * texts joined. A token that is cut off from its word's end by the longest caption counts for the word only if what is left names the mood.
 *
 * @param texts of the tokens in order, special ones empty
 */
export function moodTokens(texts: readonly string[], mood: Parameters<typeof moodSpans>[1]): boolean[] {
  const spans = moodSpans(texts.join(""), mood);
  let end = 0;
  return texts.map((text) => {
    const start = end;
    end += text.length;
    return spans.some((span) => start < span.end && end > span.start);
  });
}

/** The text of a token alone, with the space before it; each is decoded once. */
function pieces(tokeniser: Tokeniser): (id: number) => string {
  const known = new Map<number, string>();
  return (id) => {
    const text = known.get(id) ?? tokeniser.decode([id]);
    known.set(id, text);
    return text;
  };
}
