import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type MusicPlan, planSong, type SongbookOptions, songCount, soundFingerprint } from "../../data/songbook";
import { fingerprint } from "../../files/fingerprint";
import { writeWhole } from "../../files/whole-file";
import { inWorkers } from "../../files/workers";
import { type Progress, silent } from "../../progress";
import { melRecipe } from "../../recipe";

/** Mel spectrograms are kept as 16-bit whole numbers of this many steps a decibel: −100 … 127 dB at 1/256 dB. */
export const STEPS_PER_DB = 256;

/** Songs in one cache file: little enough that an interrupted preparation loses seconds. */
export const CHUNK = 32;

/** What a worker is asked for: the mel spectrograms of songs in a row, the first of them number `from`. */
export interface MelJob {
  readonly from: number;
  readonly plans: readonly MusicPlan[];
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
  options: SongbookOptions,
  folder: string,
  threads: number,
  progress: Progress = silent,
): Promise<MelCache> {
  const songs = songCount(options);
  const home = path.join(folder, `mel-${fingerprint({ melRecipe, STEPS_PER_DB, sound: soundFingerprint() })}`);
  const jobs: MelJob[] = [];
  for (let from = 0; from < songs; from += CHUNK) {
    jobs.push({ from, plans: Array.from({ length: Math.min(CHUNK, songs - from) }, (_, i) => planSong(options, from + i)) });
  }
  const names = new Map(jobs.map((job) => [job, path.join(home, chunkName(job))]));
  const file = (job: MelJob) => names.get(job) as string;
  const open = jobs.filter((job) => !existsSync(file(job)));
  let done = songs - open.reduce((sum, { plans }) => sum + plans.length, 0);
  if (open.length > 0) progress(done, songs, "songs rendered");
  await inWorkers<MelJob, Int16Array>(path.join(__dirname, "mel-worker.js"), open, {
    threads,
    what: "Rendering songs",
    finished: (steps, place) => {
      const job = open[place] as MelJob;
      writeWhole(file(job), new Uint8Array(steps.buffer, steps.byteOffset, steps.byteLength));
      done += job.plans.length;
      progress(done, songs, "songs rendered");
    },
  });
  return readChunks(jobs.map(file));
}

const chunkName = ({ from, plans }: MelJob) => `${String(from).padStart(6, "0")}-${fingerprint(plans)}-${plans.length}.i16`;

function readChunks(files: readonly string[]): MelCache {
  const chunks = files.map((file) => {
    const bytes = readFileSync(file);
    return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  });
  const songsIn = (file: string) => Number(/-(\d+)\.i16$/.exec(file)?.[1]);
  const size = (chunks[0]?.length ?? 0) / songsIn(files[0] ?? "");
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
