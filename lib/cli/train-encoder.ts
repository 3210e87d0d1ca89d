import { readFileSync } from "node:fs";
import path from "node:path";
import type { Preset } from "../experiment/preset/songbook";
import { encoderRecord, writeEncoderRecord } from "../experiment/tagger/encoder-record";
import type { NamedProbe } from "../experiment/tagger/tag-report";
import { workspaceOf } from "../files/project";
import { writeWhole } from "../files/whole-file";
import { command } from "./command";
import { flag, output } from "./options";
import { preset } from "./run-options";
import { terminalReporter } from "./terminal";

/** `alcap train-encoder`: the music encoder, trained and measured. */
export const { run, parse } = command({
  name: "train-encoder",
  about:
    "Trains the preset's music encoder on Songbook's 50 tags, on songs of a seed of its own, or reads it where this machine has trained " +
    "it, and prints how well it tags its test songs: area under the ROC curve and average precision of each tag, and what linear " +
    "probes find in its frozen representations. Stopped, it goes on where it was. Corpora are represented by the copy that comes with " +
    "the project in data/music-encoder where its recipe is the preset's; this command always makes its own.",
  options: {
    preset,
    out: output("a folder to copy music-encoder.safetensors and record.json to, in a folder of the encoder's name"),
    json: flag("the record as JSON"),
  },
  action: trainEncoder,
});

interface Given {
  readonly preset: Preset;
  readonly out?: string;
  readonly json: boolean;
}

async function trainEncoder({ preset, out, json }: Given): Promise<number> {
  const { record, weights } = await encoderRecord(preset, workspaceOf(preset).cache, terminalReporter());
  const folder = out === undefined ? path.dirname(weights) : path.join(out, record.encoderHash);
  const file = path.join(folder, "record.json");
  if (out !== undefined) writeWhole(path.join(folder, path.basename(weights)), readFileSync(weights));
  writeEncoderRecord(file, record);
  if (json) {
    console.log(JSON.stringify(record));
    return 0;
  }
  const { test, validation, probes, captioned } = record;
  console.log(`${"tag".padEnd(14)} songs  ROC-AUC  PR-AUC  chance`);
  for (const { tag, songs, rocAuc, prAuc, chance } of test.tags) {
    console.log(`${tag.padEnd(14)} ${String(songs).padStart(5)}    ${figure(rocAuc)}   ${figure(prAuc)}   ${figure(chance)}`);
  }
  console.log(
    `\n${test.songs} test songs: mean ROC-AUC ${figure(test.macro.rocAuc)}, PR-AUC ${figure(test.macro.prAuc)} (chance ${figure(test.macro.chance)}); ` +
      `${validation.songs} validation songs: ${figure(validation.macro.rocAuc)}, ${figure(validation.macro.prAuc)}.`,
  );
  console.log(
    `Linear probes of the frozen representations: mood ${share(probes.mood)}, lead instrument ${share(probes.instrument)}; ` +
      `mood of the corpus of seed ${captioned.corpus.seed} ${share(captioned.mood)}.`,
  );
  console.log(`Record: ${path.relative(process.cwd(), file)}`);
  return 0;
}

const figure = (value: number) => (Number.isNaN(value) ? "  –  " : value.toFixed(3));

const share = ({ interval, classes }: NamedProbe) => {
  const percent = (value: number) => (100 * value).toFixed(1);
  return `${percent(interval.mean)} % [${percent(interval.low)}, ${percent(interval.high)}] of ${classes.length}`;
};
