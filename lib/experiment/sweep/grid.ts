import { AlcapError } from "../../errors";
import { methods } from "../../paper";
import { dataSetNames, type Preset } from "../preset/songbook";
import { type Axes, axisNames, type Cell, crossed, type GridKind } from "./axes";

/** A grid of runs: data that says what differs between them, whatever the preset. */
export interface Grid {
  readonly name: string;
  readonly about: string;
  /** Only a confirmation grid may use corpora that are kept for confirmation. */
  readonly kind: GridKind;
  readonly axes: Axes;
}

export const grids = {
  table1: {
    name: "table1",
    about: "every data set by every method",
    kind: "development",
    axes: { dataSet: dataSetNames, method: methods },
  },
  lambda: {
    name: "lambda",
    about: "ALCAP by the weight of the alignment, from none",
    kind: "development",
    axes: { lambda: [0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1], method: ["alcap"] },
  },
} as const satisfies Readonly<Record<string, Grid>>;

export type GridName = keyof typeof grids;
export const gridNames = Object.keys(grids) as readonly GridName[];

/** Seeds of corpora that nothing is chosen on: they are looked at when everything else is settled. */
const CONFIRMATION = { from: 101, to: 199 } as const;

/**
 * The points of a grid on a preset, axis by axis. Seeds and methods that no axis names are the preset's.
 *
 * @throws AlcapError `usage` when a development grid would use a corpus that is kept for confirmation, or when two axes set one seed
 */
export function cellsOf({ name, kind, axes }: Pick<Grid, "name" | "kind" | "axes">, preset: Preset): readonly Cell[] {
  const both = (["seed", "corpusSeed"] as const).find((one) => axes.replicate && axes[one]);
  if (both) throw new AlcapError("usage", `The axes replicate and ${both} both set a seed.`, "Give one of them.");
  const all: Axes = { seed: axes.replicate ? undefined : preset.seeds, method: preset.methods, ...axes };
  const blank: Cell = { preset, name: { method: "alcap", seed: 0 } };
  const cells = axisNames.reduce<readonly Cell[]>((found, axis) => crossed(found, all, axis, kind), [blank]);
  for (const { corpus } of cells.map((cell) => cell.preset))
    if (kind === "development" && corpus.seed >= CONFIRMATION.from && corpus.seed <= CONFIRMATION.to)
      throw new AlcapError(
        "usage",
        `The grid ${name} is for development and the corpus of seed ${corpus.seed} is kept for confirmation.`,
        `Choose a corpus seed outside ${CONFIRMATION.from} to ${CONFIRMATION.to}.`,
      );
  return cells;
}
