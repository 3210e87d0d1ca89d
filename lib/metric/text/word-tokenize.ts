/**
 * One rule of the tokeniser: where one of `when` stands in the text, `pattern` is replaced.
 * `when` only saves time: without any of its strings the pattern cannot match.
 */
type Rule = readonly [when: readonly string[], pattern: RegExp, replacement: string];

/** Python's `\w` and `\s`, which are wider than JavaScript's. */
const wordCharacter = String.raw`[\p{L}\p{N}_]`;
const pythonSpace = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;

const quotes = ["'", '"', "`"];

const startingQuotes: readonly Rule[] = [
  [["«", "“", "‘", "„", "`"], /([«“‘„]|`+)/gu, " $1 "],
  [['"'], /^"/u, "``"],
  [["``"], /(``)/gu, " $1 "],
  [quotes, /([ ([{<])("|'{2})/gu, "$1 `` "],
  [["'"], new RegExp(`(')(?!re|ve|ll|m|t|s|d|n|ſ)(${wordCharacter})(?!${wordCharacter})`, "giu"), "$1 $2"],
];

const colonsAndCommas: readonly Rule[] = [
  [[":", ","], /([:,])(\P{Nd})/gu, " $1 $2"],
  [[":", ","], /([:,])(?=\n?$)/gu, " $1 "],
  [[".."], /\.{2,}/gu, " $& "],
  [[";", "@", "#", "$", "%", "&"], /[;@#$%&]/gu, " $& "],
];

const otherPunctuation: readonly Rule[] = [
  [["?", "!"], /[?!]/gu, " $& "],
  [["' "], /([^'])' /gu, "$1 ' "],
  [["*"], /[*]/gu, " $& "],
  [["[", "]", "(", ")", "{", "}", "<", ">"], /[\][(){}<>]/gu, " $& "],
  [["--"], /--/gu, " -- "],
];

const endingQuotes: readonly Rule[] = [
  [["»", "”", "’"], /([»”’])/gu, " $1 "],
  [["''"], /''/gu, " '' "],
  [['"'], /"/gu, " '' "],
  [["'"], /([^' ])('[sS]|'[mM]|'[dD]|') /gu, "$1 $2 "],
  [["'"], /([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) /gu, "$1 $2 "],
];

/** MacIntyre's contractions; the lists of letters follow Python's case folding. */
const contractions: readonly Rule[] = [
  ...["(can)(not)", "(d)('ye)", "(g[iıİ]m)(me)", "(gon)(na)", "(got)(ta)", "(lem)(me)", "(more)('n)"].map(
    (pair): Rule => [[], new RegExp(`(?<!${wordCharacter})${pair}(?!${wordCharacter})`, "giu"), " $1 $2 "],
  ),
  [[], new RegExp(`(?<!${wordCharacter})(wan)(na)(?=${pythonSpace})`, "giu"), " $1 $2 "],
  [["'"], new RegExp(` ('t)([iıİ]s)(?!${wordCharacter})`, "giu"), " $1 $2 "],
  [["'"], new RegExp(` ('t)(was)(?!${wordCharacter})`, "giu"), " $1 $2 "],
];

const anyContraction = /can(?=not)|'ye|g[iıİ]m(?=me)|gon(?=na)|got(?=ta)|lem(?=me)|more(?='n)|wan(?=na)|'t[iıİw]/i;
const tokens = new RegExp(`${pythonSpace.replace("[", "[^")}+`, "g");

/**
 * Splits English text into Penn Treebank tokens exactly as NLTK's `NLTKWordTokenizer` (`word_tokenize` with `preserve_line`):
 * `don't` → `do n't`, quotes to `` and '', punctuation apart.
 *
 * The text counts as one line: only a period at its very end is split off, so `end.` inside a text stays one token.
 * NLTK's `word_tokenize` on several sentences first splits sentences with a trained model (Punkt), which is not part of this.
 */
export function wordTokenize(text: string): string[] {
  let marked = applyRules(text, startingQuotes);
  marked = splitFinalPeriod(marked, /^[\])}>"'»”’ ]*/u, " ");
  marked = applyRules(marked, colonsAndCommas);
  marked = splitFinalPeriod(marked, /^[\])}>"']*/u, "");
  marked = applyRules(marked, otherPunctuation);
  marked = applyRules(` ${marked} `, endingQuotes);
  if (anyContraction.test(marked)) marked = applyRules(marked, contractions);
  return marked.match(tokens) ?? [];
}

function applyRules(text: string, rules: readonly Rule[]): string {
  let result = text;
  for (const [when, pattern, replacement] of rules) {
    if (when.length === 0 || when.some((mark) => result.includes(mark))) result = result.replace(pattern, replacement);
  }
  return result;
}

const onlySpaces = new RegExp(`^${pythonSpace}*$`, "u");

/**
 * Sets apart the period that ends the text, closing brackets and quotes allowed behind it: NLTK's `([^\.])(\.)([…]*)\s*$`,
 * looked for from the end because that pattern takes quadratic time on long runs of spaces.
 */
function splitFinalPeriod(text: string, closing: RegExp, gap: string): string {
  const place = text.lastIndexOf(".");
  if (place < 1 || text[place - 1] === ".") return text;
  const closers = closing.exec(text.slice(place + 1))?.[0] ?? "";
  if (!onlySpaces.test(text.slice(place + 1 + closers.length))) return text;
  return `${text.slice(0, place)} .${gap}${closers} `;
}
