import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { excerpt, loadExcerpt } from "../../data/audio";
import { melSpectrogram } from "../../data/audio/mel";
import { corpusFiles } from "../../data/corpus/layout/schema";
import { AlcapError } from "../../errors";
import { fingerprint, sha256Of } from "../../files/fingerprint";
import { readNpz } from "../../files/npz";
import { readBytes } from "../../files/read";
import type { Reporter } from "../../progress";
import { readRepresentations } from "../dataset/representation-files";
import type { Representations } from "../dataset/representations";
import { readEncoder } from "./encoder-file";
import { npzStore, representSongs } from "./represent";

/** The sound of a prepared corpus, and the encoder that represents it. */
export interface CorpusAudio {
  /** Folder of the prepared corpus, with `audio/{id}.npz` or `.wav`. */
  readonly folder: string;
  readonly songs: readonly string[];
  /** Weights of the music encoder: the released `.pth`, or safetensors. */
  readonly encoder: string;
  /** Where representations are kept between runs. */
  readonly cache: string;
}

/**
 * Computes every song's representation by a frozen music encoder, once, as the paper does; a stopped run goes on where it was.
 *
 * @throws AlcapError `data` when songs have no audio, `weights` when the file is no music encoder
 */
export async function representCorpus(
  { folder, songs, encoder, cache }: CorpusAudio,
  report: Reporter,
): Promise<Representations> {
  const files = new Map(songs.map((song) => [song, audioFile(folder, song)] as const));
  const silent = songs.filter((song) => files.get(song) === undefined);
  if (silent.length > 0)
    throw new AlcapError(
      "data",
      `${silent.length} of ${songs.length} songs have no audio in ${folder}; the first is ${silent[0]}.`,
      "Prepare the corpus with --audio.",
    );
  const weights = await readEncoder(encoder);
  const stamps = [...files].map(([song, file]) => [song, statSync(file as string).size, statSync(file as string).mtimeMs]);
  const name = fingerprint([sha256Of(encoder), weights.shape, stamps]);
  const home = path.join(cache, `representations-${name}`);
  const melOf = async (song: string) => melSpectrogram(await samplesOf(files.get(song) as string));
  await representSongs(weights, songs, melOf, npzStore(home), report("representing the songs"));
  return readRepresentations(home, songs, report("checking representations"));
}

/** A song's audio in a prepared corpus. */
function audioFile(folder: string, song: string): string | undefined {
  const places = ["npz", "wav"].map((ending) => path.join(folder, corpusFiles.audio, `${song}.${ending}`));
  return places.find((file) => existsSync(file));
}

/** 15 s of mono 16 kHz sound. */
async function samplesOf(file: string): Promise<Float32Array> {
  if (!file.endsWith(".npz")) return loadExcerpt(file);
  const samples = readNpz(readBytes(file), file).a;
  if (!samples) throw new AlcapError("data", `${file} holds no array "a".`, "Prepare the corpus again.");
  return excerpt(Float32Array.from(samples.data));
}
