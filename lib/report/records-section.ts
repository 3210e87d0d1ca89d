import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import type { Preset } from "../experiment/preset/songbook";
import { type RunRecord, readRecord, recordIds } from "../experiment/run/records";
import { projectRoot } from "../files/project";
import { compareRecords } from "../verify/run";
import type { NotebookLink } from "./figures-section";
import { type Html, link, paragraph, section, table } from "./html";
import { method } from "./songs-section";

/** Every record of the folder, whether it equals the committed one, and the notebooks. */
export function recordsSection(preset: Preset, folder: string, notebooks: readonly NotebookLink[]): Html {
  const rows = recordIds(folder).map((id) => {
    const record = readRecord(folder, id);
    const { recipe, circumstances } = record;
    return [
      { html: link(`runs/${id}.json`, id) },
      { html: method(recipe.method) },
      String(recipe.seed),
      recipe.data.set,
      circumstances.code,
      againstCommitted(preset.name, record),
      { html: link(`runs/${id}.captions.jsonl.gz`, "captions") },
    ];
  });
  const columns = ["record", "method", "seed", "data set", "code", "the committed record", "captions"];
  return section(
    "records",
    "Records and notebooks",
    rows.length === 0
      ? paragraph("No run is recorded.")
      : table("Recorded runs, each with its recipe, curve, scores and circumstances", columns, rows),
    notebooks.length === 0
      ? ""
      : `<h3>Notebooks</h3>\n<ul>${notebooks.map(({ number, heading, address }) => `<li>${link(address, `${number} ${heading}`)}</li>`).join("")}</ul>`,
  );
}

/** Whether a record equals the one that is committed, but for its circumstances: byte for byte, or as far as another processor allows. */
function againstCommitted(preset: string, record: RunRecord): string {
  const committed = committedRecord(preset, record.id);
  if (!committed) return "none is committed";
  const { passed, exact, differences } = compareRecords(committed, record);
  if (differences.length === 0) return "equal";
  return passed && !exact ? "equal as far as another processor allows" : `differs in ${differences.length} fields`;
}

/** The record that came with the project: apart from those that are made here, or as git has it. */
function committedRecord(preset: string, id: string): RunRecord | undefined {
  const apart = path.join(projectRoot(), "results", preset, "committed");
  if (existsSync(apart)) return recordIds(apart).includes(id) ? readRecord(apart, id) : undefined;
  const at = `HEAD:results/${preset}/runs/${id}.json`;
  const { status, stdout } = spawnSync("git", ["-C", projectRoot(), "show", at], { encoding: "utf8" });
  return status === 0 ? (JSON.parse(stdout) as RunRecord) : undefined;
}
