import { mkdirSync } from "node:fs";
import path from "node:path";
import { melSpectrogram } from "../../data/audio/mel";
import { type SongEmbedder, sha256Of } from "../../data/corpus";
import { makeSong, renderSong, songCount, songId } from "../../data/songbook";
import { AlcapError } from "../../errors";
import { readNpz } from "../../files/npz";
import { workspaceOf } from "../../files/project";
import { readBytes } from "../../files/read";
import { clearLeftovers } from "../../files/temporary";
import { type Progress, silent } from "../../progress";
import type { Preset } from "../preset/songbook";
import { readEncoder } from "./encoder-file";
import { npzStore, representSongs } from "./represent";
import { findEncoder, madeEncoder } from "./songbook-encoder";

/**
 * Computes representations with a frozen music encoder and writes each song's `[M, D]` to `<id>.npz` under the key `a`, the layout of the
 * released `audio_embs_15_16000`. Songs are rendered as they are needed; memory holds eight.
 *
 * @param file weights of an encoder: what `alcap train-encoder` trained (`music-encoder.safetensors`), or the released tagger
 * @throws AlcapError `weights` when the file holds no music encoder of a known shape
 */
export async function songEmbedder(file: string, progress: Progress = silent): Promise<SongEmbedder> {
  const encoder = await readEncoder(file);
  return {
    encoder: sha256Of(file),
    write: async (songbook, folder) => {
      mkdirSync(folder, { recursive: true });
      clearLeftovers(folder);
      const songs = Array.from({ length: songCount(songbook) }, (_, index) => songId(songbook, index));
      const melOf = (_: string, index: number) => melSpectrogram(renderSong(makeSong(songbook, index).music));
      await representSongs(encoder, songs, melOf, npzStore(folder), progress);
      const first = path.join(folder, `${songs[0]}.npz`); // which may have been there
      return readNpz(readBytes(first), first).a?.shape ?? [];
    },
  };
}

/**
 * The weights of a preset's encoder.
 *
 * @throws AlcapError `weights` when it neither comes with the project nor has been trained on this machine
 */
export function presetEncoder(preset: Preset): string {
  const { cache } = workspaceOf(preset);
  const found = findEncoder(preset, cache);
  if (found !== undefined) return found;
  throw new AlcapError(
    "weights",
    `The music encoder of the preset ${preset.name} is not there (${madeEncoder(preset, cache)}).`,
    `Train it with \`alcap train-encoder --preset ${preset.name}\`, or give the file of another.`,
  );
}
