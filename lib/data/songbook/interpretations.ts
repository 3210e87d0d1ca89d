import { type Draw, deck } from "./draw";
import { fill, gerund, type Slots, sentences, thirdPerson, words } from "./english";
import type { Written } from "./lyrics";
import { paceOf } from "./tags";
import type { Instrument, Interpretation, Listener, Truth } from "./types";
import {
  autobiographicalFrames,
  casualFrames,
  expertFrames,
  offTopicFrames,
  times,
  trollFrames,
  vagueFrames,
} from "./words/frames";
import type { OtherFrames, TrueFrames } from "./words/frames/types";
import { instruments, moodNames, moods, themeNames, themes } from "./words/lexicon";

/**
 * How many sentence frames each kind of listener has for what the comment turns on: readings (expert, casual), stories of their
 * own (autobiographical), remarks (the others). `[this|that]` inside a frame is not counted twice.
 */
export function frameCounts(): Readonly<Record<Listener, number>> {
  return {
    expert: expertFrames.reading.length,
    casual: casualFrames.reading.length,
    autobiographical: autobiographicalFrames.first.length,
    vague: vagueFrames.first.length,
    "off-topic": offTopicFrames.first.length,
    troll: trollFrames.first.length,
  };
}

/** Fewest and most words of an expert's or casual listener's interpretation. */
export const interpretationWords = { fewest: 20, most: 41 } as const;

/** How often each kind of listener speaks up, beyond the first, who is always an expert or a casual listener. */
const audience: Readonly<Record<Listener, number>> = {
  expert: 28,
  casual: 36,
  autobiographical: 11,
  vague: 10,
  "off-topic": 8,
  troll: 7,
};

/**
 * Three to six interpretations of a song, each by a listener who has read no other. The first is always true, so every song has a
 * reference; of a test song it has most votes, as the real test songs are those with a comment that others liked.
 *
 * @param stream the song's streams of draws
 */
export function interpret(
  written: Written,
  truth: Truth,
  stream: (name: string) => Draw,
  { test }: { readonly test: boolean },
): readonly Interpretation[] {
  const audienceDraw = stream("audience");
  const count = 3 + audienceDraw.integer(4);
  const all = Array.from({ length: count }, (_, i): Interpretation => {
    const listener = i === 0 ? audienceDraw.pick(["expert", "casual"] as const) : audienceDraw.weighted(audience);
    const draw = stream(`interpretation/${i}`);
    return { text: write(listener, written, truth, draw), votes: votesFor(listener, draw), listener };
  });
  const [first, ...others] = all as [Interpretation, ...Interpretation[]];
  if (!test) return all;
  const most = Math.max(0, ...others.map(({ votes }) => votes));
  return [{ ...first, votes: Math.max(first.votes, most + 1) }, ...others];
}

/** One true interpretation, by an expert or a casual listener who has read no other. */
export const interpretAlone = (written: Written, truth: Truth, draw: Draw): string =>
  write(draw.pick(["expert", "casual"] as const), written, truth, draw);

/** How often a comment of each kind is voted above zero, and below; the others stay at zero. */
const voted: Readonly<Record<Listener, { readonly above: number; readonly below: number }>> = {
  expert: { above: 0.36, below: 0 },
  casual: { above: 0.2, below: 0.01 },
  autobiographical: { above: 0.1, below: 0.03 },
  vague: { above: 0.05, below: 0.05 },
  "off-topic": { above: 0.03, below: 0.2 },
  troll: { above: 0.02, below: 0.4 },
};

/** As rare as on the real site, where 95 % of the comments have no negative number of votes and 18 % a positive one (paper, section 5.1). */
function votesFor(listener: Listener, draw: Draw): number {
  const { above, below } = voted[listener];
  const verdict = draw.real();
  const many = 1 + Math.floor(draw.integer(6) * draw.real());
  if (verdict < above) return many;
  return verdict < above + below ? -many : 0;
}

/** What a listener of a kind writes. */
function write(listener: Listener, written: Written, truth: Truth, draw: Draw): string {
  const slots = { ...trueSlots(truth, draw), ...otherSlots(written, truth, draw) };
  switch (listener) {
    case "expert":
      return interpretation(expertFrames, slots, draw);
    case "casual":
      return interpretation(casualFrames, slots, draw);
    case "autobiographical":
      return remark(autobiographicalFrames, slots, draw);
    case "vague":
      return remark(vagueFrames, slots, draw);
    case "off-topic":
      return remark(offTopicFrames, slots, draw);
    case "troll":
      return remark(trollFrames, slots, draw);
  }
}

