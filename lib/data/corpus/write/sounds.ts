import { readdirSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../../../errors";
import { copyInto } from "../../../files/copy";
import { readNpz } from "../../../files/npz";
import { readBytes } from "../../../files/read";
import type { Progress } from "../../../progress";
import { prepareAudio, type SongFile } from "../../audio";
import type { FindSounds } from "./prepare";

/** Endings of a song's file, the best first: arrays that are prepared already, then what needs no or little decoding. */
const ENDINGS = ["npz", "wav", "flac", "ogg", "oga", "opus", "mp3"];

export interface SoundsOptions {
  /** Where prepared arrays are kept between runs. */
  readonly cache: string;
  readonly threads?: number;
  readonly progress?: Progress;
}

/**
 * Looks for songs in a folder of `<id>.mp3`, `.wav`, `.flac`, `.ogg`, or of released arrays `<id>.npz` (`audio_arrs_15_16000`). Audio is
 * cut to 15 s of mono 16 kHz in the cache, where an interrupted run finds it again; arrays are taken as they are.
 *
 * @throws AlcapError `input` when the folder cannot be listed
 */
export function soundsFrom(folder: string, { cache, threads, progress }: SoundsOptions): FindSounds {
  return async (songs) => {
    const files = listSongs(folder);
    const failures = new Map<string, string>();
    const arrays = new Map<string, string>();
    const recordings: SongFile[] = [];
    for (const id of songs) {
      const file = files.get(id);
      if (file === undefined) failures.set(id, `there is no ${id}.mp3 or the like`);
      else if (!file.endsWith(".npz")) recordings.push({ id, file });
      else if (isSound(file)) arrays.set(id, file);
      else failures.set(id, `${path.basename(file)} holds no tenth of a second of sound under the key "a"`);
    }
    const prepared = await prepareAudio(recordings, { cache, kind: "audio", threads, progress });
    for (const { id, problem } of prepared.failures) failures.set(id, problem);
    const placeOf = (id: string) => arrays.get(id) ?? prepared.files.get(id);
    return { failures, sounds: { ending: "npz", write: (id, file) => putInPlace(placeOf(id), file) } };
  };
}

function listSongs(folder: string): ReadonlyMap<string, string> {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    throw new AlcapError("input", `The audio folder ${folder} cannot be listed.`, "Give the folder that holds <id>.mp3.", {
      cause,
    });
  }
  const rank = (name: string) => ENDINGS.indexOf(path.extname(name).slice(1).toLowerCase());
  const audio = names.filter((name) => rank(name) >= 0).sort((a, b) => rank(b) - rank(a) || (a < b ? 1 : -1));
  return new Map(audio.map((name) => [path.basename(name, path.extname(name)), path.join(folder, name)]));
}

/** Samples that a song has at least, a tenth of a second; and how far beyond full scale its loudest may go. */
const SHORTEST = 1600;
const LOUDEST = 100;

/** Whether an archive holds the samples `[n]` of a song under the key `a`. */
export function isSound(file: string): boolean {
  try {
    const samples = readNpz(readBytes(file), file).a;
    if (samples?.shape.length !== 1 || samples.data.length < SHORTEST) return false;
    return samples.data.every((sample) => Math.abs(sample) <= LOUDEST); // not a number is neither
  } catch {
    return false;
  }
}

function putInPlace(from: string | undefined, to: string): void {
  if (from === undefined) throw new AlcapError("internal", `There is no sound for ${to}.`, "Please report this.");
  copyInto(from, to);
}
