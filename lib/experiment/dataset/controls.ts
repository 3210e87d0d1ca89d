import seedrandom from "seedrandom";
import { inRandomOrder } from "../../data/random-order";
import { type Value, value } from "../../engine";
import { AlcapError } from "../../errors";
import { fingerprint } from "../../files/fingerprint";
import type { Control } from "../preset/plan";
import type { Corpus, SongText } from "./corpus";
import type { Representations } from "./representations";

/** A derangement of a list: no element stays in its place, as all form one circle in random order. */
export function deranged<T>(list: readonly T[], seed: string): T[] {
  const circle = inRandomOrder([...list.keys()], seedrandom(seed));
  const out = [...list];
  circle.forEach((from, i) => {
    out[from] = list[circle[(i + 1) % circle.length] as number] as T;
  });
  return out;
}

/**
 * Another song of the same split for each song, drawn once for a corpus.
 *
 * @throws AlcapError `usage` where a split has one song alone
 */
export function otherSongs({ songs, hash }: Pick<Corpus<SongText>, "songs" | "hash">): ReadonlyMap<string, string> {
  const pairs = [...new Set(songs.map(({ split }) => split))].flatMap((split) => {
    const ids = songs.filter((song) => song.split === split).map(({ id }) => id);
    if (ids.length === 1)
      throw new AlcapError("usage", `The ${split} split has one song, and there is no other's music for it.`, "Take more songs.");
    const others = deranged(ids, `control/other songs/${hash}/${split}`);
    return ids.map((id, i) => [id, others[i] as string] as const);
  });
  return new Map(pairs);
}

/** Songs that have another song's music, of the same shape. */
function ofOthers(music: Representations, corpus: Corpus<SongText>): Representations["of"] {
  const others = otherSongs(corpus);
  return (song) => music.of(others.get(song) ?? song);
}

/**
 * A code of each song's true mood in the place of its music, in the music's shape: one vector, normally distributed by a seed of the mood's
 * own, at every position.
 *
 * @throws AlcapError `usage` where the truth is not known
 */
function ofMoods(music: Representations, { songs }: Corpus<SongText>): Representations["of"] {
  const moods = new Map(songs.map(({ id, truth }) => [id, truth?.mood]));
  const codes = new Map<string, Value>();
  return (song) => {
    const mood = moods.get(song);
    if (mood === undefined)
      throw new AlcapError("usage", `The true mood of ${song} is not known.`, "Take a generated corpus for this control.");
    const code = codes.get(mood) ?? codeOf(mood, music.of(song).shape);
    codes.set(mood, code);
    return code;
  };
}

function codeOf(mood: string, shape: readonly number[]): Value {
  const [positions = 0, width = 0] = shape;
  const uniform = seedrandom(`control/true mood/${mood}`);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const vector = Float32Array.from({ length: width }, normal);
  return value(
    Float32Array.from({ length: positions * width }, (_, i) => vector[i % width] as number),
    [positions, width],
  );
}

/** The representations that a run with a control is given; without one they are as they were. */
export function controlled(music: Representations, control: Control | undefined, corpus: Corpus<SongText>): Representations {
  if (control === "other-music") return { ...music, of: ofOthers(music, corpus) };
  if (control === "true-mood") return { ...music, of: ofMoods(music, corpus) };
  return control === "random-pairs" ? { ...music, paired: ofOthers(music, corpus) } : music;
}

/** A corpus whose songs have so many training rows at most, their first ones. */
export function withComments<S extends SongText>(corpus: Corpus<S>, comments: number | undefined): Corpus<S> {
  if (comments === undefined) return corpus;
  const seen = new Map<S, number>();
  const train = corpus.rows.train.filter(({ song }) => {
    seen.set(song, (seen.get(song) ?? 0) + 1);
    return (seen.get(song) as number) <= comments;
  });
  return { ...corpus, rows: { ...corpus.rows, train }, hash: fingerprint([corpus.hash, { comments }]) };
}
