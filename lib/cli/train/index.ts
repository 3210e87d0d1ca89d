import path from "node:path";
import { dataSetFolder } from "../../experiment/dataset/prepared-corpus";
import { findRepresentations } from "../../experiment/dataset/representation-files";
import { type PaperChanges, paperPreset } from "../../experiment/preset/paper";
import { dataSetNames, type Preset, type PresetName, presetNamed, presetNames } from "../../experiment/preset/songbook";
import type { RunFacts } from "../../experiment/run/material";
import { defaultJobs, makeRuns, obtainRuns, type RunOptions } from "../../experiment/run/obtain-runs";
import { type MusicSource, type PreparedPreset, preparedMaterial } from "../../experiment/run/prepared-material";
import { type RunName, runsOf } from "../../experiment/run/recipe";
import type { RunRecord } from "../../experiment/run/records";
import { songbookFacts } from "../../experiment/run/songbook-material";
import { type Measure, measures, resultTable, textMeasures } from "../../experiment/study/table";
import { modelsFolder } from "../../files/project";
import { requireModel } from "../../model/weights";
import { type Method, methods } from "../../paper";
import { recipes } from "../../recipe";
import { checkMicroBatch } from "../../train/plan";
import { command } from "../command";
import {
  beside,
  choice,
  existing,
  flag,
  folder,
  many,
  number,
  oneOf,
  or,
  output,
  text,
  usage,
  type Values,
  whole,
} from "../options";
import { jobs } from "../run-options";
import { terminalReporter } from "../terminal";
import { printEstimate } from "./estimate";

const options = {
  preset: or(choice("preset", [...presetNames, "paper"], "Songbook's presets, or the paper's on a prepared corpus"), "paper"),
  method: many(choice("method", methods, "where not all three")),
  seed: many(whole("others than the preset's")),
  dataset: text(
    "NAME",
    `${dataSetNames.join(", ")}; of a prepared corpus si-full, si-nonnegative, si-positive, ncm-review (default: its only one)`,
  ),
  lambda: number("weight of the alignment, λ of equation 4 (default 0.02)", { to: 1000 }),
  epochs: whole("of captioning", { from: 1 }),
  out: output("results (default results/PRESET)"),
  jobs,
  threads: whole("threads of a run, part of its recipe (default 1)", { from: 1, to: 1024 }),
  weights: flag("train again where a record is there without its weights"),
  ...beside("preset", ["paper"], {
    data: folder("DIR", "the prepared corpus"),
    recipe: or(choice("recipe", ["paper", "released"], "as the paper says, or as its released code does"), "paper"),
    bart: folder("DIR", "weights and tokeniser (default: what `alcap fetch bart-base` fetched)"),
    representations: folder("DIR", "music representations ID.npz (default: the corpus's audio_embs_*)"),
    encoder: existing("FILE", "make them from the corpus's audio with these weights of a music encoder"),
    batch: whole("rows of a step", { from: 1 }),
    microBatch: whole("rows whose gradients are computed at once", { from: 1 }),
    precision: choice("precision", ["float32", "float16"], "float16 products where the device has them (default float32)"),
    lyricsTokens: whole("of a song's lyrics that are used", { from: 2 }),
    captionTokens: whole("of a caption", { from: 2 }),
    decodingBatch: whole("songs captioned at once", { from: 1 }),
    dryRun: flag("parameters, memory, hours; without --data for the paper's own rows of --dataset (default si-full)"),
  }),
  ...beside("dryRun", undefined, { json: flag("the estimate as JSON") }),
};

type Given = Values<typeof options>;

/** `alcap train`: the runs of a preset, on Songbook or on a prepared corpus. */
export const { run, parse } = command({
  name: "train",
  about:
    "Trains, captions the test split, scores, and writes a record and the captions of each run: on Songbook, or on a corpus that " +
    "`alcap prepare` wrote (--preset paper --data DIR). What is there for the same recipe is read; a stopped run goes on where it was.",
  options,
  action: async (given) => {
    if (given.threads !== undefined) process.env.ALCAP_THREADS = String(given.threads);
    if (given.preset === "paper") checkMicroBatch(paperPreset(given.recipe, changesOf(given)).captioning);
    if (given.dryRun) await printEstimate(given.recipe, changesOf(given), given);
    else await (given.preset === "paper" ? trainPrepared(given) : trainSongbook(given, given.preset));
    return 0;
  },
});

