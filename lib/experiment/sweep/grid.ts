import { AlcapError } from "../../errors";
import type { Preset } from "../preset/songbook";
import { type Axes, axisNames, type Cell, crossed, type GridKind } from "./axes";
import type { Grid } from "./grids";

/** Seeds of corpora that nothing is chosen on: they are looked at when everything else is settled. */
const CONFIRMATION = { from: 101, to: 199 } as const;

/** Replicates of a grid at `smoke`, whose numbers mean nothing. */
const SMOKE_REPLICATES = 2;

/** Whether the runs of a grid on a preset are for confirmation: those at `standard` alone. */
export const kindOf = ({ kind }: Pick<Grid, "kind">, { name }: Preset): GridKind => (name === "standard" ? kind : "development");

/**
 * The points of a grid on a preset, part by part and axis by axis. Seeds and methods that no axis names are the preset's.
 *
 * @param set values in the place of the grid's own, in each of its parts; of data sets those that a part has
 * @throws AlcapError `usage` when a development grid would use a corpus that is kept for confirmation, or when two axes set one seed
 */
export function cellsOf(grid: Pick<Grid, "name" | "kind" | "parts">, preset: Preset, set: Axes = {}): readonly Cell[] {
  const both = (["seed", "corpusSeed"] as const).find((one) => set.replicate && set[one]);
  if (both) throw new AlcapError("usage", `The axes replicate and ${both} both set a seed.`, "Give one of them.");
  const kind = kindOf(grid, preset);
  const cells = grid.parts.flatMap((part) => {
    const dataSet = set.dataSet?.filter((name) => part.dataSet?.includes(name) ?? true); // a part's data sets have their own settings
    return dataSet?.length === 0 ? [] : product({ ...own(part, preset, set), ...set, ...(dataSet && { dataSet }) }, preset, kind);
  });
  for (const { corpus } of cells.map((cell) => cell.preset))
    if (kind === "development" && corpus.seed >= CONFIRMATION.from && corpus.seed <= CONFIRMATION.to)
      throw new AlcapError(
        "usage",
        `The grid ${grid.name} is for development at the preset ${preset.name}, and the corpus of seed ${corpus.seed} is kept for confirmation.`,
        `Choose a corpus seed outside ${CONFIRMATION.from} to ${CONFIRMATION.to}.`,
      );
  return cells;
}

/** What holds of a part beside what was set: no replicates beside seeds; at `smoke` few replicates of its few songs. */
function own(part: Axes, { name }: Preset, { seed, corpusSeed }: Axes): Axes {
  const { replicate, songs, testSongs, ...rest } = part;
  const small = name === "smoke";
  return {
    ...(replicate && !seed && !corpusSeed && { replicate: small ? replicate.slice(0, SMOKE_REPLICATES) : replicate }),
    ...(songs && !small && { songs }),
    ...(testSongs && !small && { testSongs }),
    ...rest,
  };
}

function product(axes: Axes, preset: Preset, kind: GridKind): readonly Cell[] {
  const all: Axes = { seed: axes.replicate ? undefined : preset.seeds, method: preset.methods, ...axes };
  const blank: Cell = { preset, name: { method: "alcap", seed: 0 }, at: {} };
  return axisNames.reduce<readonly Cell[]>((found, axis) => crossed(found, all, axis, kind), [blank]);
}
