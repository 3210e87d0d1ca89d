import { plainText } from "../../data/text/plain";
import { openTokeniser } from "../../data/text/tokeniser/open";
import { type Value, value } from "../../engine/value";
import { writeGreedily } from "../../model/decoding/greedy-loop";
import type { Method } from "../../paper";
import { bartTokens } from "../../recipe";
import { assets, type TryData, type TryModel } from "../try-data";
import { openGraph, openRuntime } from "./graph";
import { loadScript, unpacked } from "./unpack";

/** Captions one song: lyrics, and music `[M, D]`. */
export type Caption = (lyrics: string, music: Float32Array) => Promise<string>;

/** Loads runtime, tokeniser and models; `told` says what it is at. */
export async function openCaptioners(data: TryData, told: (what: string) => void): Promise<ReadonlyMap<Method, Caption>> {
  for (const [at, script] of data.scripts.entries()) {
    told(`Loading ${at + 1} of ${data.scripts.length} …`);
    await loadScript(script);
  }
  told("Opening the models …");
  openRuntime(await unpacked(assets.runtime));
  const tokeniser = openTokeniser(JSON.parse(new TextDecoder().decode(await unpacked(assets.words))), "The tokeniser");
  const captioners = new Map<Method, Caption>();
  for (const model of data.models) {
    const write = await openModel(model, data);
    captioners.set(model.method, async (lyrics, music) => {
      const ids = tokeniser.encode(plainText(lyrics), { maxLength: data.lyricsTokens });
      return tokeniser.decode(await write(ids, music)).trim();
    });
  }
  return captioners;
}

/** The library's greedy loop over a model's two graphs. */
async function openModel({ method, remember, step, empty }: TryModel, { lyricsTokens, captionTokens, musicShape }: TryData) {
  const encode = await openGraph(await unpacked(`${method}/remember`), remember);
  const next = await openGraph(await unpacked(`${method}/step`), step);
  const zeros = (shapes: readonly (readonly number[])[]) =>
    shapes.map((shape) => value(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape));
  return async (ids: Int32Array, music: Float32Array): Promise<Int32Array> => {
    const [lyrics, mask] = [new Int32Array(lyricsTokens).fill(bartTokens.pad), new Float32Array(lyricsTokens)];
    lyrics.set(ids);
    mask.fill(1, 0, ids.length);
    const song = {
      lyrics: value(lyrics, [1, lyricsTokens]),
      lyricsMask: value(mask, [1, lyricsTokens]),
      music: value(music, [1, ...musicShape]),
    };
    const memory = await encode(song);
    let past: unknown = { keys: zeros(empty.keys), values: zeros(empty.values) };
    let position = 0;
    const stepped = async (tokens: Int32Array) => {
      const at = { token: value(tokens, [1]), position: value(Int32Array.of(position++), []) };
      const out = (await next(past, memory, at)) as { past: unknown; best: Value };
      past = out.past;
      return out.best.data;
    };
    const [caption = new Int32Array(0)] = await writeGreedily({ step: stepped }, 1, captionTokens);
    return caption;
  };
}
