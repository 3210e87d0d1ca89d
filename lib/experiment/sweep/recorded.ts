import { drawCauses } from "../../data/songbook";
import { canonical } from "../../files/fingerprint";
import { workspaceOf } from "../../files/project";
import { quiet, type Reporter } from "../../progress";
import { songDrawer } from "../dataset/corpus";
import type { Preset } from "../preset/songbook";
import { obtainRuns } from "../run/obtain-runs";
import { idOf, type RunName, type RunRecipe, recipeHash, recipeOf, runsOf } from "../run/recipe";
import { type CaptionRecord, type RunRecord, readCaptions, readRecord, recordIds } from "../run/records";
import { materialNames, songbookFacts } from "../run/songbook-material";
import { asReplicate, corpusSeedOf, type GridRun, gridRun } from "../study/grid-runs";
import type { Cell, Coordinates } from "./axes";
import { cellsOf, kindOf } from "./grid";
import { grids } from "./grids";
import { obtainSweep } from "./obtain";
import { recordOf, runsOfCells } from "./runs";

/** Grids of replicates whose cells differ in nothing but what a recipe says and the seed. */
export type StudyGrid = "table1" | "table2" | "lambda" | "controls";

/**
 * The runs of grids that are recorded for a preset, as a study takes them: those that are there, each once. No corpus is drawn, which
 * would take minutes: all of a recipe must be the grid's but the name of its data and the engine, and of the data the songs' seed, their
 * number, and in which of them lyrics and music differ.
 */
export function recordedGrid(names: readonly StudyGrid[], preset: Preset): GridRun[] {
  const { runs: folder } = workspaceOf(preset);
  const wanted = wantedRuns(
    names.flatMap((name) => cellsOf(grids[name], preset)),
    folder,
  );
  const kind = kindOf(grids.table1, preset);
  return wanted.flatMap(({ record, captions }) => gridRun(record, captions, kind) ?? []);
}

/** A recorded run with what makes it again. */
export interface KnownRun {
  readonly record: RunRecord;
  readonly captions: readonly CaptionRecord[];
  readonly preset: Preset;
  readonly name: RunName;
}

/** The recorded runs of a preset: its own, and those of the grids of replicates. */
export function knownRuns(preset: Preset): KnownRun[] {
  const own = runsOf(preset).map((name) => ({ preset, name, at: {} }));
  const cells = (["table1", "lambda", "controls"] as const).flatMap((name) => cellsOf(grids[name], preset));
  return wantedRuns([...own, ...cells], workspaceOf(preset).runs);
}

/** The records that may be those of cells, in order of id. */
function wantedRuns(cells: readonly Pick<Cell, "preset" | "name">[], folder: string): KnownRun[] {
  const known = new Map<string, ReturnType<typeof materialNames>>();
  const wanted = new Map<string, { readonly recipe: RunRecipe; readonly preset: Preset; readonly name: RunName }[]>();
  for (const { preset, name } of cells) {
    const key = canonical([preset.baseModel, preset.start]);
    const material = known.get(key) ?? materialNames(preset);
    known.set(key, material);
    const recipe = recipeOf({ preset, ...material, corpus: { name: preset.dataSet, hash: "" } }, name);
    const id = withoutHash(idOf(recipe));
    wanted.set(id, [...(wanted.get(id) ?? []), { recipe, preset, name }]);
  }
  return recordIds(folder).flatMap((id) => {
    const candidates = wanted.get(withoutHash(id)) ?? [];
    if (candidates.length === 0) return [];
    const record = readRecord(folder, id);
    const { data, engine } = record.recipe;
    const alike = candidates.filter(({ recipe }) => recipeHash({ ...recipe, data, engine }) === record.recipeHash);
    if (alike.length === 0) return [];
    const captions = readCaptions(folder, record);
    const found = alike.find(({ preset }) => isOfCorpus(preset, captions));
    return found ? [{ record, captions, preset: found.preset, name: found.name }] : [];
  });
}

