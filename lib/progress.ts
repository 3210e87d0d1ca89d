/** Reports how far a long job is. Shown by whoever called: a bar in the terminal, an updating line in a notebook, nothing in a test. */
export type Progress = (done: number, total: number, note?: string) => void;

/** Reports nowhere. */
export const silent: Progress = () => {};

/** Starts a named job and returns where to report it. */
export type Reporter = (label: string) => Progress;

/** Starts jobs that report nowhere. */
export const quiet: Reporter = () => silent;
