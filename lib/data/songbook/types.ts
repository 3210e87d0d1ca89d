import type { Instrument, Mood, Theme } from "./words/lexicon";

export type { Instrument, Mood, Theme };

/**
 * What a Songbook is drawn from. A song depends on `seed`, `agreement`, `noise` and its place alone: its number among the songs to train and
 * validate on, or its number among the test songs. So a corpus of another size keeps the songs it shares, and its test songs.
 */
export interface SongbookOptions {
  /** Whole number; every draw is named after it. */
  readonly seed: number;
  /** How many songs there are to train and validate on: numbers `0 … songs − 1`. */
  readonly songs: number;
  /** How many test songs there are: numbers `songs … songs + testSongs − 1`. */
  readonly testSongs: number;
  /** ρ in 0..1: how often the mood words of the lyrics follow the mood of the music. */
  readonly agreement: number;
  /** 0..1: background noise, and how far a performance strays from what its mood asks for. */
  readonly noise: number;
}

export type Split = "train" | "validation" | "test";

/** Who wrote an interpretation. Experts, casual listeners and those who tell their own story hear theme and mood rightly. */
export const listeners = ["expert", "casual", "autobiographical", "vague", "off-topic", "troll"] as const;
export type Listener = (typeof listeners)[number];

export interface Interpretation {
  readonly text: string;
  /** Mostly zero, as on the real site; the truer a kind of listener is, the more often above. */
  readonly votes: number;
  readonly listener: Listener;
}

export const modes = ["major", "lydian", "mixolydian", "dorian", "minor", "phrygian"] as const;
export type Mode = (typeof modes)[number];

export const styles = ["ambient", "ballad", "folk", "waltz", "hymn", "rock", "march", "electronic", "swing", "latin"] as const;
export type Style = (typeof styles)[number];

/** A person or a place that the lyrics name. */
export interface Detail {
  readonly kind: "name" | "place";
  readonly text: string;
}

/** The hidden causes of a song, drawn before anything is written or played. */
export interface Truth {
  /** Said by the lyrics. */
  readonly theme: Theme;
  /** Said by the music. */
  readonly mood: Mood;
  /** Said by the mood words of the lyrics. */
  readonly lyricsMood: Mood;
  /** Whether `lyricsMood` was copied from `mood` (else it was drawn uniformly, and may still be equal). */
  readonly followed: boolean;
  /** Everything that plays: lead first, then harmony, then bass and drums where there are any. */
  readonly instruments: readonly Instrument[];
  /** Beats a minute. */
  readonly tempo: number;
  readonly mode: Mode;
  readonly style: Style;
  readonly detail: Detail;
  /** ρ of the corpus that this song was drawn for. */
  readonly agreement: number;
}

/** How the band plays, each 0..1 unless said otherwise. Drawn around the centre of the mood. */
export interface Expression {
  readonly loudness: number;
  /** From muffled to sharp. */
  readonly brightness: number;
  /** From low to high. */
  readonly register: number;
  /** From detached to joined. */
  readonly legato: number;
  /** From few notes to many. */
  readonly density: number;
  /** Clusters, repeated notes and notes outside the chord. */
  readonly dissonance: number;
  /** Amplifier overdrive. */
  readonly drive: number;
  /** From a dry room to a hall. */
  readonly space: number;
  /** -1..1: whether melodies fall or rise. */
  readonly contour: number;
  /** 0..1: growth of the dynamics over the excerpt. */
  readonly swell: number;
}

export type Accompaniment = "sustained" | "arpeggio" | "strummed" | "offbeat" | "ostinato";

/** All that is needed to play a song; `renderSong` is a pure function of it. */
export interface MusicPlan {
  /** 32-bit seed of the melody, the fills and the imperfections. */
  readonly seed: number;
  readonly style: Style;
  readonly mode: Mode;
  /** Pitch class of the home note, 0 = C. */
  readonly tonic: number;
  /** Beats a minute. */
  readonly tempo: number;
  readonly beatsPerBar: 3 | 4;
  /** One scale degree (0 = home) a bar, played round and round. */
  readonly progression: readonly number[];
  readonly lead: Instrument;
  readonly harmony: Instrument;
  /** Whether a singer joins the tune, on vowels. */
  readonly singer: boolean;
  readonly bass: boolean;
  /** 0 = no drums, else how loud they are. */
  readonly drums: number;
  readonly accompaniment: Accompaniment;
  readonly expression: Expression;
  /** Detuning of the players, cents. */
  readonly detune: number;
  /** Standard deviation of a note's start, seconds. */
  readonly looseness: number;
  /** Background noise, amplitude (0..1 is full scale). */
  readonly background: number;
}

export interface Song {
  /** `songbook-<seed>-<number>`, of a test song `songbook-<seed>-test-<number>`. */
  readonly id: string;
  readonly split: Split;
  readonly title: string;
  /** Verses and choruses, one line a line, blank lines between. */
  readonly lyrics: string;
  readonly interpretations: readonly Interpretation[];
  readonly truth: Truth;
  /** Subset of `TAGS`. */
  readonly tags: readonly string[];
  readonly music: MusicPlan;
}

/** A note before the players' imperfections: beats instead of seconds. */
export interface WrittenNote {
  readonly beat: number;
  readonly beats: number;
  readonly pitch: number;
  /** 0..1, before the dynamics of the song. */
  readonly accent: number;
}
