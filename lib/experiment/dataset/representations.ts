import { type Value, value } from "../../engine";
import { AlcapError } from "../../errors";

/** The frozen music encoder's representation of each song. */
export interface Representations {
  /** The representation `[M, D]` of a song. Throws `AlcapError` "data" for a song that has none. */
  of(song: string): Value;
  /** What a song's words are aligned with, where that is not its own music. */
  paired?(song: string): Value;
  /** D. */
  readonly width: number;
  /** Names the representations: other ones give another name. */
  readonly hash: string;
}

/** Representations that are all in memory. */
export function heldRepresentations(music: ReadonlyMap<string, Value>, hash: string): Representations {
  const [first] = music.values();
  return {
    of: (song) => {
      const found = music.get(song);
      if (found) return found;
      throw new AlcapError("data", `The song ${song} has no music representation.`, "Run the command again without its cache.");
    },
    width: first?.shape[1] ?? 0,
    hash,
  };
}

/** No music: enough for BART, which does not look at it. */
export const noMusic: Representations = { of: () => SILENCE, width: 1, hash: "none" };

const SILENCE = value(new Float32Array(1), [1, 1]);
