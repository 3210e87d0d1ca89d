import { spawnSync } from "node:child_process";
import { AlcapError } from "../../errors";

/** What a job array is made of. */
export interface SlurmJob {
  /** The words after `alcap` that name the grid. */
  readonly words: readonly string[];
  /** Numbers of the cells that are to be made. */
  readonly cells: readonly number[];
  /** The project's folder; all nodes see it under this name. */
  readonly root: string;
  /** Folder of what the jobs print. */
  readonly logs: string;
  /** Variables that the jobs need; those of the engine take one thread for granted where they say nothing. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A word as a shell reads it back. */
const quoted = (word: string) => (/^[\w./=,:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** Whole numbers as `sbatch --array` takes them: `0-3,7`. */
export function arrayOf(cells: readonly number[]): string {
  const ranges: { first: number; last: number }[] = [];
  for (const cell of [...cells].sort((a, b) => a - b)) {
    const before = ranges.at(-1);
    if (before && cell === before.last + 1) before.last = cell;
    else ranges.push({ first: cell, last: cell });
  }
  return ranges.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join(",");
}

/**
 * A script for the shell that submits a job array, one task a run, and a job that prints the table after it. Which partition, how
 * long and on whose account is left to sbatch's own variables, or to whoever edits the file.
 */
export function slurmScript({ words, cells, root, logs, environment }: SlurmJob): string {
  const [, grid = "grid"] = words;
  const command = ["node", "lib/bin/alcap.js", ...words].map(quoted).join(" ");
  const threads = environment.ALCAP_THREADS ?? "1";
  return `#!/usr/bin/env bash
# alcap ${words.join(" ")}: ${cells.length} runs that are not recorded, one task each.
# Submit: bash THIS_FILE. Partition, time limit and account: SBATCH_PARTITION, SBATCH_TIMELIMIT, SBATCH_ACCOUNT in the environment,
# or more #SBATCH lines below. Submit again at any time: tasks whose runs are recorded end at once, stopped runs go on where they were.
set -euo pipefail
cd ${quoted(root)}
mkdir -p ${quoted(logs)}
${Object.entries(environment)
  .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
  .join("")}
# The runs. --requeue: a node that fails, or is needed for something else, gives its tasks back to the queue.
runs=$(sbatch --parsable <<'RUNS'
#!/usr/bin/env bash
#SBATCH --job-name=alcap-${grid}
#SBATCH --array=${arrayOf(cells)}
#SBATCH --cpus-per-task=${threads}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=${logs}/%A_%a.txt
# A process that was killed is started again, twice at most; one that fails has said why.
for attempt in 1 2 3; do
  code=0
  srun --ntasks=1 ${command} --task "$SLURM_ARRAY_TASK_ID" || code=$?
  [ "$code" -gt 128 ] || break
done
exit "$code"
RUNS
)
echo "Runs: job array $runs; progress in ${logs}/$runs"_*.txt

# When all have ended, well or not: the table of what is recorded.
table=$(sbatch --parsable --dependency=afterany:"$runs" <<'TABLE'
#!/usr/bin/env bash
#SBATCH --job-name=alcap-${grid}-table
#SBATCH --output=${logs}/%A.txt
${command} --table
TABLE
)
echo "Table: job $table; ${logs}/$table.txt"
`;
}

/**
 * Submits a script of `slurmScript`; gives what it says.
 *
 * @throws AlcapError `usage` where this machine has no Slurm, `input` where Slurm refuses the jobs
 */
export function submit(script: string): string {
  if (spawnSync("sbatch", ["--version"]).error)
    throw new AlcapError("usage", "There is no sbatch on this machine.", "Give --slurm FILE and submit the file where there is.");
  const { status, stdout, stderr } = spawnSync("bash", { input: script, encoding: "utf8" });
  if (status === 0) return stdout.trim();
  throw new AlcapError(
    "input",
    `Slurm refused the jobs: ${stderr.trim().replace(/\.$/, "")}.`,
    "Give --slurm FILE and mend it there.",
  );
}
