import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { AlcapError } from "../../errors";
import { clearLeftovers } from "../../files/temporary";
import { inWorkers } from "../../files/workers";
import { type Progress, silent } from "../../progress";

/** What is kept of a song: its 15 s of mono 16 kHz sound, or the log-mel spectrogram of them. */
export type PreparedKind = "audio" | "mel";

/** A song to prepare. */
export interface SongFile {
  readonly id: string;
  /** Path of its mp3, wav, flac or ogg file. */
  readonly file: string;
}

export interface PrepareOptions {
  /** Folder of the prepared arrays; made when it is not there. */
  readonly cache: string;
  readonly kind?: PreparedKind;
  /** Worker threads, by default one a core. */
  readonly threads?: number;
  readonly progress?: Progress;
}

export interface Preparation {
  /** Song id → its `.npz` with the key `a`: `[240000]` samples or `[128, 938]` dB, float32. */
  readonly files: ReadonlyMap<string, string>;
  /** Songs that could not be prepared, each with the reason in one line, in the order they were given. */
  readonly failures: readonly { readonly id: string; readonly file: string; readonly problem: string }[];
  /** How many were already there. */
  readonly reused: number;
}

/** A song may take this long, ms; then its thread is given up and a new one started. */
const PATIENCE = 120_000;

/** What a worker is given, and what it answers. */
export interface PrepareTask extends SongFile {
  readonly cache: string;
  readonly kind: PreparedKind;
}
export type PrepareAnswer = { readonly prepared: string; readonly reused: boolean } | { readonly problem: string };

/** Named in every cached file, so that a change of the rule is a change of the name. */
const RULES: Readonly<Record<PreparedKind, string>> = { audio: "audio-16000-middle-15s-v1", mel: "mel-128-middle-15s-v1" };

/** The cached file of a song: named by the SHA-256 of its content, so that a song that moved or changed its id is not prepared twice. */
export const preparedPath = (cache: string, sha256: string, kind: PreparedKind) =>
  path.join(cache, `${sha256}.${RULES[kind]}.npz`);

/**
 * Decodes, resamples and cuts songs to their excerpts on worker threads. What the cache holds is not made again, files are written whole
 * or not at all, and a song that fails is reported without holding up the others: start it again after any interruption. Memory does not
 * grow with the number of songs.
 *
 * @throws AlcapError `usage` when two songs share an id or there is no thread to work on
 */
export async function prepareAudio(songs: readonly SongFile[], options: PrepareOptions): Promise<Preparation> {
  const { cache, kind = "audio", threads = availableParallelism(), progress = silent } = options;
  const ids = new Set(songs.map(({ id }) => id));
  if (ids.size < songs.length) throw new AlcapError("usage", "Two songs have the same id.", "Give each song an id of its own.");
  await mkdir(cache, { recursive: true });
  clearLeftovers(cache);
  const answers: PrepareAnswer[] = new Array(songs.length);
  let done = 0;
  await inWorkers<PrepareTask, PrepareAnswer>(
    path.join(__dirname, "prepare-worker.js"),
    songs.map((song) => ({ ...song, cache, kind })),
    {
      threads,
      what: "Preparing songs",
      patience: PATIENCE,
      lost: ({ file }) => ({ problem: `${file} stopped its decoder. The file is damaged; get it again.` }),
      finished: (answer, place) => {
        answers[place] = answer;
        progress(++done, songs.length, songs[place]!.id);
      },
    },
  );
  return summarise(songs, answers);
}

function summarise(songs: readonly SongFile[], answers: readonly PrepareAnswer[]): Preparation {
  const files = new Map<string, string>();
  const failures: { id: string; file: string; problem: string }[] = [];
  let reused = 0;
  for (const [i, answer] of answers.entries()) {
    const { id, file } = songs[i]!;
    if ("problem" in answer) failures.push({ id, file, problem: answer.problem });
    else {
      files.set(id, answer.prepared);
      reused += Number(answer.reused);
    }
  }
  return { files, failures, reused };
}
