import { existsSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../errors";
import type { Preset } from "../experiment/preset/songbook";
import { defaultJobs, makeRuns } from "../experiment/run/obtain-runs";
import { trainRun } from "../experiment/run/run";
import { prepareMaterial } from "../experiment/run/songbook-material";
import { writeBundle } from "../experiment/run/write-bundle";
import { resultTable } from "../experiment/study/table";
import { projectRoot } from "../files/project";
import { runNotebook } from "../notebook";
import type { Reporter } from "../progress";
import { writeReport } from "../report";
import { command } from "./command";
import { unless } from "./options";
import { jobs, preset } from "./run-options";
import { terminalReporter } from "./terminal";

/** `alcap reproduce`: the main job, end to end. */
export const { run, parse } = command({
  name: "reproduce",
  about:
    "Makes Songbook, represents its music, trains BART, BART-fusion and ALCAP, captions the test songs, scores the captions and " +
    "executes the notebooks. What is already there for the same recipe is read, not made again; a stopped run goes on where it was. " +
    "Recorded runs are not trained again, but for the one ALCAP whose weights `alcap caption` needs.",
  options: { preset, notebooks: unless("leave the notebooks as they are"), jobs },
  action: reproduce,
});

interface Asked {
  readonly preset: Preset;
  readonly notebooks: boolean;
  readonly jobs?: number;
}

async function reproduce({ preset, notebooks, jobs = defaultJobs() }: Asked): Promise<number> {
  const started = performance.now();
  const report = terminalReporter();
  const material = await prepareMaterial(preset, report);
  const { train, validation, test } = material.corpus.rows;
  console.log(
    `Songbook: ${material.corpus.songs.length} songs; ${train.length} training, ${validation.length} validation, ${test.length} test rows.`,
  );
  console.log(`Music encoder: tag ROC-AUC ${material.encoder.auc.toFixed(3)} on the validation songs.`);
  const records = await makeRuns(material, { preset }, report, { jobs });
  const shown = { method: "alcap", seed: preset.seeds.at(-1) as number } as const;
  await trainRun(material, shown, report(`training ${shown.method}, seed ${shown.seed}, for its weights`));
  const model = writeBundle(material, shown);
  console.log(
    `\n${resultTable(records)}\n\nPercent of the ${test.length} test songs, ROUGE as recall, with 95 % bootstrap intervals.`,
  );
  console.log(`Records and captions: ${relative(material.workspace.runs)}\nModel for \`npx alcap caption\`: ${relative(model)}`);
  if (notebooks) await executeNotebooks(preset, material.workspace.results, report);
  const figures = path.join(material.workspace.results, "figures");
  if (existsSync(figures)) console.log(`Figures: ${relative(figures)}`);
  console.log(`Results page: ${relative(await writeReport(preset))}`);
  console.log(`Done in ${Math.round((performance.now() - started) / 1000)} s.`);
  return 0;
}

const relative = (file: string) => path.relative(process.cwd(), file) || ".";

/** Executes every notebook on the preset: the `quick` outputs stay in the notebooks, those of other presets go to its results. */
async function executeNotebooks(preset: Preset, results: string, report: Reporter): Promise<void> {
  const folder = path.join(projectRoot(), "notebooks");
  const names = readdirSync(folder).filter((file) => file.endsWith(".ipynb"));
  for (const name of names.sort()) {
    const out = preset.name === "quick" ? path.join(folder, name) : path.join(results, "notebooks", name);
    mkdirSync(path.dirname(out), { recursive: true });
    const progress = report(`executing ${name}`);
    const { ok, failure } = await runNotebook(path.join(folder, name), { out, env: { ALCAP_PRESET: preset.name }, progress });
    if (!ok) {
      const where = `${relative(out)}, cell ${failure?.cell}`;
      throw new AlcapError(
        "record",
        `${where} failed: ${failure?.message ?? "no message"}.`,
        "The notebook holds the whole error.",
      );
    }
    console.log(`Notebook: ${relative(out)}`);
  }
}
