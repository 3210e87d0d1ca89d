/**
 * Sentences of interpretations. Slots: `{object}`, `{topic}` (theme); `{stands}`, `{standing}`, `{stand}` (stance verb);
 * `{adj}`, `{noun}` (mood); `{lead}` (an instrument that plays the tune or the chords); `{rhythm}` (bass or drums); `{pace}` (tempo); `{key}` (mode);
 * `{detail}` (name or place); `{song}` (the song without its title, which no model is told); `{title}` (only in comments that do not claim to know the song); `{line}` (of the lyrics, without their mood). `[this|that]` is one of the two. Frames themselves say no theme, mood or instrument.
 * `{topic}` and `{object}` may be plural, so they never take a verb.
 */
export interface TrueFrames {
  /** Says theme and mood, each once. */
  readonly reading: readonly string[];
  /** What in the sound says so, naming an instrument. About half of these leave the mood to the reading. */
  readonly hearing: readonly string[];
  /** The same for bass and drums. */
  readonly backing: readonly string[];
  /** What in the sound says so, naming none. */
  readonly sound: readonly string[];
  /** Takes up the detail of the lyrics. */
  readonly detail: readonly string[];
  /** Quotes a line of the lyrics. */
  readonly quote: readonly string[];
  /** Rounds it off. */
  readonly closing: readonly string[];
}

/** Comments that are not readings of the arrangement: each is one of `first`, then one or two of `second`. */
export interface OtherFrames {
  readonly first: readonly string[];
  readonly second: readonly string[];
}
