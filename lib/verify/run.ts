import { AlcapError } from "../errors";
import { songDrawer } from "../experiment/dataset/corpus";
import type { Preset } from "../experiment/preset/songbook";
import { leaves, type RunRecipe, recipeDifferences, recipeOf } from "../experiment/run/recipe";
import type { CaptionRecord, RunRecord } from "../experiment/run/records";
import { obtainRun } from "../experiment/run/run";
import { materialOfFacts, type SongbookFacts, songbookFacts } from "../experiment/run/songbook-material";
import { corpusSeedOf } from "../experiment/study/grid-runs";
import { cellsOf } from "../experiment/sweep/grid";
import { gridNames, grids } from "../experiment/sweep/grids";
import { isOfCorpus } from "../experiment/sweep/recorded";
import { canonical } from "../files/fingerprint";
import { scratchFolder } from "../files/temporary";
import type { Interval } from "../metric/certainty";
import type { Reporter } from "../progress";

/** A field of a record that came out differently; whether it is allowed to between processors of two types. */
export interface FieldDifference {
  readonly field: string;
  readonly recorded: unknown;
  readonly made: unknown;
  readonly allowed: boolean;
}

/** A run held against its record. */
export interface RunComparison {
  /** On one type of processor every byte but the circumstances is to be the same. */
  readonly exact: boolean;
  readonly processors: readonly [recorded: string, made: string];
  readonly differences: readonly FieldDifference[];
  readonly passed: boolean;
}

/** Between two types of processor a loss may differ by so much of itself. */
export const lossTolerance = 1e-3;

/** The processor in the words of `machineInWords`. */
const processorOf = ({ circumstances: { machine } }: RunRecord) => /\((.*)\), \d+ GiB/.exec(machine)?.[1] ?? machine;

/**
 * Compares a run with its record, field by field but for the circumstances. Sums in floating point depend on the processor's vector
 * units: where its type differs, losses may differ by `lossTolerance`, each mean is to lie in the other's interval, and captions,
 * the step that was kept and versions may differ.
 */
export function compareRecords(recorded: RunRecord, made: RunRecord): RunComparison {
  const processors = [processorOf(recorded), processorOf(made)] as const;
  const exact = processors[0] === processors[1];
  const [left, right] = [recorded, made].map(({ circumstances: _, ...rest }) => leaves(rest)) as [Leaves, Leaves];
  const differences = [...new Set([...left.keys(), ...right.keys()])]
    .map((field) => ({ field, recorded: left.get(field), made: right.get(field) }))
    .filter((one) => JSON.stringify(one.recorded) !== JSON.stringify(one.made))
    .map((one) => ({ ...one, allowed: !exact && mayDiffer(one, recorded.metrics, made.metrics) }));
  return { exact, processors, differences, passed: differences.every(({ allowed }) => allowed) };
}

type Leaves = Map<string, unknown>;
type Metrics = RunRecord["metrics"];

function mayDiffer({ field, recorded, made }: Omit<FieldDifference, "allowed">, a: Metrics, b: Metrics): boolean {
  if (/^(curve\.(losses|evaluations\.score)\b|best\.score$)/.test(field)) return losses(recorded, made);
  const metric = /^metrics\.(.*)\.(mean|low|high)$/.exec(field)?.[1];
  if (metric !== undefined) return within(a[metric], b[metric]) && within(b[metric], a[metric]);
  return field === "captions.sha256" || field === "best.step" || field.startsWith("engine.versions.");
}

function losses(recorded: unknown, made: unknown): boolean {
  const [a, b] = [recorded, made].map((loss) => (Array.isArray(loss) ? loss : [loss]).map(Number)) as [number[], number[]];
  return a.length === b.length && a.every((loss, i) => Math.abs(loss - (b[i] ?? Number.NaN)) <= lossTolerance * Math.abs(loss));
}

const within = (one?: Interval, other?: Interval) =>
  one !== undefined && other !== undefined && one.mean >= other.low && one.mean <= other.high;

/** A preset with everything that a record's recipe says; the corpus, which a record only names, stays the preset's. */
export function presetOfRecipe(
  { control: _, ...preset }: Preset,
  { data, fusion, alignment, caption, training, control, ...rest }: RunRecipe,
): Preset {
  const { lyricsTokens, captionTokens, ...captioning } = training;
  const { recipe } = preset;
  return {
    ...preset,
    dataSet: data.set as Preset["dataSet"],
    lyricsTokens,
    captionTokens,
    recipe: { fusion: fusion ?? recipe.fusion, alignment: { ...recipe.alignment, ...alignment }, caption },
    captioning: { ...captioning, checkpointSteps: preset.captioning.checkpointSteps },
    decoding: rest.decoding,
    decodingBatch: rest.decodingBatch,
    lastBatch: rest.lastBatch,
    ...(control && { control }),
  };
}

/**
 * Presets that may give a recorded run, the likeliest first: its own and those of every grid, on as many test songs of the seed that its captions
 * name. A record does not say how many songs there were to train on or how often lyrics and music agreed: the corpus's hash tells which it is.
 */
export function presetsOfRun({ recipe }: RunRecord, captions: readonly CaptionRecord[], base: Preset): Preset[] {
  const told = { seed: corpusSeedOf(captions), testSongs: captions.length };
  const ofGrids = gridNames.flatMap((name) => cellsOf(grids[name], base)).map(({ preset }) => preset);
  const all = [base, ...ofGrids].map((one) => presetOfRecipe({ ...one, corpus: { ...one.corpus, ...told } }, recipe));
  const named = all.map((one) => [canonical([one.corpus, one.comments, one.baseModel, one.start, one.text]), one] as const);
  return [...new Map(named).values()].filter((one) => isOfCorpus(one, captions));
}

/** The facts of the first preset that gives exactly a recipe. */
function factsOfRecipe({ id, recipe }: RunRecord, presets: readonly Preset[]): SongbookFacts {
  const draw = songDrawer();
  const differing = new Set<string>();
  for (const preset of presets) {
    const facts = songbookFacts(preset, undefined, draw);
    const fields = recipeDifferences(recipe, recipeOf(facts, recipe)).map(({ field }) => field);
    if (fields.length === 0) return facts;
    for (const field of fields) differing.add(field);
  }
  throw new AlcapError(
    "record",
    `No preset or grid gives the recipe of ${id}${differing.size > 0 ? `: ${[...differing].join(", ")}` : ""}.`,
    "Say with --set what the run's corpus was (corpusSeed, songs, agreement), or go back to the commit that its record names.",
  );
}

/**
 * Trains a recorded run again, in a place of its own that is removed afterwards, and compares. Encoder and base model are read
 * where they are.
 *
 * @param presets with one of which the run was made: its corpus, encoder, base model and recipe
 * @throws AlcapError `record` naming the fields in which no recipe that can be made here is the record's
 */
export async function verifyRun(recorded: RunRecord, presets: readonly Preset[], report: Reporter): Promise<RunComparison> {
  const { recipe, id } = recorded;
  const { method, seed } = recipe;
  const facts = factsOfRecipe(recorded, presets);
  const { folder, clear } = scratchFolder("verify");
  try {
    const material = await materialOfFacts(facts, report);
    const workspace = { ...material.workspace, cache: folder, results: folder, runs: folder };
    const made = await obtainRun({ ...material, workspace }, { method, seed }, report(`training ${id}`), () =>
      report(`captioning with ${id}`),
    );
    return compareRecords(recorded, made);
  } finally {
    clear();
  }
}
