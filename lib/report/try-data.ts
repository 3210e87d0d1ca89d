// What the page and its script agree on; types alone, so that both the library and the browser's project can take them.
import type { GraphPorts } from "../engine/export";
import type { Method } from "../paper";

/** A song that can be tried. */
export interface TrySong {
  readonly id: string;
  readonly title: string;
  readonly lyrics: string;
  /** Of the music. */
  readonly mood: string;
  readonly lyricsMood: string;
  /** Representation, float32 `[M, D]` in base64. */
  readonly music: string;
  /** A WAV file as a data URI. */
  readonly audio: string;
  /** The recorded captions. */
  readonly captions: Readonly<Partial<Record<Method, string>>>;
}

/** A trained model; its graphs are the assets `<method>/remember` and `<method>/step`. */
export interface TryModel {
  readonly method: Method;
  readonly remember: GraphPorts;
  readonly step: GraphPorts;
  /** Shapes of the caches that the first step takes. */
  readonly empty: { readonly keys: readonly (readonly number[])[]; readonly values: readonly (readonly number[])[] };
}

export interface TryData {
  readonly songs: readonly TrySong[];
  /** Representation of silence. */
  readonly silence: string;
  /** M and D. */
  readonly musicShape: readonly [number, number];
  readonly lyricsTokens: number;
  readonly captionTokens: number;
  readonly models: readonly TryModel[];
  /** Scripts that bring the assets, by address. */
  readonly scripts: readonly string[];
}

/** Names of assets that are no model's. */
export const assets = { runtime: "runtime", words: "tokenizer" } as const;
