import { existsSync } from "node:fs";
import path from "node:path";
import type { Preset } from "../experiment/preset/songbook";
import { defaultJobs, makeRuns, obtainRuns, remakeRuns } from "../experiment/run/obtain-runs";
import { type RunRecord, readRecords } from "../experiment/run/records";
import { trainRun } from "../experiment/run/run";
import { materialOfFacts, recordedRuns, type SongbookFacts, songbookFacts } from "../experiment/run/songbook-material";
import { writeBundle } from "../experiment/run/write-bundle";
import { resultTable } from "../experiment/study/table";
import { alignRuns } from "../experiment/sweep/from-weights";
import { kindOf } from "../experiment/sweep/grid";
import { grids } from "../experiment/sweep/grids";
import { obtainGrid } from "../experiment/sweep/recorded";
import { projectRoot } from "../files/project";
import type { Reporter } from "../progress";
import { writeReport } from "../report";
import { heldAgainst, reproducedText } from "../verify/reproduced";
import { command } from "./command";
import { executeNotebooks, notebooksAt, relative } from "./notebooks";
import { flag, many, text, unless } from "./options";
import { jobs, preset } from "./run-options";
import { terminalReporter } from "./terminal";

/** `alcap reproduce`: the main job, end to end. */
export const { run, parse } = command({
  name: "reproduce",
  about:
    "Makes Songbook, represents its music, trains BART, BART-fusion and ALCAP, captions the test songs, scores the captions, " +
    "executes the notebooks, and says how much of it equals what is committed. What is already there for the same recipe is read, not " +
    "made again; a stopped run goes on where it was. Runs of confirmation are read where they are recorded.",
  options: {
    preset,
    only: many(text("NUMBERS", "notebooks by the beginnings of their names, as 04,09 (default: all)")),
    force: flag("execute notebooks again whose cells, library and records are as they were"),
    retrain: flag("make runs anew though they are recorded, and compare them with their records"),
    notebooks: unless("execute no notebook"),
    jobs,
  },
  action: reproduce,
});

interface Asked {
  readonly preset: Preset;
  readonly only?: readonly string[];
  readonly force: boolean;
  readonly retrain: boolean;
  readonly notebooks: boolean;
  readonly jobs?: number;
}

async function reproduce({ preset, only, force, retrain, notebooks, jobs = defaultJobs() }: Asked): Promise<number> {
  const started = performance.now();
  const report = terminalReporter();
  const files = notebooks ? notebooksAt(path.join(projectRoot(), "notebooks"), only) : [];
  const facts = songbookFacts(preset);
  const { train, validation, test } = facts.corpus.rows;
  console.log(
    `Songbook: ${facts.corpus.songs.length} songs; ${train.length} training, ${validation.length} validation, ${test.length} test rows.`,
  );
  const recorded = recordedRuns(facts).length;
  const confirms = kindOf(grids.table1, preset) === "confirmation";
  const records = confirms ? await obtainRuns(facts, report, { jobs }) : await makeOwn(facts, jobs, report);
  if (recorded === records.length) console.log(`All ${recorded} runs were recorded: none was trained.`);
  console.log(
    `\n${resultTable(records)}\n\nPercent of the ${test.length} test songs, ROUGE as recall, with 95 % bootstrap intervals.`,
  );
  console.log(`Records and captions: ${relative(facts.workspace.runs)}`);
  if (retrain) {
    const anew = await remakeRuns(facts, jobs, report);
    console.log(`Made anew. ${reproducedText(heldAgainst(anew, records), "what was recorded")}`);
  }
  compareWithCommitted(preset, records);
  let failed = 0;
  if (files.length > 0) {
    if (preset.name === "smoke") await obtainGrid(["table1", "lambda", "controls"], preset, report, { jobs }); // once, before notebooks side by side ask for them
    if (!confirms) await alignRuns(preset, report("held-out InfoNCE of runs"));
    failed = await executeNotebooks({ files, preset, workspace: facts.workspace, jobs, force, report });
  }
  const figures = path.join(facts.workspace.results, "figures");
  if (existsSync(figures)) console.log(`Figures: ${relative(figures)}`);
  console.log(`Results page: ${relative(await writeReport(preset))}`);
  console.log(`Done in ${Math.round((performance.now() - started) / 1000)} s.`);
  return failed === 0 ? 0 : 1;
}

/** The runs of a preset that are made where they are missing, and the model that `alcap caption` uses: of those that are recorded, it alone is trained again. */
async function makeOwn(facts: SongbookFacts, jobs: number, report: Reporter): Promise<RunRecord[]> {
  const { preset } = facts;
  const material = await materialOfFacts(facts, report);
  console.log(`Music encoder: tag ROC-AUC ${material.encoder.auc.toFixed(3)} on the validation songs.`);
  const records = await makeRuns(material, { preset }, report, { jobs });
  const shown = { method: "alcap", seed: preset.seeds.at(-1) as number } as const;
  await trainRun(material, shown, report(`training ${shown.method}, seed ${shown.seed}, for its weights`));
  console.log(`Model for \`npx alcap caption\`: ${relative(writeBundle(material, shown))}`);
  return records;
}

/** Says how many records equal those that come with the project, which stand apart from the ones made here. */
function compareWithCommitted({ name }: Preset, records: readonly RunRecord[]): void {
  const committed = path.join(projectRoot(), "results", name, "committed");
  if (!existsSync(committed)) return;
  const found = heldAgainst(records, readRecords(committed));
  console.log(reproducedText(found, `the committed ones (${path.relative(projectRoot(), committed)})`));
  if (found.length < records.length) console.log(`  ${records.length - found.length} have no committed one.`);
}
