import { type Progress, redraw, standingLine, timeLeft } from "../progress";
import { liveDisplay } from "./display";

/** Seconds between two updates: an update a step would cost more than the step. */
const UPDATE_EVERY = 0.25;
const BAR_WIDTH = 24;

/**
 * A progress line that replaces itself: in a notebook under the cell, in plain Node on stderr when that is a terminal, else nowhere.
 * While it runs it shows the time left; the last state is `label: complete, 460 steps`, made now or found on disk, so that an executed notebook
 * has the same bytes again. For the same reason a caller who finds its work already done reports it with `reportFound`.
 *
 * @param unit what is counted, plural (default "steps")
 */
export function notebookProgress(label: string, options: { readonly unit?: string } = {}): Progress {
  const { unit = "steps" } = options;
  const left = timeLeft();
  let show: ((line: string, last: boolean) => void) | undefined;
  let shownAt = Number.NEGATIVE_INFINITY;
  let finished = false;
  return (done, total, note) => {
    const last = done >= total;
    const now = performance.now() / 1000;
    const rest = left(done, total, now);
    if (finished || (!last && now - shownAt < UPDATE_EVERY)) return;
    show ??= openLine();
    const bar = barOf(total > 0 ? done / total : 0);
    show(
      last
        ? `${label}: complete, ${total} ${unit}`
        : standingLine({ label: `${label} ${bar}`, done, total, unit, left: rest, note }),
      last,
    );
    shownAt = now;
    finished = last;
  };
}

function barOf(share: number): string {
  const filled = Math.round(BAR_WIDTH * share);
  return "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
}

function openLine(): (line: string, last: boolean) => void {
  const live = liveDisplay();
  if (live) return (line) => live.show({ "text/plain": line });
  return process.stderr.isTTY ? (line, last) => redraw(process.stderr, line, last) : () => {};
}
