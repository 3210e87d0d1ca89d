/**
 * Splits a text into sentences: after `.`, `!`, `?` or `…` with what closes them, before white space, and at line breaks.
 * Pieces without a letter or digit join the sentence before them.
 */
export function splitSentences(text: string): string[] {
  const sentences: string[] = [];
  for (const piece of text.split(/(?<=[.!?…]["'”’)\]]*)\s+|\s*\n\s*/u)) {
    const trimmed = piece.trim();
    if (/[\p{L}\p{N}]/u.test(trimmed)) sentences.push(trimmed);
    else if (trimmed !== "" && sentences.length > 0) sentences.push(`${sentences.pop()} ${trimmed}`);
  }
  return sentences;
}
