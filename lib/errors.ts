/** Where a failure belongs; the command line maps `usage` to exit code 2 and everything else to 1. */
export type ErrorCode = "usage" | "input" | "data" | "weights" | "engine" | "device" | "record" | "disk" | "network" | "internal";

/** Characters of a message. */
const LONGEST = 4000;

/** A message that any terminal can show: what foreign words in it would do to one is taken out, line breaks stay; and it ends. */
function showable(message: string): string {
  const shown = message.slice(0, LONGEST).replace(/(?!\n)[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu, "?");
  return message.length > LONGEST ? `${shown}…` : shown;
}

/**
 * The one error of this library: what is wrong (naming the file, row, column, tensor or op) and what to do about it.
 * Both are single sentences that a user can read without the source.
 */
export class AlcapError extends Error {
  readonly code: ErrorCode;
  /** One sentence: what the reader can do. */
  readonly advice: string;

  constructor(code: ErrorCode, problem: string, advice: string, options?: { cause?: unknown }) {
    super(showable(`${problem} ${advice}`.trim()), options);
    this.name = "AlcapError";
    this.code = code;
    this.advice = advice;
  }
}
