import { dataSetNames, type Preset } from "../../preset/songbook";
import { replicateSeeds } from "../../study/grid-runs";
import { type Axis, named, ofPreset, type Point, real, whole } from "./axis";

const changed = ({ corpus }: Preset, change: Partial<Preset["corpus"]>) => ({ corpus: { ...corpus, ...change } });

/** Corpus seed and training seed together, so that an interval speaks of the method and not of one corpus or one initial draw. */
const replicate: Axis<number> = {
  read: whole(1),
  ranged: true,
  apply: ({ preset, name }: Point, r, kind) => ({
    preset: { ...preset, ...changed(preset, { seed: replicateSeeds[kind] + r }) },
    name: { ...name, seed: replicateSeeds.training + r },
  }),
};

/** What is learned from: corpora first, so that the runs of one corpus are neighbours. */
export const corpusAxes = {
  replicate,
  corpusSeed: ofPreset(whole(0), (preset, seed) => changed(preset, { seed }), { ranged: true }),
  songs: ofPreset(whole(1), (preset, songs) => changed(preset, { songs }), { ranged: true }),
  testSongs: ofPreset(whole(1), (preset, testSongs) => changed(preset, { testSongs }), { ranged: true }),
  noise: ofPreset(real(1), (preset, noise) => changed(preset, { noise })),
  /** ρ: how often the lyrics' mood words follow the music's mood. */
  agreement: ofPreset(real(1), (preset, agreement) => changed(preset, { agreement }), { symbol: "ρ" }),
  dataSet: ofPreset(named(dataSetNames), (_, dataSet) => ({ dataSet })),
  /** Training rows of a song, at most. */
  comments: ofPreset(whole(1), (_, comments) => ({ comments })),
};
