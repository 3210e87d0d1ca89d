/** Characters of a foreign word that a message shows. */
const LONGEST = 80;

/**
 * A word out of a file as a message may show it: on one line, without what a terminal would obey or what hides (controls, escapes, changes of
 * direction, lone surrogates), and cut where it is long.
 */
export function quoted(word: string): string {
  const shown = word.slice(0, LONGEST).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, "?");
  return word.length > LONGEST ? `${shown}…` : shown;
}

/** Sizes out of a file, `[2, 3]`. */
export const quotedShape = (shape: readonly number[]): string => `[${quoted(shape.slice(0, 40).join(", "))}]`;