/** What the options change of the preset. */
const changesOf = ({
  lambda,
  epochs,
  batch,
  microBatch,
  precision,
  lyricsTokens,
  captionTokens,
  decodingBatch,
}: Given): PaperChanges => ({
  epochs,
  batch,
  microBatch,
  precision,
  lyricsTokens,
  captionTokens,
  decodingBatch,
  alignmentWeight: lambda,
});

type Methods = { readonly methods: readonly Method[]; readonly seeds: readonly number[] };

/** Methods and seeds: those asked for, or the preset's. */
const askedOf = ({ method, seed }: Given, { methods, seeds }: Methods): Methods => ({
  methods: method ?? methods,
  seeds: seed ?? seeds,
});

const runOptions = ({ jobs, weights }: Given, runs: readonly RunName[], otherwise: number): RunOptions => ({
  runs,
  jobs: jobs ?? otherwise,
  weights,
});

async function trainSongbook(given: Given, name: PresetName): Promise<void> {
  const preset = songbookPreset(given, name);
  const facts = songbookFacts(preset, given.out);
  sayRows(facts);
  const options = runOptions(given, runsOf(askedOf(given, preset)), defaultJobs());
  sayResults(await obtainRuns(facts, terminalReporter(), options), measures, facts.workspace.runs);
}

/** A built-in preset with the options' changes. Its seeds stay as they are: the first one made words, encoder and text model. */
function songbookPreset(given: Given, name: PresetName): Preset {
  const preset = presetNamed(name);
  const { epochs = preset.captioning.epochs, alignmentWeight = preset.recipe.alignment.weight } = changesOf(given);
  return {
    ...preset,
    dataSet: oneOf(given.dataset ?? preset.dataSet, dataSetNames, "data set of Songbook"),
    captioning: { ...preset.captioning, epochs },
    recipe: { ...preset.recipe, alignment: { ...preset.recipe.alignment, weight: alignmentWeight } },
  };
}

async function trainPrepared(given: Given): Promise<void> {
  if (!given.data)
    throw usage("There is no corpus to train on.", "Give --data DIR, a folder that `alcap prepare` wrote, or --dry-run.");
  const data = dataSetFolder(given.data, given.dataset);
  const plan = paperPreset(given.recipe, changesOf(given));
  const asked = askedOf(given, plan);
  const bart = given.bart ?? requireModel("bart-base", modelsFolder());
  const preset: PreparedPreset = {
    ...plan,
    ...asked,
    ...(given.dataset !== undefined && { dataSet: given.dataset }),
    folder: data,
    words: { read: bart },
    text: { start: "weights", folder: bart },
    music: musicOf(given, data, asked.methods),
  };
  const material = await preparedMaterial(preset, terminalReporter(), given.out);
  sayRows(material);
  const runs = await makeRuns(material, { preset, out: given.out }, terminalReporter(), runOptions(given, runsOf(asked), 1));
  sayResults(runs, textMeasures(recipes[given.recipe].scoring.rouge), material.workspace.runs);
}

function musicOf({ encoder, representations }: Given, data: string, wanted: readonly Method[]): MusicSource {
  if (encoder !== undefined && representations !== undefined)
    throw usage("Music representations are either read or made.", "Give --representations or --encoder, not both.");
  if (encoder !== undefined) return { from: "audio", encoder };
  const folder = representations ?? findRepresentations(data);
  return folder === undefined && wanted.every((method) => method === "bart") ? { from: "nowhere" } : { from: "files", folder };
}

function sayRows({ corpus }: Pick<RunFacts, "corpus">): void {
  const { train, validation, test } = corpus.rows;
  console.log(`${corpus.name}: ${train.length} training, ${validation.length} validation, ${test.length} test rows.`);
}

/** Says what came of the runs. */
function sayResults(records: readonly RunRecord[], columns: readonly Measure[], folder: string): void {
  const rouge = columns.some(({ key }) => key.endsWith("F1")) ? "F1" : "recall";
  console.log(
    `\n${resultTable(records, columns)}\n\nPercent, ROUGE as ${rouge}, with 95 % bootstrap intervals over the test rows.`,
  );
  console.log(`Records and captions: ${path.relative(process.cwd(), folder) || "."}`);
}
