import { parseArgs } from "node:util";
import { engineInfo } from "../engine";
import { AlcapError } from "../errors";
import { type DryRun, dryRun, measureRate } from "../experiment/dry-run";
import { machineInWords } from "../experiment/machine";
import { paperCorpora, paperPreset } from "../experiment/paper-preset";
import { readings } from "../recipe";

const help = `Usage: alcap train --preset paper --dry-run [--corpus si-full] [--reading paper|released] [--json]

Prints what the paper's run takes: parameters, memory of a step, and hours of one seed on this machine and on common GPUs.
  --corpus    ${Object.keys(paperCorpora).join(", ")}
  --reading   the recipe as the paper says (default) or as its released code does
Smaller presets are trained by \`alcap reproduce\`.`;

/** `alcap train`: the paper's preset. */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      preset: { type: "string", default: "paper" },
      corpus: { type: "string", default: "si-full" },
      reading: { type: "string", default: "paper" },
      "dry-run": { type: "boolean" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (values.preset !== "paper")
    throw new AlcapError(
      "usage",
      `The preset "${values.preset}" is not trained by this command.`,
      "Run `alcap reproduce --preset NAME`.",
    );
  if (!values["dry-run"]) throw new AlcapError("usage", "The paper's preset can only be estimated so far.", "Add --dry-run.");
  const corpus = named(values.corpus, paperCorpora, "corpus");
  const preset = paperPreset(named(values.reading, readings, "reading"));
  const result = dryRun(preset, corpus, await measureRate());
  if (values.json) console.log(JSON.stringify({ machine: machineInWords(), reading: values.reading, ...result }));
  else console.log(inWords(result));
  return 0;
}

function named<K extends string>(name: string, known: Readonly<Record<K, unknown>>, what: string): K {
  if (Object.hasOwn(known, name)) return name as K;
  throw new AlcapError("usage", `There is no ${what} "${name}".`, `Choose one of ${Object.keys(known).join(", ")}.`);
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
