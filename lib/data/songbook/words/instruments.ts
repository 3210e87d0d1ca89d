/** The words that say an instrument. */
export interface InstrumentWords {
  /** Everything that counts as naming it; single words also count in the plural. */
  readonly keys: readonly string[];
  /** Singular nouns that fit after "the". */
  readonly names: readonly string[];
}

export const instruments = {
  guitar: { keys: ["guitar"], names: ["guitar", "acoustic guitar"] },
  violin: { keys: ["violin", "fiddle"], names: ["violin", "fiddle"] },
  piano: { keys: ["piano"], names: ["piano"] },
  organ: { keys: ["organ"], names: ["organ"] },
  trumpet: { keys: ["trumpet", "horn"], names: ["trumpet", "horn"] },
  flute: { keys: ["flute"], names: ["flute"] },
  synth: { keys: ["synth", "synthesizer"], names: ["synth", "synthesizer"] },
  pad: { keys: ["pad"], names: ["electronic pad", "pad"] },
  choir: { keys: ["choir", "humming voices"], names: ["choir"] },
  bells: { keys: ["bell", "glockenspiel"], names: ["glockenspiel"] },
  bass: { keys: ["bass"], names: ["bass"] },
  drums: { keys: ["drum", "drummer", "drumming", "percussion"], names: ["drumming", "percussion"] },
} as const satisfies Record<string, InstrumentWords>;

/** People that lyrics name. None is an ordinary word. */
export const names = [
  "Maria",
  "Johnny",
  "Elena",
  "Daniel",
  "Sophie",
  "Thomas",
  "Nina",
  "Walter",
  "Lucy",
  "Oscar",
  "Hannah",
  "Leo",
  "Clara",
  "Henry",
  "Alice",
  "Marcus",
  "Eddie",
  "Anna",
  "Peter",
  "Julia",
  "Carlos",
  "Martha",
  "Simon",
  "Bella",
  "George",
  "Irene",
] as const;

/** Places that lyrics name. */
export const places = [
  "Memphis",
  "Dublin",
  "Harlem",
  "Boston",
  "Lisbon",
  "Galway",
  "Denver",
  "Belfast",
  "Tulsa",
  "Brooklyn",
  "Glasgow",
  "Naples",
  "Havana",
  "Savannah",
  "Montreal",
  "Oslo",
  "Cardiff",
  "Vienna",
  "Bristol",
  "Nashville",
  "Austin",
  "Toledo",
  "Kingston",
  "Santa Fe",
  "New Orleans",
  "San Antonio",
] as const;
