import path from "node:path";
import { type MusicPlan, soundFingerprint } from "../../data/songbook";
import { fingerprint, sealed, unsealed } from "../../files/fingerprint";
import { writeWhole } from "../../files/whole-file";
import { inWorkers } from "../../files/workers";
import { type Progress, silent } from "../../progress";
import { melRecipe } from "../../recipe";

/** Mel spectrograms are kept as 16-bit whole numbers of this many steps a decibel: −100 … 127 dB at 1/256 dB. */
export const STEPS_PER_DB = 256;

/** Songs in one cache file: little enough that an interrupted preparation loses seconds. */
export const CHUNK = 32;

/** Songs in a row, the first of them number `from`: what a worker is asked for at once. */
export interface Chunk {
  readonly from: number;
  readonly plans: readonly MusicPlan[];
  /** Where their mel spectrograms are kept. */
  readonly file: string;
}

/** Songs by their plans, in chunks; spectrograms that are kept lie in `folder`. */
export function chunksOf(plans: readonly MusicPlan[], folder: string): Chunk[] {
  const home = path.join(folder, `mel-${fingerprint({ melRecipe, STEPS_PER_DB, sound: soundFingerprint() })}`);
  return Array.from({ length: Math.ceil(plans.length / CHUNK) }, (_, i) => {
    const part = plans.slice(i * CHUNK, (i + 1) * CHUNK);
    const name = `${String(i * CHUNK).padStart(6, "0")}-${fingerprint(part)}-${part.length}.mel`;
    return { from: i * CHUNK, plans: part, file: path.join(home, name) };
  });
}

/** Log-mel spectrograms of a corpus, song by song, `[mels, frames]` in dB. */
export interface MelCache {
  readonly mels: number;
  readonly frames: number;
  of(song: number): Float32Array;
  /** Frames `from … from + frames − 1` of a song, `[mels, frames]`, written at a place of `out`. */
  crop(song: number, from: number, frames: number, out: Float32Array, at: number): void;
}

/**
 * Renders the songs and computes their mel spectrograms on worker threads; finished chunks are on disk and are not made
 * again. A chunk is known by its songs' plans and by how the synthesiser sounds, so words, ρ and the size of the corpus do not
 * matter and a changed synthesiser never meets old spectrograms. Spectrograms pass through 1/256 dB steps in every case, so
 * that a first and a resumed run see the same numbers.
 */
export async function prepareMels(
  plans: readonly MusicPlan[],
  folder: string,
  threads: number,
  progress: Progress = silent,
): Promise<MelCache> {
  const chunks = chunksOf(plans, folder);
  const steps = chunks.map(readChunk);
  const open = chunks.filter((_, i) => steps[i] === undefined);
  let done = plans.length - open.reduce((sum, chunk) => sum + chunk.plans.length, 0);
  if (open.length > 0) progress(done, plans.length, "songs rendered");
  await inWorkers<Chunk, Int16Array>(path.join(__dirname, "mel-worker.js"), open, {
    threads,
    what: "Rendering songs",
    finished: (rendered, place) => {
      const chunk = open[place] as Chunk;
      writeWhole(chunk.file, sealed(new Uint8Array(rendered.buffer, rendered.byteOffset, rendered.byteLength)));
      steps[chunks.indexOf(chunk)] = rendered;
      done += chunk.plans.length;
      progress(done, plans.length, "songs rendered");
    },
  });
  return melsOf(steps as Int16Array[], plans.length);
}

/** The steps of a chunk that is kept; undefined where it must be made. */
export function readChunk({ file }: Chunk): Int16Array | undefined {
  const bytes = unsealed(file);
  return bytes && new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
}

/** Spectrograms out of the steps of chunks, of so many songs. */
export function melsOf(chunks: readonly Int16Array[], songs: number): MelCache {
  const size = chunks.reduce((sum, { length }) => sum + length, 0) / Math.max(1, songs);
  const frames = size / melRecipe.mels;
  const crop = (song: number, from: number, length: number, out: Float32Array, at: number) => {
    const chunk = chunks[Math.floor(song / CHUNK)] as Int16Array;
    for (let band = 0; band < melRecipe.mels; band++) {
      const start = (song % CHUNK) * size + band * frames + from;
      for (let i = 0; i < length; i++) out[at + band * length + i] = chunk[start + i]! / STEPS_PER_DB;
    }
  };
  const of = (song: number) => {
    const whole = new Float32Array(size);
    crop(song, 0, frames, whole, 0);
    return whole;
  };
  return { mels: melRecipe.mels, frames, of, crop };
}
