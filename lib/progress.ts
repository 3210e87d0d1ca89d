/** Reports how far a long job is. Shown by whoever called: a bar in the terminal, an updating line in a notebook, nothing in a test. */
export type Progress = (done: number, total: number, note?: string) => void;

/** Reports nowhere. */
export const silent: Progress = () => {};

/** Starts a named job and returns where to report it. */
export type Reporter = (label: string) => Progress;

/** Starts jobs that report nowhere. */
export const quiet: Reporter = () => silent;

/** The note of a job whose result was found, not made. */
export const fromDisk = "read from disk";

/** Reports a job whose result was found on disk: it has no time of its own. */
export const reportFound = (progress: Progress, total: number) => progress(total, total, fromDisk);

/** Where a job stands. */
export interface Standing {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly note?: string;
  /** What is counted, plural. */
  readonly unit?: string;
  /** Time left, s, as far as it can be told. */
  readonly left?: number;
}

/** A job under way in words, e.g. `training ALCAP 120/460 steps · 34 s left · loss 2.31`. */
export function standingLine({ label, done, total, note, unit, left }: Standing): string {
  const count = `${label} ${done}/${total}${unit ? ` ${unit}` : ""}`;
  return [count, left === undefined ? "" : `${duration(left)} left`, note].filter(Boolean).join(" · ");
}

/** `34 s`, `3 min 07 s`, `39 min` or `2.5 h`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 100) return `${whole} s`;
  if (whole < 600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  return whole < 6000 ? `${Math.round(whole / 60)} min` : `${(whole / 3600).toFixed(1)} h`;
}

/** Nothing is said of the time left before a job has gone on for this share of it, or for so long, s. */
const ENOUGH = { share: 0.03, seconds: 5 } as const;
/** The rate is that of the last so many seconds. */
const RECENT = 30;

/**
 * Estimates the seconds left from the recent rate. The first step is not counted: it may compile, or stand for what was there already.
 *
 * @returns a function of the state and the clock, s; it gives undefined while there is too little to go by
 */
export function timeLeft(): (done: number, total: number, now: number) => number | undefined {
  const marks: { readonly done: number; readonly now: number }[] = [];
  return (done, total, now) => {
    if (done <= 0) return undefined;
    marks.push({ done, now });
    while (marks.length > 2 && now - marks[1]!.now >= RECENT) marks.shift();
    const [oldest] = marks;
    const went = oldest ? done - oldest.done : 0;
    const took = oldest ? now - oldest.now : 0;
    if (!(went > 0 && (went >= ENOUGH.share * total || took >= ENOUGH.seconds))) return undefined;
    return (took / went) * Math.max(0, total - done);
  };
}

/** Where progress lines go: stderr, or a test's own. */
export interface LineStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Replaces the terminal's current line; a longer one is cut, since one that wraps would stay behind at the next drawing. */
export function redraw(stream: LineStream, text: string, ended: boolean): void {
  const width = (stream.columns || 80) - 1;
  const characters = [...text];
  const line = characters.length > width ? `${characters.slice(0, width - 1).join("")}…` : text;
  stream.write(`\r\x1b[2K${line}${ended ? "\n" : ""}`);
}
