import seedrandom from "seedrandom";
import type { CaptionPair } from "../metric/text/score";

const subjects = [
  "The singer",
  "This song",
  "My favourite verse",
  "The chorus",
  "The narrator",
  "Her voice",
  "The last line",
  "The whole track",
];
const verbs = [
  "describes",
  "mourns",
  "celebrates",
  "talked about",
  "is hinting at",
  "questions",
  "tells the story of",
  "remembered",
];
const topics = [
  "a lost love",
  "the horror of war",
  "growing up in a small town",
  "faith and doubt",
  "his father's death",
  "greed and power",
  "running away from home",
];
const other = [
  "a love that was lost",
  "the horrors of warfare",
  "small towns",
  "doubting",
  "her dad's dying",
  "might and avarice",
  "a house left behind",
];
const endings = [
  "don't you agree?",
  "in a bitter, ironic way.",
  "as the strings rise...",
  "but nobody listens.",
  "even though it sounds happy!",
  "- at least that's what i hear.",
];

/** Pairs that share sentences, word forms and synonyms, each text cut after `words` words; the same every time. */
export function madeUpPairs(pairs: number, words: number): CaptionPair[] {
  const random = seedrandom("bench/metrics");
  const pick = (list: readonly string[]) => list[Math.floor(random() * list.length)]!;
  return Array.from({ length: pairs }, () => {
    const reference: string[] = [];
    const prediction: string[] = [];
    while (Math.min(reference.length, prediction.length) < words) {
      const topic = Math.floor(random() * topics.length);
      const told = `${pick(subjects)} ${pick(verbs)} ${topics[topic]} ${pick(endings)}`;
      const retold =
        random() < 0.4
          ? told
          : `${pick(subjects)} ${pick(verbs)} ${random() < 0.5 ? other[topic] : pick(topics)} ${pick(endings)}`;
      reference.push(...told.split(" "));
      prediction.push(...retold.split(" "));
    }
    return { prediction: prediction.slice(0, words).join(" "), reference: reference.slice(0, words).join(" ") };
  });
}
