/** Marks that close what a sentence ends: quotes and brackets. */
const closers = `"'”’」』）)\\]`;
/** Where a sentence ends: white space after a Latin full stop and its closers, straight after a Chinese one, a line break. */
const ends = new RegExp(`(?<=[.!?…][${closers}]*)\\s+|(?<=[。！？][${closers}]*)(?![。！？${closers}])|\\s*\\n\\s*`, "u");

/** The sentences (of lyrics: the lines) of a text, Latin or Chinese, none of them empty; marks without a word can stand alone. */
export function splitSentences(text: string): string[] {
  return text
    .split(ends)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== "");
}

/** True for a text with a letter or a digit. */
export const hasWords = (text: string) => /[\p{L}\p{N}]/u.test(text);
