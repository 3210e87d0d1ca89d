// A process of its own for one run: gets the run as data, says how far it is, writes the record, ends.
import { AlcapError } from "../../errors";
import { type Progress, quiet } from "../../progress";
import { makeRun, materialOf } from "./obtain-runs";
import type { RunMessage, RunTask } from "./side-by-side";

/** Least time between two messages on progress, in milliseconds. */
const TELL_EVERY = 250;

const tell = (message: RunMessage, then?: () => void) => process.send?.(message, undefined, undefined, () => then?.());

function teller(training: boolean): Progress {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (done, total) => {
    const now = performance.now();
    if (now - toldAt < TELL_EVERY && done < total) return;
    toldAt = now;
    tell({ kind: "progress", training, done, total });
  };
}

async function work({ source, name, weights }: RunTask): Promise<void> {
  const material = await materialOf(source, quiet);
  await makeRun(material, name, weights, teller(true), () => teller(false));
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
      tell({ kind: "failed", code: known ? error.code : "internal", problem, advice }, () => process.exit(1));
    },
  );
});
