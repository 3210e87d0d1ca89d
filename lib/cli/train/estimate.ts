import { type CorpusSize, type DryRun, dryRun, measureRate } from "../../bench/dry-run";
import { engineInfo } from "../../engine";
import { dataSetFolder, readPreparedCorpus } from "../../experiment/dataset/prepared-corpus";
import { type PaperChanges, paperPreset } from "../../experiment/preset/paper";
import { machineInWords } from "../../files/machine";
import { readBartShape } from "../../model/bart-folder";
import { type PaperCorpus, paperCorpora } from "../../paper";
import { bartBase, type RecipeSource } from "../../recipe";
import { oneOf } from "../options";
import { terminalReporter } from "../terminal";

/** Options of `alcap train --dry-run`. */
interface Asked {
  readonly data?: string;
  readonly dataset?: string;
  readonly bart?: string;
  readonly json?: boolean;
}

/** Prints what a run of the paper's preset takes, on a prepared corpus or on one of the paper's. */
export async function printEstimate(source: RecipeSource, changes: PaperChanges, asked: Asked): Promise<void> {
  const text = asked.bart === undefined ? bartBase : readBartShape(asked.bart);
  const corpus = await sizeOf(asked);
  const result = dryRun(paperPreset(source, changes), corpus, await measureRate(), text);
  if (asked.json) console.log(JSON.stringify({ machine: machineInWords(), recipe: source, ...result }));
  else console.log(inWords(result));
}

async function sizeOf({ data, dataset }: Asked): Promise<CorpusSize> {
  if (data === undefined) {
    const name = oneOf(dataset ?? "si-full", Object.keys(paperCorpora) as PaperCorpus[], "corpus of the paper");
    return { name, rows: paperCorpora[name].sizes.train };
  }
  const { name, rows } = await readPreparedCorpus(
    dataSetFolder(data, dataset),
    dataset,
    terminalReporter()("reading the corpus"),
  );
  return { name, rows: rows.train.length };
}

const millions = (count: number) => `${(count / 1e6).toFixed(1)} M`;
const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

function inWords({ corpus, rows, steps, parameters, memory, flopsPerStep, times }: DryRun): string {
  const { device, threads } = engineInfo();
  const hours = (h: number) => (h < 1000 ? `${h.toFixed(h < 10 ? 1 : 0)} h` : `${(h / 24 / 365).toFixed(1)} years`);
  return [
    `${machineInWords()}; engine device ${device}, ${threads} threads`,
    `corpus ${corpus}: ${rows} training rows, ${steps} steps a seed, ${(flopsPerStep / 1e12).toFixed(1)} teraflop a step`,
    `parameters ${millions(parameters.all)}: text ${millions(parameters.text)}, fusion ${millions(parameters.fusion)}, alignment ${millions(parameters.alignment)}`,
    `memory of a step ${gib(memory.all)}: state ${gib(memory.state)}, gradients ${gib(memory.gradients)}, activations of a micro-batch ${gib(memory.activations)}, vocabulary scores ${gib(memory.vocabulary)}`,
    "time of one seed:",
    ...times.map(
      ({ device: where, hours: h, teraflops, basis }) =>
        `  ${where.padEnd(20)} ${hours(h).padStart(10)}   at ${teraflops.toFixed(2)} teraflop/s: ${basis}`,
    ),
  ].join("\n");
}
