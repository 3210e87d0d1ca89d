// A process of its own for one run: gets the run as data, says how far it is, writes the record, ends.
import { AlcapError } from "../../errors";
import { type Claim, holds } from "../../files/claim";
import { type Progress, quiet } from "../../progress";
import { makeRun, materialOf } from "./obtain-runs";
import { trainRun } from "./run";
import type { RunMessage, RunTask } from "./side-by-side";

/** Least time between two messages on progress, in milliseconds. */
const TELL_EVERY = 250;

const tell = (message: RunMessage, then?: () => void) => process.send?.(message, undefined, undefined, () => then?.());

/** Another worker has taken the run over. */
class Lost extends Error {}

function teller(training: boolean, claim: Claim | undefined): Progress {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (done, total) => {
    if (claim !== undefined && !holds(claim)) throw new Lost(); // before the next step, and before the record is written
    const now = performance.now();
    if (now - toldAt < TELL_EVERY && done < total) return;
    toldAt = now;
    tell({ kind: "progress", training, done, total });
  };
}

async function work({ source, name, weights, trial, claim }: RunTask): Promise<void> {
  const material = await materialOf(source, quiet);
  if (trial) {
    const started = performance.now();
    const { best } = await trainRun(material, name, teller(true, claim));
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    tell({ kind: "found", found: { loss: best.score, step: best.step, seconds } });
    return;
  }
  await makeRun(material, name, weights, teller(true, claim), () => teller(false, claim));
}

process.on("disconnect", () => process.exit(1)); // whoever asked for the run is gone
process.once("message", (task: RunTask) => {
  work(task).then(
    () => tell({ kind: "done" }, () => process.exit(0)),
    (error: unknown) => {
      const known = error instanceof AlcapError;
      const advice = known ? error.advice : "Please report it.";
      const problem = known
        ? error.message.slice(0, -advice.length).trim()
        : String(error instanceof Error ? error.stack : error);
      if (error instanceof Lost) tell({ kind: "lost" }, () => process.exit(1));
      else tell({ kind: "failed", code: known ? error.code : "internal", problem, advice }, () => process.exit(1));
    },
  );
});
