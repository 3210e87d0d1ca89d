/** The words that say a mood. No word, in any form, belongs to two moods or to a theme. */
export interface MoodWords {
  /** After "sounds" or before a noun. */
  readonly adjectives: readonly string[];
  /** After "a sense of". */
  readonly nouns: readonly string[];
  /** Verbs that say the mood on their own, base form. */
  readonly verbs: readonly string[];
  /** What this mood does with a theme, base form: `mourn` + `a war nobody wanted`. */
  readonly stances: readonly string[];
  /** Adjectives that lyrics use, predicative: "the street was glad". */
  readonly lyricAdjectives: readonly string[];
  /** Verbs that lyrics use, base form: "laughing on the stairs". */
  readonly lyricVerbs: readonly string[];
}

export const moods = {
  joyful: {
    adjectives: ["joyful", "happy", "cheerful", "jubilant", "merry"],
    nouns: ["joy", "happiness", "delight"],
    verbs: ["celebrate", "rejoice", "delight", "cheer"],
    stances: ["celebrate", "rejoice in", "delight in", "cheer for"],
    lyricAdjectives: ["happy", "glad", "merry", "cheerful"],
    lyricVerbs: ["laugh", "smile", "dance", "cheer"],
  },
  serene: {
    adjectives: ["serene", "peaceful", "calm", "tranquil", "untroubled"],
    nouns: ["serenity", "peace", "calm"],
    verbs: ["accept", "settle", "come to terms with"],
    stances: ["make peace with", "accept", "look calmly on", "come to terms with"],
    lyricAdjectives: ["calm", "peaceful", "quiet", "untroubled"],
    lyricVerbs: ["drift", "rest", "breathe", "settle"],
  },
  melancholy: {
    adjectives: ["melancholy", "sad", "mournful", "sorrowful", "wistful"],
    nouns: ["sadness", "sorrow", "grief"],
    verbs: ["mourn", "grieve", "lament", "weep"],
    stances: ["mourn", "grieve over", "lament", "weep over"],
    lyricAdjectives: ["sad", "lonely", "sorry", "tearful"],
    lyricVerbs: ["cry", "weep", "ache", "sigh"],
  },
  defiant: {
    adjectives: ["defiant", "rebellious", "fearless", "fierce", "stubborn"],
    nouns: ["defiance", "rebellion", "resistance"],
    verbs: ["rebel", "refuse", "stand firm", "make no apology"],
    stances: ["refuse to back down over", "make no apology for", "stand firm over", "stand unbowed before"],
    lyricAdjectives: ["fierce", "stubborn", "unbroken", "unbowed"],
    lyricVerbs: ["shout", "roar", "rage", "rebel"],
  },
  tense: {
    adjectives: ["tense", "anxious", "uneasy", "nervous", "fearful"],
    nouns: ["tension", "dread", "anxiety"],
    verbs: ["dread", "worry", "fear", "fret"],
    stances: ["dread", "worry about", "fear", "fret over"],
    lyricAdjectives: ["afraid", "nervous", "uneasy", "fearful"],
    lyricVerbs: ["tremble", "shake", "shiver", "worry"],
  },
  tender: {
    adjectives: ["tender", "gentle", "loving", "affectionate", "warm"],
    nouns: ["tenderness", "affection", "warmth"],
    verbs: ["cherish", "look fondly on"],
    stances: ["cherish", "speak gently of", "look fondly on", "sing tenderly of"],
    lyricAdjectives: ["gentle", "tender", "sweet", "loving"],
    lyricVerbs: ["whisper", "kiss", "hug", "cuddle"],
  },
} as const satisfies Record<string, MoodWords>;
