/** Reports how far a long job is. Shown by whoever called: a bar in the terminal, an updating line in a notebook, nothing in a test. */
export interface Progress {
  (done: number, total: number, note?: string): void;
}

/** Reports nowhere. */
export const silent: Progress = () => {};
