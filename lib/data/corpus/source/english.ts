/** Least share of Latin letters among a text's letters: a line of another script in a hundred does not make a song foreign. */
const LATIN_SHARE = 0.9;
/** With fewer letters, letter statistics say nothing. */
const ENOUGH_LETTERS = 40;

/** How a text was judged. */
export type EnglishVerdict = "English" | "other script" | "other language" | "too short";

export type EnglishTest = (text: string) => EnglishVerdict;

/**
 * A test for English by script and by letter statistics (the trigrams of `franc-min`, 82 languages): our reading of "consisting of only
 * English songs" (paper, section 5.2), which the paper does not make precise.
 */
export async function englishTest(): Promise<EnglishTest> {
  const { franc } = await import("franc-min");
  return (text) => {
    const letters = text.match(/\p{L}/gu)?.length ?? 0;
    const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
    if (latin < LATIN_SHARE * letters) return "other script";
    if (letters < ENOUGH_LETTERS) return "too short";
    return franc(text) === "eng" ? "English" : "other language";
  };
}

/** `[00:12.30]`, `[01:02]`, `[ti:Title]` and the like at the start of a line. */
const LRC_TAGS = /^\s*(?:\[(?:\d+:\d+(?:[.:]\d+)?|[a-z]+:[^\]]*)\]\s*)+/i;
/** Credits as the service puts before a song's words, e.g. `作曲 : …`. */
const CREDIT = /^\s*(?:作词|作曲|编曲|制作人|混音|母带|监制|录音|和声|吉他|贝斯|鼓|词|曲)[^:：]{0,12}[:：]/u;

/** Words of a song without the service's time tags and credits. */
export function plainLyrics(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(LRC_TAGS, "").trimEnd());
  return lines
    .filter((line) => !CREDIT.test(line))
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
