import path from "node:path";
import { parseArgs } from "node:util";
import { dataSetFolder } from "../experiment/dataset/prepared-corpus";
import { findRepresentations } from "../experiment/dataset/representation-files";
import { type PaperChanges, paperPreset } from "../experiment/preset/paper";
import { dataSetNames, type Preset, presetNamed } from "../experiment/preset/songbook";
import type { RunFacts } from "../experiment/run/material";
import { defaultJobs, makeRuns, obtainRuns, type RunOptions } from "../experiment/run/obtain-runs";
import { type MusicSource, type PreparedPreset, preparedMaterial } from "../experiment/run/prepared-material";
import { type RunName, runsOf } from "../experiment/run/recipe";
import type { RunRecord } from "../experiment/run/records";
import { songbookFacts } from "../experiment/run/songbook-material";
import { type Measure, measures, resultTable, textMeasures } from "../experiment/study/table";
import { modelsFolder } from "../files/project";
import { requireModel } from "../model/weights";
import { type Method, methods } from "../paper";
import { recipes } from "../recipe";
import { numberFrom, oneOf, usage, wholeFrom } from "./options";
import { terminalReporter } from "./terminal";
import { printEstimate } from "./train-estimate";

const help = `Usage: alcap train --preset smoke|quick|standard [options]             on Songbook
       alcap train --preset paper --data DIR [--dataset NAME] [options]  on a corpus that \`alcap prepare\` wrote
       alcap train --preset paper --dry-run [--data DIR] [--json]        what that takes: parameters, memory, hours

Trains, captions the test split, scores, and writes a record and the captions of each run. What is there for the same recipe is
read; a stopped run goes on where it was.
all:       --method NAME         bart, bart-fusion or alcap; may be repeated (default: all three)
           --seed N              may be repeated (default: the preset's)
           --dataset NAME        ${dataSetNames.join(", ")}; of a prepared corpus si-full,
                                 si-nonnegative, si-positive, ncm-review (default: its only one)
           --lambda X            weight of the alignment (default 0.02)
           --epochs N            of captioning
           --out DIR             results (default results/PRESET)
           --jobs N              runs at once, each a process of one thread (default: one a core; paper: 1)
           --threads N           threads of a run, part of its recipe (default 1)
           --weights             train again where a record is there without its weights
paper:     --data DIR            the prepared corpus
           --recipe NAME         as the paper says (paper, the default) or as its released code does (released)
           --bart DIR            weights and tokeniser (default: what \`alcap fetch bart-base\` fetched)
           --representations DIR music representations ID.npz (default: the corpus's audio_embs_*)
           --encoder FILE        make them from the corpus's audio with these weights of a music encoder
           --batch N --micro-batch N --lyrics-tokens N --caption-tokens N --decoding-batch N
--dry-run: without --data for the paper's own number of rows of --dataset (default si-full)`;

const options = {
  preset: { type: "string", default: "paper" },
  data: { type: "string" },
  dataset: { type: "string" },
  method: { type: "string", multiple: true },
  seed: { type: "string", multiple: true },
  recipe: { type: "string" },
  lambda: { type: "string" },
  bart: { type: "string" },
  encoder: { type: "string" },
  representations: { type: "string" },
  epochs: { type: "string" },
  batch: { type: "string" },
  "micro-batch": { type: "string" },
  "lyrics-tokens": { type: "string" },
  "caption-tokens": { type: "string" },
  "decoding-batch": { type: "string" },
  out: { type: "string" },
  jobs: { type: "string" },
  threads: { type: "string" },
  weights: { type: "boolean" },
  "dry-run": { type: "boolean" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

const parse = (args: readonly string[]) => parseArgs({ args: [...args], options }).values;
type Given = ReturnType<typeof parse>;

/** What says something for every preset. */
const COMMON: readonly (keyof Given)[] = [
  ...(["preset", "dataset", "method", "seed", "lambda", "epochs", "out", "jobs", "threads", "weights", "help"] as const),
];

/** `alcap train`: the runs of a preset, on Songbook or on a prepared corpus. */
export async function run(args: readonly string[]): Promise<number> {
  const given = parse(args);
  if (given.help) {
    console.log(help);
    return 0;
  }
  const isPaper = given.preset === "paper";
  if (given.threads !== undefined) process.env.ALCAP_THREADS = given.threads;
  const foreign = (Object.keys(given) as (keyof Given)[]).find((name) => !isPaper && !COMMON.includes(name));
  if (foreign) throw usage(`--${foreign} means nothing for the preset ${given.preset}.`, "Run `alcap train --help`.");
  if (given["dry-run"]) await printEstimate(recipeOf(given), changesOf(given), given);
  else if (given.json) throw usage("--json belongs to --dry-run.", "The records of runs are JSON files.");
  else await (isPaper ? trainPrepared(given) : trainSongbook(given));
  return 0;
}

const recipeOf = ({ recipe = "paper" }: Given) => oneOf(recipe, ["paper", "released"], "recipe");

/** What the options change of the preset. */
const changesOf = (given: Given): PaperChanges => ({
  epochs: wholeFrom(given, "epochs", 1),
  batch: wholeFrom(given, "batch", 1),
  microBatch: wholeFrom(given, "micro-batch", 1),
  lyricsTokens: wholeFrom(given, "lyrics-tokens", 2),
  captionTokens: wholeFrom(given, "caption-tokens", 2),
  decodingBatch: wholeFrom(given, "decoding-batch", 1),
  alignmentWeight: numberFrom(given, "lambda"),
});

type Methods = { readonly methods: readonly Method[]; readonly seeds: readonly number[] };

/** Methods and seeds: those asked for, or the preset's. */
function askedOf(given: Given, preset: Methods): Methods {
  const seeds = given.seed?.map((seed) => wholeFrom({ seed }, "seed", 0) ?? 0);
  return { methods: given.method?.map((name) => oneOf(name, methods, "method")) ?? preset.methods, seeds: seeds ?? preset.seeds };
}

const runOptions = (given: Given, runs: readonly RunName[], jobs: number): RunOptions => ({
  runs,
  jobs: wholeFrom(given, "jobs", 1) ?? jobs,
  weights: given.weights === true,
});

async function trainSongbook(given: Given): Promise<void> {
  const preset = songbookPreset(given);
  const facts = songbookFacts(preset, given.out);
  sayRows(facts);
  const options = runOptions(given, runsOf(askedOf(given, preset)), defaultJobs());
  sayResults(await obtainRuns(facts, terminalReporter(), options), measures, facts.workspace.runs);
}

/** A built-in preset with the options' changes. Its seeds stay as they are: the first one made words, encoder and text model. */
function songbookPreset(given: Given): Preset {
  const preset = presetNamed(given.preset);
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
  const source = recipeOf(given);
  const plan = paperPreset(source, changesOf(given));
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
  sayResults(runs, textMeasures(recipes[source].scoring.rouge), material.workspace.runs);
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
