/**
 * Porter's suffix stripping (An algorithm for suffix stripping, Program 14(3), 1980) with the extensions of NLTK's default stemmer:
 * a table of irregular words, `dies` → `die`, `y` → `i` only after a consonant, `alli`, `fulli`, `logi` and `bli` in step 2.
 */
const irregular: ReadonlyMap<string, string> = new Map([
  ["sky", "sky"],
  ["skies", "sky"],
  ["dying", "die"],
  ["lying", "lie"],
  ["tying", "tie"],
  ["news", "news"],
  ["innings", "inning"],
  ["inning", "inning"],
  ["outings", "outing"],
  ["outing", "outing"],
  ["cannings", "canning"],
  ["canning", "canning"],
  ["howe", "howe"],
  ["proceed", "proceed"],
  ["exceed", "exceed"],
  ["succeed", "succeed"],
]);

const codeOfA = "a".charCodeAt(0);
const codeOfY = "y".charCodeAt(0);
/** One bit a letter, from `a` upwards. */
const vowels = [..."aeiou"].reduce((bits, letter) => bits | (1 << (letter.charCodeAt(0) - codeOfA)), 0);

function isVowelLetter(code: number): boolean {
  const place = code - codeOfA;
  return place >= 0 && place < 26 && ((vowels >>> place) & 1) === 1;
}

/** Whether the letter at `i` is a consonant: no vowel, and no `y` that follows a consonant. */
function isConsonant(word: string, i: number): boolean {
  let first = i;
  while (first > 0 && word.charCodeAt(first) === codeOfY) first--;
  const consonant = !isVowelLetter(word.charCodeAt(first));
  return (i - first) % 2 === 0 ? consonant : !consonant;
}

/** Porter's m, the number of vowel–consonant turns in the first `length` letters: `[C](VC)^m[V]`. */
function measure(word: string, length: number): number {
  let turns = 0;
  let vowelBefore = false;
  for (let i = 0; i < length; i++) {
    const code = word.charCodeAt(i);
    const vowel: boolean = code === codeOfY ? i > 0 && !vowelBefore : isVowelLetter(code);
    if (vowelBefore && !vowel) turns++;
    vowelBefore = vowel;
  }
  return turns;
}

function containsVowel(stem: string): boolean {
  for (let i = 0; i < stem.length; i++) if (!isConsonant(stem, i)) return true;
  return false;
}

/** Condition *o: consonant, vowel, consonant other than w, x, y; NLTK adds two-letter stems of vowel and consonant. */
function endsConsonantVowelConsonant(stem: string): boolean {
  const last = stem.length - 1;
  if (last === 1) return !isConsonant(stem, 0) && isConsonant(stem, 1);
  const end = stem[last];
  if (last < 2 || end === "w" || end === "x" || end === "y") return false;
  return isConsonant(stem, last - 2) && !isConsonant(stem, last - 1) && isConsonant(stem, last);
}

/** Suffix, what replaces it, and the measure the remaining stem must exceed. The first suffix that fits decides, whether or not it applies. */
type Rule = readonly [suffix: string, replacement: string, above: number];

function applyRules(word: string, rulesByEnd: RuleTable): string {
  for (const [suffix, replacement, above] of rulesByEnd[word.charCodeAt(word.length - 2)] ?? []) {
    if (!word.endsWith(suffix)) continue;
    const length = word.length - suffix.length;
    return measure(word, length) > above ? word.slice(0, length) + replacement : word;
  }
  return word;
}

/** Rules in order, looked up by the letter before the last one. */
type RuleTable = Readonly<Record<number, readonly Rule[]>>;

function ruleTable(rules: readonly Rule[]): RuleTable {
  const table: Record<number, Rule[]> = {};
  for (const rule of rules) {
    const letter = rule[0].charCodeAt(rule[0].length - 2);
    const sameLetter = table[letter] ?? [];
    sameLetter.push(rule);
    table[letter] = sameLetter;
  }
  return table;
}

