import path from "node:path";
import { songbookCorpus } from "../experiment/dataset/corpus";
import type { Preset } from "../experiment/preset/songbook";
import { encoderRecord, writeEncoderRecord } from "../experiment/tagger/encoder-record";
import type { NamedProbe } from "../experiment/tagger/tag-report";
import { workspaceOf } from "../files/project";
import { command } from "./command";
import { flag } from "./options";
import { preset } from "./run-options";
import { terminalReporter } from "./terminal";

/** `alcap train-encoder`: the music encoder, trained and measured. */
export const { run, parse } = command({
  name: "train-encoder",
  about:
    "Trains the preset's music encoder on Songbook's 50 tags, or reads it where it is trained, and prints how well it tags the test " +
    "songs: area under the ROC curve and average precision of each tag, and what linear probes find in its frozen " +
    "representations. Stopped, it goes on where it was. The record is written to results/PRESET/encoder.json.",
  options: { preset, json: flag("the record as JSON") },
  action: trainEncoder,
});

async function trainEncoder({ preset, json }: { readonly preset: Preset; readonly json: boolean }): Promise<number> {
  const workspace = workspaceOf(preset);
  const record = await encoderRecord(preset, songbookCorpus(preset), workspace.cache, terminalReporter());
  const file = path.join(workspace.results, "encoder.json");
  writeEncoderRecord(file, record);
  if (json) {
    console.log(JSON.stringify(record));
    return 0;
  }
  const { test, validation, probes } = record;
  console.log(`${"tag".padEnd(14)} songs  ROC-AUC  PR-AUC  chance`);
  for (const { tag, songs, rocAuc, prAuc, chance } of test.tags) {
    console.log(`${tag.padEnd(14)} ${String(songs).padStart(5)}    ${figure(rocAuc)}   ${figure(prAuc)}   ${figure(chance)}`);
  }
  console.log(
    `\n${test.songs} test songs: mean ROC-AUC ${figure(test.macro.rocAuc)}, PR-AUC ${figure(test.macro.prAuc)} (chance ${figure(test.macro.chance)}); ` +
      `${validation.songs} validation songs: ${figure(validation.macro.rocAuc)}, ${figure(validation.macro.prAuc)}.`,
  );
  console.log(
    `Linear probes of the frozen representations: mood ${share(probes.mood)}, lead instrument ${share(probes.instrument)}.`,
  );
  console.log(`Record: ${path.relative(process.cwd(), file)}`);
  return 0;
}

const figure = (value: number) => (Number.isNaN(value) ? "  –  " : value.toFixed(3));

const share = ({ interval, classes }: NamedProbe) => {
  const percent = (value: number) => (100 * value).toFixed(1);
  return `${percent(interval.mean)} % [${percent(interval.low)}, ${percent(interval.high)}] of ${classes.length}`;
};
