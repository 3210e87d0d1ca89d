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

/** Three to six interpretations of a song. The first is always true, so every song has a reference. */
export function interpret(written: Written, truth: Truth, draw: Draw): readonly Interpretation[] {
  const room = listeningRoom(written, truth, draw);
  const count = 3 + draw.integer(4);
  return Array.from({ length: count }, (_, i) => {
    const listener = i === 0 ? draw.pick(["expert", "casual"] as const) : draw.weighted(audience);
    return { text: room[listener](), votes: votesFor(listener, draw), listener };
  });
}

/** One true interpretation, by an expert or a casual listener who has read no other. */
export const interpretAlone = (written: Written, truth: Truth, draw: Draw): string =>
  listeningRoom(written, truth, draw)[draw.pick(["expert", "casual"] as const)]();

/** Votes follow how true a kind of listener is. */
function votesFor(listener: Listener, draw: Draw): number {
  const few = draw.integer(8) * draw.real();
  switch (listener) {
    case "expert":
      return 3 + Math.floor(3 * few);
    case "casual":
      return 1 + Math.floor(2 * few);
    case "autobiographical":
      return draw.integer(3);
    case "vague":
      return 0;
    case "off-topic":
      return -1 - Math.floor(0.5 * few);
    case "troll":
      return -2 - Math.floor(few);
  }
}

/** One writer for each kind of listener. Frames are dealt from decks, so two comments on a song are never built alike. */
function listeningRoom(written: Written, truth: Truth, draw: Draw): Readonly<Record<Listener, () => string>> {
  const slots = { ...trueSlots(truth, draw), ...otherSlots(written, truth, draw) };
  const other = (frames: OtherFrames) => {
    const first = deck(frames.first, draw);
    const second = deck(frames.second, draw);
    return () => {
      const chosen = [first(), second(), ...(draw.chance(0.3) ? [second()] : [])];
      return sentences(chosen.map((frame) => fill(frame, slots, draw)).join(" "));
    };
  };
  return {
    expert: reader(expertFrames, slots, draw),
    casual: reader(casualFrames, slots, draw),
    autobiographical: other(autobiographicalFrames),
    vague: other(vagueFrames),
    "off-topic": other(offTopicFrames),
    troll: other(trollFrames),
  };
}

/** Writes true interpretations: a reading, what in the sound says so, then the detail or a remark where there is room. */
function reader(frames: TrueFrames, slots: Slots, draw: Draw): () => string {
  const reading = deck(frames.reading, draw);
  const evidence = { hearing: deck(frames.hearing, draw), backing: deck(frames.backing, draw), sound: deck(frames.sound, draw) };
  const detail = deck(frames.detail, draw);
  const quote = deck(frames.quote, draw);
  const closing = deck(frames.closing, draw);
  return () => {
    const parts = [fill(reading(), slots, draw)];
    const ear = draw.weighted(
      slots.rhythm ? { hearing: 0.6, backing: 0.2, sound: 0.2 } : { hearing: 0.8, backing: 0, sound: 0.2 },
    );
    const wanted = [evidence[ear]()];
    // Remarks on the sound or the rhythm say little that is this song's own, so the detail goes with them.
    if (ear !== "hearing") wanted.push(detail());
    const more = draw.weighted({ detail: 0.25, quote: 0.4, closing: 0.2, nothing: 0.15 });
    if (more === "quote") wanted.push(quote());
    if (more === "closing") wanted.push(closing());
    if (more === "detail" && ear === "hearing") wanted.push(detail());
    for (const frame of wanted) append(parts, fill(frame, slots, draw));
    while (words(parts.join(" ")).length < interpretationWords.fewest) append(parts, fill(closing(), slots, draw));
    return sentences(parts.join(" "));
  };
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
    line: () => `"${line()}"`,
    when: () => fill(when(), {}, draw),
    when2: () => fill(when2(), {}, draw),
    wrongTopic: () => draw.pick<string>(wrongTheme.topics),
    wrongObject: () => draw.pick<string>(wrongTheme.objects),
    wrongAdj: () => draw.pick<string>(wrongMood.adjectives),
    wrongStands: () => thirdPerson(draw.pick<string>(wrongMood.stances)),
  };
}
