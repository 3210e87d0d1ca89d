import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { AlcapError } from "../../../errors";
import { type Progress, silent } from "../../../progress";
import type { SongbookOptions } from "../../songbook";
import type { AudioSummary } from "../layout/schema";

/** Songs that a worker is asked for at once. */
const AT_ONCE = 8;

/** Songs `from … to − 1`, to be written to a folder. */
export interface RenderJob {
  readonly songbook: SongbookOptions;
  readonly ending: AudioSummary["ending"];
  readonly folder: string;
  readonly from: number;
  readonly to: number;
}

export interface RenderOptions {
  readonly ending: AudioSummary["ending"];
  readonly folder: string;
  /** Worker threads; one a core unless given. The files do not depend on it. */
  readonly threads?: number;
  readonly progress?: Progress;
}

/**
 * Renders every song of a Songbook to `<id>.npz` or `<id>.wav` on worker threads. Songs that the folder holds are not rendered again, and no
 * file is ever there in part: a stopped job is started again.
 *
 * @throws AlcapError `usage` when there is no thread to work on, `internal` when a worker fails (a full disk, for one)
 */
export async function renderSongs(songbook: SongbookOptions, options: RenderOptions): Promise<void> {
  const { ending, folder, threads = availableParallelism(), progress = silent } = options;
  checkThreads(threads);
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) if (name.endsWith(".tmp")) rmSync(path.join(folder, name));
  let next = 0;
  let done = 0;
  const take = (): RenderJob | undefined => {
    const from = next;
    if (from >= songbook.songs) return undefined;
    next = Math.min(from + AT_ONCE, songbook.songs);
    return { songbook, ending, folder, from, to: next };
  };
  const finished = (songs: number) => {
    done += songs;
    progress(done, songbook.songs);
  };
  const workers = Math.min(threads, Math.ceil(songbook.songs / AT_ONCE));
  const stop = (error: unknown) => {
    next = songbook.songs; // the other workers end with what they have in hand
    throw error;
  };
  await Promise.all(Array.from({ length: workers }, () => work(take, finished).catch(stop)));
}

/** Throws `AlcapError` "usage" where nobody could work. */
export function checkThreads(threads: number): void {
  if (!(Number.isInteger(threads) && threads > 0))
    throw new AlcapError("usage", `${threads} threads cannot work.`, "Give a whole number from 1.");
}

/** One worker, until there is nothing left to take. */
function work(take: () => RenderJob | undefined, finished: (songs: number) => void): Promise<void> {
  const worker = new Worker(path.join(__dirname, "render-worker.js"));
  return new Promise<void>((resolve, reject) => {
    const next = () => {
      const job = take();
      if (job) worker.postMessage(job);
      else resolve();
    };
    worker.on("message", (songs: number) => {
      finished(songs);
      next();
    });
    worker.on("error", (cause) =>
      reject(
        new AlcapError("internal", `Rendering songs failed: ${cause.message}.`, "Run the command again to go on.", { cause }),
      ),
    );
    next();
  }).finally(() => worker.terminate());
}
