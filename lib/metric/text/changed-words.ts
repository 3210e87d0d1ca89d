/** A text's words, in small letters. */
const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];

/**
 * The words of a text that another one does not have at the same place: those outside their longest common subsequence, in order.
 *
 * @returns `gone` words of the first text, `come` words of the second; both empty where the texts say the same words
 */
export function changedWords(before: string, after: string): { readonly gone: string[]; readonly come: string[] } {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1)); // common words from place i, j on
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i]![j] = a[i] === b[j] ? 1 + lengths[i + 1]![j + 1]! : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
  const [gone, come]: [string[], string[]] = [[], []];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i++;
      j++;
    } else if (j === b.length || (i < a.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) gone.push(a[i++]!);
    else come.push(b[j++]!);
  }
  return { gone, come };
}
