// A worker thread: plays planned songs, or reads their kept mel spectrograms, and answers with their representations.
import { melSpectrogram } from "../../data/audio/mel";
import { renderSong } from "../../data/songbook";
import type { Value } from "../../engine";
import { readEncoder } from "./encoder-file";
import { type Chunk, melsOf, readChunk } from "./mel-cache";
import { representSongs } from "./represent";

/** What a worker is asked for: songs, and the file of the frozen encoder. */
export interface RepresentJob {
  readonly chunk: Chunk;
  readonly weights: string;
}

export default async function representJob({ chunk, weights }: RepresentJob): Promise<readonly Value[]> {
  const steps = readChunk(chunk);
  const kept = steps && melsOf([steps], chunk.plans.length);
  const melOf = (_: string, song: number) =>
    kept ? { data: kept.of(song), mels: kept.mels, frames: kept.frames } : melSpectrogram(renderSong(chunk.plans[song]!));
  const out: Value[] = [];
  const store = { has: () => false, keep: (_: string, representation: Value) => void out.push(representation) };
  await representSongs(await readEncoder(weights), [...chunk.plans.keys()].map(String), melOf, store);
  return out;
}
