import { canonical } from "../../files/fingerprint";
import type { Preset } from "../preset/songbook";
import { idOf, type RunName, type RunRecipe, recipeHash, recipeOf } from "../run/recipe";
import { findRecord, type RunRecord } from "../run/records";
import { songbookFacts } from "../run/songbook-material";
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

/** What a preset's corpus, encoder and base model depend on; a part more would only draw a corpus again. */
const materialOf = ({ recipe, captioning, decoding, decodingBatch, lastBatch, control, methods, seeds, ...rest }: Preset) =>
  canonical(rest);

/** What is needed of a preset's corpus: corpora themselves, all at once, would fill the memory. */
function draw(preset: Preset, out?: string) {
  const { corpus, workspace, text, music, start } = songbookFacts(preset, out);
  const files = encoderFiles(preset, corpus, workspace.cache);
  const { name, hash, rows } = corpus;
  return {
    facts: { corpus: { name, hash }, text, music, start },
    folder: workspace.runs,
    rows: { train: rows.train.length, test: rows.test.length },
    material: { encoder: files.hash, music: files.music },
  };
}

/**
 * The different runs of some cells: two cells with one recipe are one run. Corpora are drawn, nothing is made or written.
 *
 * @param numbers the cells' numbers in their grid
 * @param out folder for the results in the place of the preset's own
 */
export function runsOfCells(cells: readonly Cell[], out?: string, numbers: readonly number[] = [...cells.keys()]): SweepRun[] {
  const runs = new Map<string, SweepRun>();
  const drawn = new Map<string, ReturnType<typeof draw>>();
  cells.forEach(({ preset, name, at }, i) => {
    const key = materialOf(preset);
    const { facts, folder, rows, material } = drawn.get(key) ?? draw(preset, out);
    drawn.set(key, { facts, folder, rows, material });
    const recipe = recipeOf({ ...facts, preset }, name);
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
      steps: epochs * Math.max(1, Math.floor(rows.train / batch)),
      testRows: rows.test,
      material: { ...material, baseModel: facts.start.hash },
      folder,
    });
  });
  return [...runs.values()];
}

/** The record of a run, where it is there for exactly its recipe. */
export const recordOf = ({ folder, recipe }: SweepRun): RunRecord | undefined => findRecord(folder, recipe);
