import type { Instrument, Style } from "../types";

/** How a style moves. Patterns have four steps a beat; 0 is silence, 1..9 the strength of a stroke. */
export interface StyleBook {
  readonly beatsPerBar: 3 | 4;
  /** Where the off-beats lie within a beat: 0.5 is straight, 0.67 a triplet. */
  readonly swing: number;
  /** One bar for each drum; empty when the style has no drums. */
  readonly drums: Readonly<Partial<Record<DrumPiece, string>>>;
  /** One bar for the bass: 1 = root, 5 = fifth, 8 = octave, 0 = silence, one step a half beat. */
  readonly bass: string;
  /** Weights of the instruments that lead or accompany. Any instrument may play in any style. */
  readonly favors: Readonly<Partial<Record<Instrument, number>>>;
}

export const drumPieces = ["kick", "snare", "hat", "shaker", "tom", "clap"] as const;
export type DrumPiece = (typeof drumPieces)[number];

export const styleBooks: Readonly<Record<Style, StyleBook>> = {
  ambient: { beatsPerBar: 4, swing: 0.5, drums: {}, bass: "10000000", favors: { pad: 5, choir: 3, synth: 2, bells: 2 } },
  ballad: {
    beatsPerBar: 4,
    swing: 0.5,
    drums: { kick: "7000000000700000", snare: "0000600000006000", hat: "4020402040204020" },
    bass: "10001050",
    favors: { piano: 5, violin: 3, guitar: 2, pad: 1 },
  },
  folk: {
    beatsPerBar: 4,
    swing: 0.5,
    drums: { kick: "7000000070000000", shaker: "5030503050305030", clap: "0000400000004000" },
    bass: "10005000",
    favors: { guitar: 6, flute: 3, violin: 3 },
  },
  waltz: {
    beatsPerBar: 3,
    swing: 0.5,
    drums: { kick: "700000000000", snare: "000030003000", hat: "300040004000" },
    bass: "100000",
    favors: { piano: 3, violin: 3, flute: 2, organ: 1 },
  },
  hymn: {
    beatsPerBar: 4,
    swing: 0.5,
    drums: { tom: "5000000040000000" },
    bass: "10001000",
    favors: { organ: 6, choir: 4, trumpet: 1 },
  },
  rock: {
    beatsPerBar: 4,
    swing: 0.5,
    drums: { kick: "9000000090900000", snare: "0000900000009000", hat: "6060606060606060" },
    bass: "11111111",
    favors: { guitar: 6, synth: 2, organ: 2 },
  },
  march: {
    beatsPerBar: 4,
    swing: 0.5,
    drums: { kick: "8000000080000000", snare: "4000704040407044", tom: "0000000000005050" },
    bass: "10501050",
    favors: { trumpet: 6, flute: 2, bells: 1, organ: 1 },
  },
  electronic: {
    beatsPerBar: 4,
    swing: 0.5,
    drums: { kick: "9000900090009000", clap: "0000700000007000", hat: "0060006000600064" },
    bass: "10801080",
    favors: { synth: 6, pad: 4, bells: 1 },
  },
  swing: {
    beatsPerBar: 4,
    swing: 0.66,
    drums: { kick: "5000000050000000", snare: "0000003000000020", hat: "6000504060005040" },
    bass: "10508050",
    favors: { trumpet: 4, piano: 5, guitar: 1 },
  },
  latin: {
    beatsPerBar: 4,
    swing: 0.5,
    drums: { kick: "7000006070000060", shaker: "5333533353335333", clap: "6006006000600600", tom: "0000000000000055" },
    bass: "10051005",
    favors: { guitar: 4, flute: 3, trumpet: 2, piano: 2 },
  },
};

/** Instruments that can lead or accompany, with the weight they have in any style. */
export const everyday: Readonly<Partial<Record<Instrument, number>>> = {
  guitar: 1,
  violin: 1,
  piano: 1,
  organ: 0.7,
  trumpet: 0.7,
  flute: 0.8,
  synth: 0.8,
  pad: 0.7,
  choir: 0.8,
  bells: 0.7,
};
