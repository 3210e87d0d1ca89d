import { existsSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../../errors";
import { projectRoot } from "../../files/project";
import { readBytes } from "../../files/read";

/** A dictionary of synonyms, as METEOR asks it. */
export interface SynonymDictionary {
  /**
   * Members of every synset that the word, or a base form of it, belongs to: without multi-word members and, as METEOR compares
   * lower-case words, without members written with capitals. Empty for words the dictionary does not know.
   */
  readonly synonyms: (word: string) => readonly string[];
}

type PartOfSpeech = "noun" | "verb" | "adj" | "adv";

/** Endings and what replaces them to reach a base form (WordNet's morphy, as in NLTK). */
const substitutions: Readonly<Record<PartOfSpeech, readonly (readonly [ending: string, replacement: string])[]>> = {
  noun: [
    ["s", ""],
    ["ses", "s"],
    ["ves", "f"],
    ["xes", "x"],
    ["zes", "z"],
    ["ches", "ch"],
    ["shes", "sh"],
    ["men", "man"],
    ["ies", "y"],
  ],
  verb: [
    ["s", ""],
    ["ies", "y"],
    ["es", "e"],
    ["es", ""],
    ["ed", "e"],
    ["ed", ""],
    ["ing", "e"],
    ["ing", ""],
  ],
  adj: [
    ["er", ""],
    ["est", ""],
    ["er", "e"],
    ["est", "e"],
  ],
  adv: [],
};

/** Where lemmas stand in the text. A lemma's synsets form a chain through `next`, so that no list per lemma has to be made when loading. */
interface Lemmas {
  /** Lower-case lemma to its latest entry. */
  readonly latest: Map<string, number>;
  /** Entry to the same lemma's entry before, or −1. */
  readonly next: number[];
  /** Entry to the place in the text where its synset's line starts. */
  readonly line: number[];
}

/** One part of speech. */
interface Section {
  readonly part: PartOfSpeech;
  /** The lemmas a form can be: those of several words, which captions hardly ever ask for, are read when one is first asked for. */
  readonly lemmasLike: (form: string) => Lemmas;
  /** Irregular form to its base forms. */
  readonly exceptions: Map<string, readonly string[]>;
}

/**
 * Longer tokens are in no dictionary and are not taken apart. NLTK peels endings off tokens of any length, in quadratic time,
 * and would find "s" in a thousand of them.
 */
const longestWord = 1000;

/**
 * WordNet 3.0 (Fellbaum, 1998) from the project's compact index `data/wordnet/wordnet-3.0.txt`. Takes about 0.1 s.
 *
 * @param file another index written by `scripts/wordnet/build.mjs`
 * @throws AlcapError `data` when the index is missing or not one
 */
export function loadWordNet(file: string = path.join(projectRoot(), "data/wordnet/wordnet-3.0.txt")): SynonymDictionary {
  if (!existsSync(file)) {
    throw new AlcapError(
      "data",
      `WordNet's index ${file} is missing.`,
      "Restore data/wordnet from the repository, or write it anew with `node scripts/wordnet/build.mjs`.",
    );
  }
  return parseWordNet(readBytes(file).toString("latin1"), file);
}

/** {@link loadWordNet} for an index that is already in memory; `name` is what errors call it. */
export function parseWordNet(text: string, name: string): SynonymDictionary {
  const lower = text.toLowerCase();
  const sections = (["noun", "verb", "adj", "adv"] as const).map((part) => readSection(lower, part, name));
  return {
    synonyms(word) {
      if (word.length > longestWord) return [];
      const found = new Set<string>();
      for (const section of sections) {
        for (const lemma of baseForms(word, section)) addMembers(lemma, section, text, found);
      }
      return [...found];
    },
  };
}

function readSection(lower: string, part: PartOfSpeech, name: string): Section {
  const bounds = sectionBounds(lower, `# synsets ${part}\n`, name);
  const single = readLemmas(lower, bounds, "single words");
  let several: Lemmas | undefined;
  const lemmasLike = (form: string) => {
    if (!form.includes("_")) return single;
    several ??= readLemmas(lower, bounds, "several words");
    return several;
  };
  const exceptions = new Map<string, readonly string[]>();
  for (const row of lower.slice(...sectionBounds(lower, `# exceptions ${part}\n`, name)).split("\n")) {
    const [form, ...bases] = row.split(" ");
    if (form) exceptions.set(form, bases);
  }
  return { part, lemmasLike, exceptions };
}

function readLemmas(lower: string, [start, end]: readonly [number, number], wanted: "single words" | "several words"): Lemmas {
  const lemmas: Lemmas = { latest: new Map(), next: [], line: [] };
  const wantsSeveral = wanted === "several words";
  let line = start;
  let word = start;
  let hasSeveral = false;
  for (let i = start; i < end; i++) {
    const code = lower.charCodeAt(i);
    if (code === underscore) hasSeveral = true;
    if (code !== space && code !== newline) continue;
    if (hasSeveral === wantsSeveral) {
      const lemma = lower.slice(word, i);
      lemmas.next.push(lemmas.latest.get(lemma) ?? -1);
      lemmas.latest.set(lemma, lemmas.line.length);
      lemmas.line.push(line);
    }
    hasSeveral = false;
    word = i + 1;
    if (code === newline) line = word;
  }
  return lemmas;
}

const underscore = "_".charCodeAt(0);
const space = " ".charCodeAt(0);
const newline = "\n".charCodeAt(0);

function sectionBounds(lower: string, heading: string, name: string): readonly [start: number, end: number] {
  const place = lower.indexOf(heading);
  if (place < 0 || !lower.endsWith("\n")) {
    throw new AlcapError(
      "data",
      `${name} is not a complete WordNet index: "${heading.trim()}" or its last line is missing.`,
      "Write it anew with `node scripts/wordnet/build.mjs`.",
    );
  }
  const start = place + heading.length;
  const following = lower.indexOf("#", start);
  return [start, following < 0 ? lower.length : following];
}

/**
 * NLTK's `_morphy`: an irregular form gives its listed base forms; otherwise the word and every form one substitution away that are
 * lemmas; failing that, the first lemmas found by substituting again and again.
 */
function baseForms(word: string, section: Section): readonly string[] {
  const isLemma = (form: string) => section.lemmasLike(form).latest.has(form);
  const irregular = section.exceptions.get(word);
  if (irregular !== undefined) return [word, ...irregular].filter(isLemma);
  let forms = substituted([word], section.part);
  let lemmas = [word, ...forms].filter(isLemma);
  while (lemmas.length === 0 && forms.length > 0) {
    forms = substituted(forms, section.part);
    lemmas = forms.filter(isLemma);
  }
  return lemmas;
}

function substituted(forms: readonly string[], part: PartOfSpeech): string[] {
  const results: string[] = [];
  for (const form of forms) {
    for (const [ending, replacement] of substitutions[part]) {
      if (form.endsWith(ending)) results.push(form.slice(0, form.length - ending.length) + replacement);
    }
  }
  return results;
}

const capitalOrSpace = /[A-Z_]/;

function addMembers(lemma: string, section: Section, text: string, found: Set<string>): void {
  const { latest, next, line } = section.lemmasLike(lemma);
  for (let entry = latest.get(lemma) ?? -1; entry >= 0; entry = next[entry]!) {
    const start = line[entry]!;
    for (const member of text.slice(start, text.indexOf("\n", start)).split(" ")) {
      if (!capitalOrSpace.test(member)) found.add(member);
    }
  }
}