/** One sentence of the first kind, then one or two of the second. */
function remark(frames: OtherFrames, slots: Slots, draw: Draw): string {
  const second = deck(frames.second, draw);
  const chosen = [draw.pick(frames.first), second(), ...(draw.chance(0.3) ? [second()] : [])];
  return sentences(chosen.map((frame) => fill(frame, slots, draw)).join(" "));
}

/** A true interpretation: a reading, what in the sound says so, then the detail or a remark where there is room. */
function interpretation(frames: TrueFrames, slots: Slots, draw: Draw): string {
  const closing = deck(frames.closing, draw);
  const parts = [fill(draw.pick(frames.reading), slots, draw)];
  const ear = draw.weighted(slots.rhythm ? { hearing: 0.6, backing: 0.2, sound: 0.2 } : { hearing: 0.8, backing: 0, sound: 0.2 });
  const wanted = [draw.pick(frames[ear])];
  // Remarks on the sound or the rhythm say little that is this song's own, so the detail goes with them.
  if (ear !== "hearing") wanted.push(draw.pick(frames.detail));
  const more = draw.weighted({ detail: 0.25, quote: 0.4, closing: 0.2, nothing: 0.15 });
  if (more === "quote") wanted.push(draw.pick(frames.quote));
  if (more === "closing") wanted.push(closing());
  if (more === "detail" && ear === "hearing") wanted.push(draw.pick(frames.detail));
  for (const frame of wanted) append(parts, fill(frame, slots, draw));
  while (words(parts.join(" ")).length < interpretationWords.fewest) append(parts, fill(closing(), slots, draw));
  return sentences(parts.join(" "));
}

/** Adds a sentence unless the text would grow too long. */
function append(parts: string[], sentence: string): void {
  if (words([...parts, sentence].join(" ")).length <= interpretationWords.most) parts.push(sentence);
}

/** Slots filled from the truth: the mood's stance takes the theme for its object. */
function trueSlots(truth: Truth, draw: Draw): Slots {
  const { objects, topics } = themes[truth.theme];
  const { adjectives, nouns, stances } = moods[truth.mood];
  const stance = deck<string>(stances, draw);
  const backs = (player: Instrument) => player === "bass" || player === "drums";
  const backing = truth.instruments.filter(backs);
  const tuned = truth.instruments.filter((player) => !backs(player));
  // The lead is spoken of more than the harmony.
  const lead = deck([...tuned.slice(0, 1), ...tuned], draw);
  const named = (player: Instrument) => draw.pick<string>(instruments[player].names);
  return {
    object: deck<string>(objects, draw),
    topic: deck<string>(topics, draw),
    stand: stance,
    stands: () => thirdPerson(stance()),
    standing: () => gerund(stance()),
    adj: deck<string>(adjectives, draw),
    noun: deck<string>(nouns, draw),
    lead: () => named(lead()),
    ...(backing.length > 0 && { rhythm: () => named(draw.pick(backing)) }),
    pace: () => paceOf(truth.tempo),
    key: () => `${truth.mode} ${truth.mode === "major" || truth.mode === "minor" ? "key" : "mode"}`,
    detail: () => truth.detail.text,
  };
}

/** Slots of comments that are not readings; what a troll says is wrong about both theme and mood. */
function otherSlots({ title, quotable }: Written, truth: Truth, draw: Draw): Slots {
  const wrongTheme = themes[draw.pick(themeNames.filter((name) => name !== truth.theme))];
  const wrongMood = moods[draw.pick(moodNames.filter((name) => name !== truth.mood))];
  const line = deck(quotable, draw);
  const when = deck(times.when, draw);
  const when2 = deck(times.when2, draw);
  return {
    title: () => `"${title}"`,
    song: () => draw.pick(["this song", "the song", "this one", "this track"]),
    line: () => `"${line()}"`,
    when: () => fill(when(), {}, draw),
    when2: () => fill(when2(), {}, draw),
    wrongTopic: () => draw.pick<string>(wrongTheme.topics),
    wrongObject: () => draw.pick<string>(wrongTheme.objects),
    wrongAdj: () => draw.pick<string>(wrongMood.adjectives),
    wrongStands: () => thirdPerson(draw.pick<string>(wrongMood.stances)),
  };
}
