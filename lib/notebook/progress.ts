import type { Progress } from "../progress";
import { liveDisplay } from "./display";

/** Milliseconds between two updates: an update a step would cost more than the step. */
const UPDATE_EVERY = 250;
const BAR_WIDTH = 24;

/**
 * A progress line that replaces itself: in a notebook under the cell, in plain Node on stderr when that is a terminal, else nowhere.
 * While it runs it shows the time left; the last state is `label: done, 460 steps`, without any time, so that an executed notebook has the same bytes
 * again. For the same reason a caller who finds its work already done should report `(total, total)` once.
 *
 * @param unit what is counted, plural (default "steps")
 */
export function notebookProgress(label: string, options: { readonly unit?: string } = {}): Progress {
  const { unit = "steps" } = options;
  const started = performance.now();
  let show: ((line: string, last: boolean) => void) | undefined;
  let shownAt = Number.NEGATIVE_INFINITY;
  let finished = false;
  return (done, total, note) => {
    const last = done >= total;
    const now = performance.now();
    if (finished || (!last && now - shownAt < UPDATE_EVERY)) return;
    show ??= openLine();
    show(last ? `${label}: done, ${total} ${unit}` : progressLine(label, unit, done, total, (now - started) / 1000, note), last);
    shownAt = now;
    finished = last;
  };
}

/** The line while it runs, e.g. `Training ALCAP ███░░░ 120/460 steps, 34 s left, loss 2.31`. */
export function progressLine(label: string, unit: string, done: number, total: number, seconds: number, note?: string): string {
  const filled = total > 0 ? Math.round((BAR_WIDTH * done) / total) : 0;
  const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
  const left = done > 0 ? `, ${duration((seconds * (total - done)) / done)} left` : "";
  return `${label} ${bar} ${done}/${total} ${unit}${left}${note ? `, ${note}` : ""}`;
}

function duration(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  return seconds < 6000 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function openLine(): (line: string, last: boolean) => void {
  const live = liveDisplay();
  if (live) return (line) => live.show({ "text/plain": line });
  if (!process.stderr.isTTY) return () => {};
  const clearLine = "\r\u001b[2K";
  return (line, last) => void process.stderr.write(`${clearLine}${line}${last ? "\n" : ""}`);
}
