import { canonical } from "../../files/fingerprint";
import { workspaceOf } from "../../files/project";
import { quiet, type Reporter } from "../../progress";
import { withComments } from "../dataset/controls";
import { type DrawSongs, songbookCorpus, songDrawer } from "../dataset/corpus";
import type { Preset } from "../preset/songbook";
import { idOf, type RecipeFacts, type RunName, type RunRecipe, recipeHash, recipeOf } from "../run/recipe";
import { findRecord, type RunRecord } from "../run/records";
import { materialNames } from "../run/songbook-material";
import { encoderFiles } from "../tagger/songbook-encoder";
import type { Cell, Coordinates } from "./axes";

/** A run of a grid, known before anything is made. */
export interface SweepRun {
  /** Which of the grid's cells it is, from 0; the first of those that are the same run. */
  readonly cell: number;
  /** That cell's values on the grid's axes. */
  readonly at: Coordinates;
  readonly preset: Preset;
  readonly name: RunName;
  readonly recipe: RunRecipe;
  readonly id: string;
  /** Of training. */
  readonly steps: number;
  /** Test rows, which are captioned. */
  readonly testRows: number;
  /** Names what runs share, by which it is made once; and the file that is there when the encoder is. */
  readonly material: { readonly encoder: string; readonly music: string; readonly baseModel: string };
  /** Folder of the records. */
  readonly folder: string;
}

/** How the corpora of runs are drawn. */
interface Drawing {
  /** The cells' numbers in their grid. */
  readonly numbers?: readonly number[];
  /** Where songs come from. */
  readonly draw?: DrawSongs;
  /** Told of each corpus that is drawn. */
  readonly report?: Reporter;
}

/** What a preset's corpus, encoder and base model depend on; a part more would only look at a corpus again. */
const cornerstones = ({ recipe, captioning, decoding, decodingBatch, lastBatch, control, methods, seeds, ...rest }: Preset) =>
  rest;

interface CorpusFacts {
  readonly named: ReturnType<typeof materialNames>;
  readonly corpus: RecipeFacts["corpus"];
  readonly trainRows: number;
  readonly testRows: number;
  /** File of the songs' representations. */
  readonly music: string;
  /** Folder of the records. */
  readonly folder: string;
}

/**
 * What is needed of each different corpus and material of some presets; corpora themselves, all at once, would fill the memory. The data sets of
 * one corpus come one after the other, so that its songs, which take seconds, are drawn once.
 */
function factsOf(
  presets: readonly Preset[],
  out: string | undefined,
  { draw, report }: Required<Omit<Drawing, "numbers">>,
): ReadonlyMap<string, CorpusFacts> {
  const different = new Map(presets.map((preset) => [canonical(cornerstones(preset)), preset]));
  const inOrder = [...different].map(([key, preset]) => ({ key, preset, songs: canonical(preset.corpus) }));
  const progress = report("drawing the corpora");
  const facts = inOrder.sort(bySongs).map(({ key, preset }, i) => {
    progress(i, inOrder.length);
    const { cache, runs: folder } = workspaceOf(preset, out);
    const named = materialNames(preset);
    const corpus = withComments(songbookCorpus(preset, draw), preset.comments);
    const { music } = encoderFiles(preset, corpus, cache);
    const { name, hash, rows } = corpus;
    return [
      key,
      { named, corpus: { name, hash }, trainRows: rows.train.length, testRows: rows.test.length, music, folder },
    ] as const;
  });
  progress(inOrder.length, inOrder.length);
  return new Map(facts);
}

const bySongs = (a: { readonly songs: string }, b: { readonly songs: string }) =>
  a.songs === b.songs ? 0 : a.songs < b.songs ? -1 : 1;

/**
 * The different runs of some cells: two cells with one recipe are one run. Corpora are drawn, for their hash is part of a recipe and the number of
 * their rows decides the steps; nothing is made or written.
 *
 * @param out folder for the results in the place of the preset's own
 */
export function runsOfCells(
  cells: readonly Cell[],
  out?: string,
  { numbers = [...cells.keys()], draw = songDrawer(), report = quiet }: Drawing = {},
): SweepRun[] {
  const presets = cells.map(({ preset }) => preset);
  const known = factsOf(presets, out, { draw, report });
  const runs = new Map<string, SweepRun>();
  cells.forEach(({ preset, name, at }, i) => {
    const { named, corpus, trainRows, testRows, music, folder } = known.get(canonical(cornerstones(preset))) as CorpusFacts;
    const recipe = recipeOf({ ...named, corpus, preset }, name);
    const hash = recipeHash(recipe);
    if (runs.has(hash)) return;
    const { batch, epochs } = preset.captioning;
    runs.set(hash, {
      cell: numbers[i] ?? i,
      at,
      preset,
      name,
      recipe,
      id: idOf(recipe),
      steps: epochs * Math.max(1, Math.floor(trainRows / batch)),
      testRows,
      material: { encoder: named.music.hash, music, baseModel: named.start.hash },
      folder,
    });
  });
  return [...runs.values()];
}

/** The record of a run, where it is there for exactly its recipe. */
export const recordOf = ({ folder, recipe }: SweepRun): RunRecord | undefined => findRecord(folder, recipe);
