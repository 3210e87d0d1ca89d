import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { melSpectrogram } from "../../data/audio/mel";
import { type SongEmbedder, sha256Of } from "../../data/corpus";
import { makeSong, renderSong, type SongbookOptions, songId } from "../../data/songbook";
import { compile, type tf, value } from "../../engine";
import { AlcapError } from "../../errors";
import { fingerprint } from "../../files/fingerprint";
import { readNpz, writeNpz } from "../../files/npz";
import { workspaceOf } from "../../files/project";
import { writeWhole } from "../../files/whole-file";
import { musicEncoder } from "../../model/music/music-encoder";
import type { Params } from "../../model/params";
import { type Progress, silent } from "../../progress";
import type { MusicShape } from "../../recipe";
import { songbookCorpus } from "../dataset/corpus";
import type { Preset } from "../preset/songbook";
import { readEncoder } from "./encoder-file";
import { STEPS_PER_DB } from "./mel-cache";
import { encoderRecipe } from "./train-encoder";

/** Songs heard at once. Batches are the same however often the work is stopped, since sums can differ in their last bit between sizes. */
const AT_ONCE = 8;

/**
 * Computes representations with a frozen music encoder, as `learnToHear` does, and writes each song's `[M, D]` to `<id>.npz` under the key
 * `a`, the layout of the released `audio_embs_15_16000`. Songs are rendered as they are needed; memory holds eight.
 *
 * @param file weights of an encoder: what `alcap reproduce` trained (`music-encoder.safetensors`), or the released tagger
 * @param expected the preset's shape, which gives the number of heads where the widths agree
 * @throws AlcapError `weights` when the file holds no music encoder of a known shape
 */
export async function songEmbedder(file: string, expected: MusicShape, progress: Progress = silent): Promise<SongEmbedder> {
  const { params, shape } = await readEncoder(file, [expected]);
  return {
    encoder: sha256Of(file),
    write: async (songbook, folder) => {
      mkdirSync(folder, { recursive: true });
      for (const name of readdirSync(folder)) if (name.endsWith(".tmp")) rmSync(path.join(folder, name));
      const fileOf = (index: number) => path.join(folder, `${songId(songbook.seed, index)}.npz`);
      const hear = compile((p: Params, mel: tf.Tensor) => musicEncoder(p, shape, mel), { baked: [0], name: "hear" });
      for (let from = 0; from < songbook.songs; from += AT_ONCE) {
        const indices = Array.from({ length: Math.min(AT_ONCE, songbook.songs - from) }, (_, i) => from + i);
        if (!indices.every((index) => existsSync(fileOf(index)))) {
          const { data, shape: states } = await hear(params, melsOf(songbook, indices));
          const [, positions = 0, width = 0] = states;
          const size = positions * width;
          indices.forEach((index, row) => {
            const own = (data as Float32Array).slice(row * size, (row + 1) * size);
            writeWhole(fileOf(index), writeNpz({ a: { data: own, shape: [positions, width] } }));
          });
        }
        progress(from + indices.length, songbook.songs);
      }
      await hear.release();
      return statesShape(fileOf(0));
    },
  };
}

/**
 * The weights of the encoder that a preset trained.
 *
 * @throws AlcapError `weights` when it has not been trained on this machine
 */
export function presetEncoder(preset: Preset): string {
  const hash = fingerprint(encoderRecipe(preset, songbookCorpus(preset), preset.seeds[0] as number));
  const file = path.join(workspaceOf(preset).cache, `encoder-${hash}`, "music-encoder.safetensors");
  if (existsSync(file)) return file;
  throw new AlcapError(
    "weights",
    `The music encoder of the preset ${preset.name} is not there (${file}).`,
    `Train it with \`alcap train-encoder --preset ${preset.name}\`, or give the file of another.`,
  );
}

/** `[M, D]` as the first song's file says, which may have been there. */
function statesShape(file: string): readonly number[] {
  return readNpz(readFileSync(file), file).a?.shape ?? [];
}

/** Log-mel spectrograms `[songs, mels, frames]`, rounded to the steps of the training cache: the encoder hears what it was trained on. */
function melsOf(songbook: SongbookOptions, indices: readonly number[]) {
  const mels = indices.map((index) => melSpectrogram(renderSong(makeSong(songbook, index).music)));
  const { mels: bands = 0, frames = 0 } = mels[0] ?? {};
  const data = new Float32Array(mels.length * bands * frames);
  mels.forEach((mel, row) => {
    data.set(
      mel.data.map((db) => Math.round(db * STEPS_PER_DB) / STEPS_PER_DB),
      row * bands * frames,
    );
  });
  return value(data, [mels.length, bands, frames]);
}
