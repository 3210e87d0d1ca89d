import type { Reporter } from "../progress";

/** Shortest time between two drawings of a bar, in milliseconds. */
const REDRAW = 100;

/**
 * Progress bars on stderr: redrawn in place on a terminal, one line every tenth part where stderr goes to a file.
 * `now` is the clock, in milliseconds.
 */
export function terminalReporter(now: () => number = () => performance.now()): Reporter {
  const { stderr } = process;
  return (label) => {
    const started = now();
    let drawn = Number.NEGATIVE_INFINITY;
    let tenth = -1;
    return (done, total, note = "") => {
      const time = now();
      const ended = done >= total;
      const left = done > 0 ? ((time - started) / done) * (total - done) : 0;
      const text = `${label} ${done}/${total}${note && ` · ${note}`} · ${ended ? `${seconds(time - started)} in all` : `${seconds(left)} left`}`;
      if (stderr.isTTY) {
        if (!ended && time - drawn < REDRAW) return;
        drawn = time;
        stderr.write(`\r\x1b[2K${text}${ended ? "\n" : ""}`);
      } else if (Math.floor((10 * done) / total) > tenth) {
        tenth = Math.floor((10 * done) / total);
        stderr.write(`${text}\n`);
      }
    };
  };
}

function seconds(milliseconds: number): string {
  const s = Math.round(milliseconds / 1000);
  return s < 60 ? `${s} s` : `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, "0")} s`;
}
