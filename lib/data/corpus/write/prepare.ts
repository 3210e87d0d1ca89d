import path from "node:path";
import { AlcapError } from "../../../errors";
import { describeProblem, type Problem } from "../../../files/rows/problems";
import { quiet, type Reporter } from "../../../progress";
import type { CorpusAbout } from "../layout/schema";
import { type Candidate, compareIds } from "../layout/split";
import type { Ruler } from "../layout/statistics";
import { notOurs, writeSums } from "../layout/sums";
import type { SongSounds } from "./assemble";
import { type Draft, openDraft } from "./draft";
import { wholeFolder } from "./folder";

/** The sound of songs: those in `failures` have none, for the reason given. */
export interface FoundSounds {
  readonly sounds: SongSounds;
  readonly failures: ReadonlyMap<string, string>;
}

/** Looks for the sound of songs. */
export type FindSounds = (songs: readonly string[]) => Promise<FoundSounds>;

/** What all preparations take. */
export interface PrepareCorpus {
  readonly out: string;
  /** Put the corpus in the place of a folder that is there. */
  readonly replace?: boolean;
  /** Write nothing when a row had to be dropped. */
  readonly strict?: boolean;
  readonly ruler: Ruler;
  readonly report?: Reporter;
}

/** A finished corpus and what was wrong with its source. */
export interface PreparedCorpus {
  readonly about: CorpusAbout;
  readonly problems: number;
  /** The first ten. */
  readonly first: readonly Problem[];
  /** SHA-256 of `SHA256SUMS`, which names every byte of the corpus. */
  readonly sha256: string;
}

/**
 * Opens a draft in the place of a corpus; the corpus appears whole when `fill` is done, or not at all.
 *
 * @throws AlcapError `data` when a strict preparation had to drop rows
 */
export async function inDraft(options: PrepareCorpus, fill: (draft: Draft) => Promise<CorpusAbout>): Promise<PreparedCorpus> {
  return wholeFolder(options.out, { replace: options.replace, notOurs }, async (folder) => {
    const draft = openDraft(folder);
    try {
      const about = await fill(draft);
      if (options.strict) refuseDropped(draft);
      const sha256 = writeSums(folder, (options.report ?? quiet)("checksums"));
      return { about, problems: draft.problems.count(), first: draft.problems.first(), sha256 };
    } finally {
      draft.close();
    }
  });
}

/** Songs with at least one row and, where sound is wanted, with sound. */
export async function keptSongs(
  draft: Draft,
  find: FindSounds | undefined,
): Promise<{
  readonly kept: readonly Candidate[];
  readonly sounds?: SongSounds;
  readonly failures?: ReadonlyMap<string, string>;
}> {
  if (draft.songs.size === 0) throw noRows(draft);
  const all = [...draft.songs].map(([id, { votes }]): Candidate => ({ id, testable: votes > 0 }));
  if (!find) return { kept: all };
  const { sounds, failures } = await find(all.map(({ id }) => id).sort(compareIds));
  const kept = all.filter(({ id }) => !failures.has(id));
  if (kept.length > 0) return { kept, sounds, failures };
  throw new AlcapError(
    "data",
    `None of ${all.length} songs has audio that can be read.`,
    "Check --audio: it must hold <id>.mp3 or the like.",
  );
}

function noRows({ problems }: Draft): AlcapError {
  const reasons = problems.first().map(describeProblem);
  return new AlcapError("data", ["No row can be used.", ...reasons].join("\n  "), "\nCheck the columns' names and the encoding.");
}

function refuseDropped({ accounts, problems }: Draft): void {
  const dropped = [...accounts.values()]
    .flatMap((account) => Object.values(account.dropped))
    .reduce((sum, count) => sum + count, 0);
  if (dropped === 0) return;
  const lines = problems.first().map(describeProblem);
  const problem = [`${dropped} rows would be dropped; the first problems are:`, ...lines].join("\n  ");
  throw new AlcapError("data", problem, "\nMend them, or leave --strict out to go on without these rows.");
}

/** Accounts and problems name a file without its folder. Throws `AlcapError` "usage" when that is ambiguous. */
export function distinctNames(files: readonly string[]): void {
  const names = files.map((file) => path.basename(file));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new AlcapError("usage", `Two files are called ${twice}.`, "Rename one of them.");
}
