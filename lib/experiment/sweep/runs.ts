import { canonical } from "../../files/fingerprint";
import type { Preset } from "../preset/songbook";
import { idOf, type RunName, type RunRecipe, recipeHash, recipeOf } from "../run/recipe";
import { findRecord, type RunRecord } from "../run/records";
import { songbookFacts } from "../run/songbook-material";
import { encoderFiles } from "../tagger/songbook-encoder";
import type { Cell } from "./axes";

/** A run of a grid, known before anything is made. */
export interface SweepRun {
  /** Which of the grid's cells it is, from 0; the first of those that are the same run. */
  readonly cell: number;
  readonly preset: Preset;
  readonly name: RunName;
  readonly recipe: RunRecipe;
  readonly id: string;
  /** Of training. */
  readonly steps: number;
  /** Names what runs share, by which it is made once; and the file that is there when the encoder is. */
  readonly material: { readonly encoder: string; readonly music: string; readonly baseModel: string };
  /** Folder of the records. */
  readonly folder: string;
}

/** What a preset's corpus, encoder and base model depend on; a part more would only draw a corpus again. */
const materialOf = ({ recipe, captioning, decoding, methods, seeds, ...rest }: Preset) => canonical(rest);

function draw(preset: Preset, key: string, out?: string) {
  const facts = songbookFacts(preset, out);
  const { hash: encoder, music } = encoderFiles(preset, facts.corpus, facts.workspace.cache);
  return { key, facts, material: { encoder, music } };
}

/**
 * The different runs of some cells: two cells with one recipe are one run. Corpora are drawn, nothing is made or written.
 *
 * @param numbers the cells' numbers in their grid
 * @param out folder for the results in the place of the preset's own
 */
export function runsOfCells(cells: readonly Cell[], out?: string, numbers: readonly number[] = [...cells.keys()]): SweepRun[] {
  const runs = new Map<string, SweepRun>();
  let drawn: ReturnType<typeof draw> | undefined; // neighbours share a corpus; all corpora at once fill the memory
  cells.forEach(({ preset, name }, i) => {
    const key = materialOf(preset);
    if (drawn?.key !== key) drawn = draw(preset, key, out);
    const { corpus, workspace, start } = drawn.facts;
    const recipe = recipeOf({ ...drawn.facts, preset }, name);
    const hash = recipeHash(recipe);
    if (runs.has(hash)) return;
    const { batch, epochs } = preset.captioning;
    runs.set(hash, {
      cell: numbers[i] ?? i,
      preset,
      name,
      recipe,
      id: idOf(recipe),
      steps: epochs * Math.max(1, Math.floor(corpus.rows.train.length / batch)),
      material: { ...drawn.material, baseModel: start.hash },
      folder: workspace.runs,
    });
  });
  return [...runs.values()];
}

/** The record of a run, where it is there for exactly its recipe. */
export const recordOf = ({ folder, recipe }: SweepRun): RunRecord | undefined => findRecord(folder, recipe);