const withoutHash = (id: string) => id.slice(0, id.lastIndexOf("."));

/** Songs of a run that are drawn again to see whether it is of a corpus. */
const LOOKED_AT = 40;

/** Whether captions are of a preset's test songs, by the number and seed of the songs and by where lyrics and music differ in some of them. */
export function isOfCorpus({ corpus }: Preset, captions: readonly CaptionRecord[]): boolean {
  if (captions.length !== corpus.testSongs || corpusSeedOf(captions) !== corpus.seed) return false;
  const stride = Math.ceil(captions.length / LOOKED_AT);
  return captions.every(({ song, groups }, i) => {
    const number = /-test-(\d+)$/.exec(song)?.[1];
    if (number === undefined) return false;
    if (i % stride !== 0) return true;
    const { mood, lyricsMood } = drawCauses(corpus, corpus.songs + Number(number)).truth;
    return (mood !== lyricsMood) === (groups?.includes("differs") ?? false);
  });
}

/** What a test needs of a grid: the primary data set, one control, three weights of the alignment. */
const FEW = { dataSet: "songbook-positive", control: "other-music", lambda: [0, 0.02, 0.2] } as const;

const isOfFew = ({ at: { dataSet = FEW.dataSet, control = FEW.control, lambda = 0 } }: Cell) =>
  dataSet === FEW.dataSet && control === FEW.control && FEW.lambda.some((one) => one === lambda);

/**
 * The runs of grids that a notebook looks at. At `smoke` a few of them are made here; elsewhere they are those that are recorded (`alcap sweep` makes
 * them), and where there are none and the preset is for development, its own runs of one seed, made where they are missing.
 *
 * @param options `jobs`: of what is made at `smoke`, runs at once, each a process of its own; with 1 one after another in this one
 */
export async function obtainGrid(
  names: readonly StudyGrid[],
  preset: Preset,
  report: Reporter = quiet,
  { jobs = 1 }: { readonly jobs?: number } = {},
): Promise<readonly GridRun[]> {
  if (preset.name === "smoke") return madeHere(names, preset, report, jobs);
  const found = recordedGrid(names, preset);
  if (found.length > 0 || kindOf(grids.table1, preset) === "confirmation") return found;
  const seeds = preset.seeds.slice(0, 1); // others share its corpus and its test songs, so they are no replicates
  const records = await obtainRuns(songbookFacts({ ...preset, seeds }), report);
  const { runs: folder } = workspaceOf(preset);
  return records.map((record) => asReplicate(record, readCaptions(folder, record), 1));
}

async function madeHere(
  names: readonly StudyGrid[],
  preset: Preset,
  report: Reporter,
  jobs: number,
): Promise<readonly GridRun[]> {
  const draw = songDrawer();
  const cells = names.flatMap((name) => cellsOf(grids[name], preset).filter(isOfFew));
  const made = await obtainSweep(runsOfCells(cells, undefined, { draw }), report, { jobs, draw });
  return made.flatMap(({ record, folder }) => gridRun(record, readCaptions(folder, record), kindOf(grids.table1, preset)) ?? []);
}

/** A recorded run with its values on the axes of its grid. */
export interface PlacedRun extends GridRun {
  readonly at: Coordinates;
}

/**
 * The runs of the alignment map (agreement by songs by λ, without its arms) that are recorded for exactly its recipes. Where any may be there,
 * the map's corpora are drawn, which takes half a minute at `standard`.
 */
export function recordedMap(preset: Preset): PlacedRun[] {
  const cells = cellsOf({ ...grids.map, parts: grids.map.parts.slice(0, 1) }, preset);
  const { runs: folder } = workspaceOf(preset);
  if (wantedRuns(cells, folder).length === 0) return [];
  return runsOfCells(cells).flatMap((run) => {
    const record = recordOf(run);
    return record ? [{ ...asReplicate(record, readCaptions(folder, record), run.at.replicate ?? 1), at: run.at }] : [];
  });
}
