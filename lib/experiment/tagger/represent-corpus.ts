import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { excerpt, loadExcerpt } from "../../data/audio";
import { melSpectrogram } from "../../data/audio/mel";
import { corpusFiles } from "../../data/corpus/layout/schema";
import { compile, type tf, value } from "../../engine";
import { AlcapError } from "../../errors";
import { fingerprint } from "../../files/fingerprint";
import { readNpz, writeNpz } from "../../files/npz";
import { writeWhole } from "../../files/whole-file";
import { musicEncoder } from "../../model/music/music-encoder";
import type { Params } from "../../model/params";
import type { Reporter } from "../../progress";
import { readRepresentations } from "../dataset/representation-files";
import type { Representations } from "../dataset/representations";
import { readEncoder } from "./encoder-file";

/** A prepared corpus and the encoder that listens to it. */
export interface Listening {
  /** Folder of the prepared corpus, with `audio/{id}.npz` or `.wav`. */
  readonly folder: string;
  readonly songs: readonly string[];
  /** Weights of the music encoder: the released `.pth`, or safetensors. */
  readonly encoder: string;
  /** Where representations are kept between runs. */
  readonly cache: string;
}

/** Songs heard at once. */
const BATCH = 8;

/**
 * Computes every song's representation by a frozen music encoder, once, as the paper does; a stopped run goes on where it was.
 *
 * @throws AlcapError `data` when songs have no audio, `weights` when the file is no music encoder
 */
export async function hearCorpus({ folder, songs, encoder, cache }: Listening, report: Reporter): Promise<Representations> {
  const files = new Map(songs.map((song) => [song, audioFile(folder, song)] as const));
  const silent = songs.filter((song) => files.get(song) === undefined);
  if (silent.length > 0)
    throw new AlcapError(
      "data",
      `${silent.length} of ${songs.length} songs have no audio in ${folder}; the first is ${silent[0]}.`,
      "Prepare the corpus with --audio.",
    );
  const { params, shape } = await readEncoder(encoder);
  const stamps = [...files].map(([song, file]) => [song, statSync(file as string).size, statSync(file as string).mtimeMs]);
  const home = path.join(cache, `heard-${fingerprint([await contentHash(encoder), shape, stamps])}`);
  const progress = report("listening to the songs");
  const hear = compile((p: Params, mel: tf.Tensor) => musicEncoder(p, shape, mel), { baked: [0], name: "hear" });
  const hearBatch = async (part: readonly string[]) => {
    const mels = await Promise.all(part.map(async (song) => melSpectrogram(await samplesOf(files.get(song) as string))));
    const { mels: bands = 0, frames = 0 } = mels[0] ?? {};
    const data = new Float32Array(part.length * bands * frames);
    mels.forEach((mel, row) => {
      data.set(mel.data, row * bands * frames);
    });
    const states = await hear(params, value(data, [part.length, bands, frames]));
    const [, M = 0, D = 0] = states.shape;
    part.forEach((song, row) => {
      const own = (states.data as Float32Array).slice(row * M * D, (row + 1) * M * D);
      writeWhole(path.join(home, `${song}.npz`), writeNpz({ a: { data: own, shape: [M, D] } }));
    });
  };
  for (let at = 0; at < songs.length; at += BATCH) {
    const part = songs.slice(at, at + BATCH); // the same batches after an interruption, so the same bytes
    if (part.some((song) => !existsSync(path.join(home, `${song}.npz`)))) await hearBatch(part);
    progress(at + part.length, songs.length, "songs heard");
  }
  await hear.release();
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
  const samples = readNpz(readFileSync(file), file).a;
  if (!samples) throw new AlcapError("data", `${file} holds no array "a".`, "Prepare the corpus again.");
  return excerpt(Float32Array.from(samples.data));
}

async function contentHash(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}
