import type { Accompaniment, Instrument, Style } from "../types";

/**
 * How a style moves, with drums or without: rhythm of the chords, the tune and the bass, its voicing, its drums.
 * Patterns are one bar of four steps a beat; 0 is silence, 1..9 the strength of a stroke or, in `tune`, how likely a note begins.
 */
export interface StyleBook {
  readonly beatsPerBar: 3 | 4;
  /** Where the off-beats lie within a beat: 0.5 is straight, 0.67 a triplet. */
  readonly swing: number;
  /** One bar for each drum; empty when the style has no drums. */
  readonly drums: Readonly<Partial<Record<DrumPiece, string>>>;
  /** One bar for the bass: 1 = root, 3 = third, 5 = fifth, 8 = octave, 0 = silence, one step a half beat. */
  readonly bass: string;
  /** When the chords are struck. */
  readonly chords: string;
  /** Where notes of the tune begin. */
  readonly tune: string;
  /** Chord members as scale steps above the root. */
  readonly voicing: readonly number[];
  /** How much the style likes each manner of accompaniment; multiplies what the mood asks for. */
  readonly manners: Readonly<Partial<Record<Accompaniment, number>>>;
  /** Weights of the instruments that lead or accompany. Any instrument may play in any style. */
  readonly favours: Readonly<Partial<Record<Instrument, number>>>;
}

export const drumPieces = ["kick", "snare", "hat", "shaker", "tom", "clap", "ride", "clave", "brush", "conga"] as const;
export type DrumPiece = (typeof drumPieces)[number];

const triad = [0, 2, 4] as const;

export const styleBooks: Readonly<Record<Style, StyleBook>> = {
  ambient: {
    beatsPerBar: 4,
    swing: 0.5,
    drums: {},
    bass: "10000000",
    chords: "9000000060000000",
    tune: "9000000050000000",
    voicing: [0, 4, 7, 8],
    manners: { sustained: 6 },
    favours: { pad: 7, choir: 3, synth: 2, bells: 3 },
  },
  ballad: {
    beatsPerBar: 4,
    swing: 0.5,
    drums: { kick: "7000000000700000", brush: "3030703030307030" },
    bass: "10010100",
    chords: "9050605070506050",
    tune: "8020602070206030",
    voicing: triad,
    manners: { arpeggio: 4 },
    favours: { piano: 7, violin: 4, guitar: 1 },
  },
  folk: {
    beatsPerBar: 4,
    swing: 0.5,
    drums: { shaker: "7040704070407040", clap: "0000600000006000" },
    bass: "10005000",
    chords: "8000606480006064",
    tune: "9060806080608060",
    voicing: [0, 2, 4, 7],
    manners: { strummed: 5 },
    favours: { guitar: 8, flute: 4, violin: 3 },
  },
  waltz: {
    beatsPerBar: 3,
    swing: 0.5,
    drums: { kick: "800000000000", brush: "000070007000" },
    bass: "100000",
    chords: "300080008000",
    tune: "900020807000",
    voicing: triad,
    manners: { strummed: 2, offbeat: 3 },
    favours: { piano: 3, violin: 6, flute: 4, organ: 1 },
  },
  hymn: {
    beatsPerBar: 4,
    swing: 0.5,
    drums: { tom: "9000000050505050" },
    bass: "10305010",
    chords: "9000900090009000",
    tune: "9000800080008000",
    voicing: [-7, 0, 2, 4],
    manners: { sustained: 8 },
    favours: { organ: 9, choir: 6, trumpet: 1 },
  },
  rock: {
    beatsPerBar: 4,
    swing: 0.5,
    drums: { kick: "9000000090900000", snare: "0000900000009000", hat: "7070707070707070" },
    bass: "11111111",
    chords: "9060806080608060",
    tune: "9060406090604060",
    voicing: [-7, -3, 0],
    manners: { strummed: 4, ostinato: 2 },
    favours: { guitar: 9, synth: 1, organ: 3 },
  },
  march: {
    beatsPerBar: 4,
    swing: 0.5,
    drums: { kick: "9000000090000000", snare: "6046604660466666" },
    bass: "10501050",
    chords: "0080008000800080",
    tune: "9008900890089008",
    voicing: triad,
    manners: { offbeat: 5, strummed: 2 },
    favours: { trumpet: 9, flute: 3, bells: 1 },
  },
  electronic: {
    beatsPerBar: 4,
    swing: 0.5,
    drums: { kick: "9000900090009000", clap: "0000700000007000", hat: "0060006000600064" },
    bass: "18181818",
    chords: "9676967696769676",
    tune: "9009009009009090",
    voicing: [0, 2, 4, 7],
    manners: { arpeggio: 4, ostinato: 3 },
    favours: { synth: 9, pad: 4, bells: 1 },
  },
  swing: {
    beatsPerBar: 4,
    swing: 0.67,
    drums: { ride: "8000606080006060", hat: "0000700000007000", kick: "3000300030003000" },
    bass: "10305080",
    chords: "9000009000000080",
    tune: "7060407060704060",
    voicing: [0, 2, 4, 6],
    manners: { strummed: 2, offbeat: 4 },
    favours: { trumpet: 4, piano: 7, guitar: 1 },
  },
  latin: {
    beatsPerBar: 4,
    swing: 0.5,
    drums: { clave: "9009009000909000", conga: "0040004400400077", shaker: "6333633363336333" },
    bass: "10050050",
    chords: "9009009000909000",
    tune: "9006009006090060",
    voicing: [0, 2, 4, 7],
    manners: { strummed: 4, offbeat: 2 },
    favours: { guitar: 5, flute: 4, trumpet: 2, piano: 3 },
  },
};

/** Instruments that can lead or accompany, with the weight they have in any style. */
export const everyday: Readonly<Partial<Record<Instrument, number>>> = {
  guitar: 0.5,
  violin: 0.8,
  piano: 0.6,
  organ: 0.8,
  trumpet: 0.7,
  flute: 0.7,
  synth: 0.8,
  pad: 0.7,
  choir: 1,
  bells: 1,
};
