import { inColumns } from "../../experiment/study/table";
import { type AxisName, axisNames } from "../../experiment/sweep/axes";
import type { SweepRun } from "../../experiment/sweep/runs";

/** Seconds of a training step and of captioning and scoring a test song where none is recorded: two runs at once on two cores. */
const ASSUMED = { step: 0.25, song: 0.08 } as const;

interface Timing {
  /** What is recorded of a run's time. */
  readonly secondsOf: (run: SweepRun) => { readonly trainSeconds?: number; readonly captionSeconds?: number } | undefined;
  /** Whether a run captions the test songs. */
  readonly captions: boolean;
  /** Runs at once. */
  readonly jobs: number;
}

/** The runs as a plain-text table: what differs between them, which are there, and how long the others may take. */
export function runList(runs: readonly SweepRun[], isMade: (run: SweepRun) => boolean, timing: Timing): string {
  const made = new Set(runs.filter(isMade));
  const { step, song } = rates([...made], timing);
  const minutesOf = ({ steps, testRows }: SweepRun) => (steps * step + (timing.captions ? testRows * song : 0)) / 60;
  const axes = axisNames.filter((axis) => new Set(runs.map(({ at }) => at[axis])).size > 1);
  const rows = runs.map((run) => [
    String(run.cell),
    run.id,
    differences(run, axes),
    made.has(run) ? "recorded" : "open",
    String(run.steps),
    minutesOf(run).toFixed(1),
  ]);
  const open = runs.filter((run) => !made.has(run));
  const minutes = open.reduce((sum, run) => sum + minutesOf(run), 0) / timing.jobs;
  const basis = made.size > 0 ? "by those that are recorded" : "on two cores, before any is recorded";
  return `${inColumns([["N", "run", "differs", "state", "steps", "minutes"], ...rows])}

${runs.length} runs, ${open.length} open with ${open.reduce((sum, { steps }) => sum + steps, 0)} training steps: about ${Math.ceil(minutes)} minutes, ${timing.jobs} at once, ${basis}; songs to be rendered come on top.`;
}

const differences = ({ at }: SweepRun, axes: readonly AxisName[]) =>
  axes.flatMap((axis) => (at[axis] === undefined ? [] : [`${axis}=${at[axis]}`])).join(" ");

/** Seconds of a step and a song by what is recorded. */
function rates(made: readonly SweepRun[], { secondsOf }: Timing): { step: number; song: number } {
  const known = made.map((run) => ({ run, seconds: secondsOf(run) }));
  const rate = (of: "trainSeconds" | "captionSeconds", unit: "steps" | "testRows", otherwise: number) => {
    const timed = known.flatMap(({ run, seconds }) => (seconds?.[of] === undefined ? [] : [[seconds[of], run[unit]] as const]));
    const units = timed.reduce((sum, [, count]) => sum + count, 0);
    return units > 0 ? timed.reduce((sum, [seconds]) => sum + seconds, 0) / units : otherwise;
  };
  return { step: rate("trainSeconds", "steps", ASSUMED.step), song: rate("captionSeconds", "testRows", ASSUMED.song) };
}
