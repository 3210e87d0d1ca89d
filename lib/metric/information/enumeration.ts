import { entropy } from "./information";

/** Probabilities of several discrete variables together: `values` row-major over `sizes`, one size a variable. */
export interface JointTable {
  readonly sizes: readonly number[];
  readonly values: ArrayLike<number>;
}

/** Entropy in nats of some of a table's variables together, named by their places in `sizes`. */
export function jointEntropy({ sizes, values }: JointTable, places: readonly number[]): number {
  const kept = sizes.map((size, place) => (places.includes(place) ? size : 1));
  const sums = new Float64Array(kept.reduce((cells, size) => cells * size, 1));
  for (let cell = 0; cell < values.length; cell++) {
    let rest = cell;
    let index = 0;
    for (let place = sizes.length - 1, stride = 1; place >= 0; place--) {
      const size = sizes[place]!;
      if (kept[place]! > 1) index += (rest % size) * stride;
      stride *= kept[place]!;
      rest = Math.floor(rest / size);
    }
    sums[index]! += values[cell]!;
  }
  return entropy(sums);
}

/** Exact `I(a; b | given)` in nats, `H(a, given) + H(b, given) − H(a, b, given) − H(given)`; variables by their places. */
export function tableInformation(
  table: JointTable,
  a: readonly number[],
  b: readonly number[],
  given: readonly number[] = [],
): number {
  const together = (...lists: (readonly number[])[]) => jointEntropy(table, lists.flat());
  return together(a, given) + together(b, given) - together(a, b, given) - together(given);
}

/** `p(z | x_m, x_l)` over the values of a code. One that looks at one of its arguments alone is an encoder of one modality. */
export type Encoder = (music: number, lyrics: number) => ArrayLike<number>;

/** The variables of a coded table, in order: the music, the lyrics, the code of each. */
const [MUSIC, LYRICS, MUSIC_CODE, LYRICS_CODE] = [0, 1, 2, 3];

/** The table `p(x_m, x_l, z_m, z_l)` of two sources `sources[x_m][x_l]` and two encoders that draw independently of each other. */
export function withCodes(sources: readonly ArrayLike<number>[], musicEncoder: Encoder, lyricsEncoder: Encoder): JointTable {
  const lyrics = sources[0]?.length ?? 0;
  const sizes = [sources.length, lyrics, musicEncoder(0, 0).length, lyricsEncoder(0, 0).length];
  const values: number[] = [];
  sources.forEach((row, m) => {
    for (let l = 0; l < lyrics; l++) {
      const codes = Array.from(lyricsEncoder(m, l));
      for (const code of Array.from(musicEncoder(m, l))) for (const other of codes) values.push(row[l]! * code * other);
    }
  });
  return { sizes, values };
}

/** What the codes of a table keep, in nats. */
export interface CodeInformation {
  /** `I(X; Z) = I(x_m, x_l; z_m, z_l)`, which the information bottleneck makes small. */
  readonly whole: number;
  /** `I(x_m; z_m)` and `I(x_l; z_l)`. */
  readonly music: number;
  readonly lyrics: number;
  /** `I(z_m; z_l)`, which alignment makes large. */
  readonly shared: number;
  /** `I(x_l; z_l | z_m)`: what the lyrics' code says beyond the music's. */
  readonly beyondMusic: number;
  /** `H(x_m) + H(x_l)`, the constant of Proposition 4.1. */
  readonly constant: number;
}

/** The exact information in the codes of a table that {@link withCodes} made. */
export function codeInformation(table: JointTable): CodeInformation {
  return {
    whole: tableInformation(table, [MUSIC, LYRICS], [MUSIC_CODE, LYRICS_CODE]),
    music: tableInformation(table, [MUSIC], [MUSIC_CODE]),
    lyrics: tableInformation(table, [LYRICS], [LYRICS_CODE]),
    shared: tableInformation(table, [MUSIC_CODE], [LYRICS_CODE]),
    beyondMusic: tableInformation(table, [LYRICS], [LYRICS_CODE], [MUSIC_CODE]),
    constant: jointEntropy(table, [MUSIC]) + jointEntropy(table, [LYRICS]),
  };
}

/** How far a family of discrete models is from what Proposition 4.1 needs, in nats; the worst of all models. */
export interface BottleneckCheck {
  readonly models: number;
  /** `|I(X;Z) − ( I(x_m;z_m) + I(x_l;z_l) − I(z_m;z_l) )|` */
  readonly identity: number;
  /** `|I(X;Z) − ( I(x_m;z_m) + I(x_l;z_l | z_m) )|` */
  readonly frozen: number;
  /** Smallest `I(X;Z) − I(z_m;z_l)`: negative where the floor fails. */
  readonly floor: number;
  /** Smallest `C − I(z_m;z_l) − I(X;Z)`: negative where the ceiling fails. */
  readonly ceiling: number;
}

/**
 * Draws discrete models, each with 2 to `largest` values a variable, dependent sources and stochastic encoders, and enumerates all of them.
 *
 * @param random uniform numbers in [0, 1)
 * @param options `fused`: the lyrics' encoder sees the music too, as after cross-attention, so the Markov chain is broken
 */
export function checkBottleneck(
  models: number,
  random: () => number,
  { fused = false, largest = 4 }: { readonly fused?: boolean; readonly largest?: number } = {},
): BottleneckCheck {
  let [identity, frozen, floor, ceiling] = [0, 0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let model = 0; model < models; model++) {
    const { whole, music, lyrics, shared, beyondMusic, constant } = codeInformation(randomTable(random, largest, fused));
    identity = Math.max(identity, Math.abs(whole - (music + lyrics - shared)));
    frozen = Math.max(frozen, Math.abs(whole - (music + beyondMusic)));
    floor = Math.min(floor, whole - shared);
    ceiling = Math.min(ceiling, constant - shared - whole);
  }
  return { models, identity, frozen, floor, ceiling };
}

function randomTable(random: () => number, largest: number, fused: boolean): JointTable {
  const size = () => 2 + Math.floor(random() * (largest - 1));
  const [m, l, codes, otherCodes] = [size(), size(), size(), size()];
  const sharpness = 1 + 4 * random(); // from even to nearly deterministic
  const draw = (length: number) => randomDistribution(length, sharpness, random);
  const flat = draw(m * l);
  const sources = Array.from({ length: m }, (_, row) => flat.slice(row * l, (row + 1) * l));
  const music = sources.map(() => draw(codes));
  const lyrics = Array.from({ length: fused ? m * l : l }, () => draw(otherCodes));
  return withCodes(
    sources,
    (row) => music[row]!,
    (row, column) => lyrics[fused ? row * l + column : column]!,
  );
}

function randomDistribution(length: number, sharpness: number, random: () => number): number[] {
  const weights = Array.from({ length }, () => (-Math.log(1 - random())) ** sharpness);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