const step2Rules = ruleTable([
  ["ational", "ate", 0],
  ["tional", "tion", 0],
  ["enci", "ence", 0],
  ["anci", "ance", 0],
  ["izer", "ize", 0],
  ["bli", "ble", 0],
  ["alli", "al", 0],
  ["entli", "ent", 0],
  ["eli", "e", 0],
  ["ousli", "ous", 0],
  ["ization", "ize", 0],
  ["ation", "ate", 0],
  ["ator", "ate", 0],
  ["alism", "al", 0],
  ["iveness", "ive", 0],
  ["fulness", "ful", 0],
  ["ousness", "ous", 0],
  ["aliti", "al", 0],
  ["iviti", "ive", 0],
  ["biliti", "ble", 0],
  ["fulli", "ful", 0],
]);

const step3Rules = ruleTable([
  ["icate", "ic", 0],
  ["ative", "", 0],
  ["alize", "al", 0],
  ["iciti", "ic", 0],
  ["ical", "ic", 0],
  ["ful", "", 0],
  ["ness", "", 0],
]);

const step4Rules = ruleTable(
  [
    "al",
    "ance",
    "ence",
    "er",
    "ic",
    "able",
    "ible",
    "ant",
    "ement",
    "ment",
    "ent",
    "ou",
    "ism",
    "ate",
    "iti",
    "ous",
    "ive",
    "ize",
  ].map((suffix): Rule => [suffix, "", 1]),
);

function step1a(word: string): string {
  if (!word.endsWith("s")) return word;
  if (word.endsWith("ies")) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith("sses")) return word.slice(0, -2);
  return word.endsWith("ss") ? word : word.slice(0, -1);
}

function step1b(word: string): string {
  if (word.endsWith("ied")) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith("eed")) return measure(word, word.length - 3) > 0 ? word.slice(0, -1) : word;
  const suffix = word.endsWith("ed") ? 2 : word.endsWith("ing") ? 3 : 0;
  if (suffix === 0) return word;
  const stem = word.slice(0, -suffix);
  if (!containsVowel(stem)) return word;
  if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) return `${stem}e`;
  const last = stem.length - 1;
  const end = stem[last];
  if (last > 0 && end === stem[last - 1] && isConsonant(stem, last)) {
    return end === "l" || end === "s" || end === "z" ? stem : stem.slice(0, -1);
  }
  return measure(stem, stem.length) === 1 && endsConsonantVowelConsonant(stem) ? `${stem}e` : stem;
}

function step1c(word: string): string {
  const applies = word.endsWith("y") && word.length > 2 && isConsonant(word, word.length - 2);
  return applies ? `${word.slice(0, -1)}i` : word;
}

function step2(word: string): string {
  if (word.endsWith("alli") && measure(word, word.length - 4) > 0) return step2(word.slice(0, -2));
  if (word.endsWith("logi")) return measure(word, word.length - 3) > 0 ? word.slice(0, -1) : word;
  return applyRules(word, step2Rules);
}

function step4(word: string): string {
  if (!word.endsWith("ion")) return applyRules(word, step4Rules);
  const before = word[word.length - 4];
  return (before === "s" || before === "t") && measure(word, word.length - 3) > 1 ? word.slice(0, -3) : word;
}

function step5a(word: string): string {
  if (!word.endsWith("e")) return word;
  const stem = word.slice(0, -1);
  const m = measure(stem, stem.length);
  return m > 1 || (m === 1 && !endsConsonantVowelConsonant(stem)) ? stem : word;
}

function step5b(word: string): string {
  return word.endsWith("ll") && measure(word, word.length - 1) > 1 ? word.slice(0, -1) : word;
}

/**
 * The stem of an English word, equal to NLTK's `PorterStemmer().stem(word)`.
 *
 * @param word one token; it is lower-cased first. Letters outside English count as consonants.
 */
export function porterStem(word: string): string {
  const lower = word.toLowerCase();
  if (lower.length <= 2 || isTwoCharacters(lower)) return lower;
  const known = irregular.get(lower);
  if (known !== undefined) return known;
  return step5b(step5a(step4(applyRules(step2(step1c(step1b(step1a(lower)))), step3Rules))));
}

/** Whether more than two UTF-16 units are only one or two characters, which NLTK leaves as they are. */
function isTwoCharacters(word: string): boolean {
  const mayBe = word.length <= 4 && (word.charCodeAt(0) >= 0xd800 || word.charCodeAt(1) >= 0xd800);
  return mayBe && [...word].length <= 2;
}
