import { AlcapError } from "../../errors";
import type { Draw } from "./draw";

/** What a frame's `{slots}` are filled from. */
export type Slots = Readonly<Record<string, () => string>>;

/** Picks one of each `[this|that]` in a frame, fills its `{slots}`, and sets a or an by the word that follows. */
export function fill(frame: string, slots: Slots, draw: Draw): string {
  const chosen = frame.replace(/\[([^\]]*)\]/g, (_, options: string) => draw.pick(options.split("|")));
  const filled = chosen.replace(/\{(\w+)\}/g, (_, name: string) => {
    const slot = slots[name];
    if (!slot) throw new AlcapError("internal", `Frame "${frame}" has no slot "${name}".`, "Fill it or correct the frame.");
    return slot();
  });
  return articles(filled.replace(/ {2,}/g, " ").trim());
}

/** Sets every indefinite article by the sound of the next word. */
export function articles(text: string): string {
  return text.replace(/\b([Aa])n? (?=([A-Za-z]+))/g, (_, a: string, next: string) => `${a}${vowelSound(next) ? "n" : ""} `);
}

function vowelSound(word: string): boolean {
  if (/^(hour|honest|heir)/i.test(word)) return true;
  return /^[aeiou]/i.test(word) && !/^(uni(?!n)|use|usual|eu|one|once)/i.test(word);
}

/** Capital at the start and after every full stop, question or exclamation mark. */
export function sentences(text: string): string {
  return text.replace(/(^|[.!?] )([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase());
}

/** The words of a text, lower case, without punctuation. */
export function words(text: string): string[] {
  return text.toLowerCase().match(/[a-z]+(?:'[a-z]+)*/g) ?? [];
}

const irregularPast: Readonly<Record<string, string>> = {
  weep: "wept",
  make: "made",
  come: "came",
  stand: "stood",
  fight: "fought",
  shake: "shook",
  hold: "held",
};

/** `make peace with` → `makes peace with`: only the first word bends. */
export function thirdPerson(verb: string): string {
  return bend(verb, (base) =>
    /(s|x|z|ch|sh)$/.test(base) ? `${base}es` : /[^aeiou]y$/.test(base) ? `${base.slice(0, -1)}ies` : `${base}s`,
  );
}

/** `make peace with` → `making peace with`. */
export function gerund(verb: string): string {
  return bend(verb, (base) => `${/[^e]e$/.test(base) ? base.slice(0, -1) : doubled(base)}ing`);
}

/** `make peace with` → `made peace with`. */
export function past(verb: string): string {
  return bend(verb, (base) => {
    if (irregularPast[base]) return irregularPast[base];
    if (/e$/.test(base)) return `${base}d`;
    return /[^aeiou]y$/.test(base) ? `${base.slice(0, -1)}ied` : `${doubled(base)}ed`;
  });
}

// Final consonants double after one stressed short vowel; the verbs of the lexicon where they do end like this.
const doubled = (base: string) => (/(fret|rebel|hum|stop|hug|grin)$/.test(base) ? base + base.slice(-1) : base);

const bend = (verb: string, change: (base: string) => string) => verb.replace(/^\w+/, change);

/** `gentle` → `gently`, `happy` → `happily`. */
export function adverb(adjective: string): string {
  if (/[^aeiou]le$/.test(adjective)) return `${adjective.slice(0, -1)}y`;
  return /y$/.test(adjective) ? `${adjective.slice(0, -1)}ily` : `${adjective}ly`;
}

/** Regular plural of a noun. */
export const plural = thirdPerson;
