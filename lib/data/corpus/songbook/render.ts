import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { clearLeftovers } from "../../../files/temporary";
import { inWorkers } from "../../../files/workers";
import { type Progress, silent } from "../../../progress";
import { type SongbookOptions, songCount } from "../../songbook";
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
  mkdirSync(folder, { recursive: true });
  clearLeftovers(folder);
  const jobs: RenderJob[] = [];
  for (let from = 0; from < songCount(songbook); from += AT_ONCE)
    jobs.push({ songbook, ending, folder, from, to: Math.min(from + AT_ONCE, songCount(songbook)) });
  let done = 0;
  await inWorkers<RenderJob, number>(path.join(__dirname, "render-worker.js"), jobs, {
    threads,
    what: "Rendering songs",
    finished: (songs) => {
      done += songs;
      progress(done, songCount(songbook));
    },
  });
}
