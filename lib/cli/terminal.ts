import { duration, fromDisk, type LineStream, type Reporter, redraw, standingLine, timeLeft } from "../progress";

/** Shortest time between two drawings of a line, in seconds. */
const REDRAW = 0.1;

/**
 * Progress lines on stderr: redrawn in place on a terminal, one line every tenth part where stderr goes to a file.
 * `now` is the clock, in milliseconds.
 */
export function terminalReporter(now: () => number = () => performance.now(), stream: LineStream = process.stderr): Reporter {
  return (label) => {
    const started = now();
    const left = timeLeft();
    let drawn = Number.NEGATIVE_INFINITY;
    let tenth = -1;
    return (done, total, note) => {
      const time = (now() - started) / 1000;
      const ended = done >= total;
      const rest = left(done, total, time); // told of every step, drawn or not
      const line = () => {
        if (!ended) return standingLine({ label, done, total, left: rest, note });
        return standingLine({ label, done, total, note: note === fromDisk ? note : `${duration(time)} in all` });
      };
      if (stream.isTTY) {
        if (!ended && time - drawn < REDRAW) return;
        drawn = time;
        redraw(stream, line(), ended);
      } else if (Math.floor((10 * done) / total) > tenth) {
        tenth = Math.floor((10 * done) / total);
        stream.write(`${line()}\n`);
      }
    };
  };
}
