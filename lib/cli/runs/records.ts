import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../../errors";
import { leaves, recipeDifferences } from "../../experiment/run/recipe";
import { type RunRecord, readCaptions, readRecord, recordIds } from "../../experiment/run/records";
import { recordJsonSchemas } from "../../experiment/run/schema";
import { endpointOf } from "../../experiment/study/endpoints";
import { inColumns, runTable } from "../../experiment/study/table";
import { projectHome } from "../../files/project";
import { command } from "../command";
import { flag, folder, required, text, usage } from "../options";

export interface Place {
  readonly preset?: string;
  readonly folder?: string;
}

export const place = {
  preset: text("PRESET", "of results/PRESET only (default: every folder of results)"),
  folder: folder("DIR", "a folder of records in the place of results"),
};
const json = flag("JSON instead of text");
export const id = required(text("ID", "a run's id, or the end of one that no other run has"));

export const listRuns = command({
  name: "runs list",
  about: "Lists every recorded run with its measures, in percent.",
  options: { ...place, json },
  action: async (asked) => list(asked, asked.json),
});

export const showRun = command({
  name: "runs show",
  about: "Prints a run's recipe, its metrics with intervals, and how many captions it wrote.",
  arguments: { id },
  options: { ...place, json },
  action: async (asked) => {
    const found = findById(asked.id, asked);
    console.log(asked.json ? JSON.stringify(found.record) : inWords(found));
    return 0;
  },
});

export const diffRuns = command({
  name: "runs diff",
  about: "Prints the fields in which two recipes differ, and the metrics side by side.",
  arguments: { a: id, b: id },
  options: { ...place, json },
  action: async (asked) => {
    const [a, b] = [findById(asked.a, asked), findById(asked.b, asked)];
    console.log(asked.json ? JSON.stringify(differences(a.record, b.record)) : diffInWords(a, b));
    return 0;
  },
});

export const schema = command({
  name: "runs schema",
  about: "Prints records and captions as JSON Schema.",
  action: async () => {
    console.log(JSON.stringify(recordJsonSchemas(), null, 2));
    return 0;
  },
});

/** Folders of records: the one named, a preset's, or all presets'. */
export function foldersOf({ preset, folder }: Place): string[] {
  if (folder !== undefined) return [folder];
  const results = path.join(projectHome(), "results");
  const names = existsSync(results) ? readdirSync(results).sort() : [];
  if (preset !== undefined && !names.includes(preset))
    throw usage(
      `There is no folder results/${preset}.`,
      names.length > 0 ? `There are ${names.join(", ")}.` : "There are no results.",
    );
  return (preset === undefined ? names : [preset]).map((name) => path.join(results, name, "runs"));
}

/** All records; a broken one is told of and the others are shown. */
function list(place: Place, json: boolean): number {
  const records: RunRecord[] = [];
  let broken = 0;
  for (const folder of foldersOf(place)) {
    for (const id of recordIds(folder)) {
      try {
        records.push(readRecord(folder, id));
      } catch (error) {
        if (!(error instanceof AlcapError)) throw error;
        console.error(`alcap: ${error.message}`);
        broken++;
      }
    }
  }
  if (json) console.log(JSON.stringify(records.map(({ curve: _, ...record }) => record)));
  else console.log(records.length === 0 ? "No run is recorded." : runTable(records));
  return broken === 0 ? 0 : 1;
}

export interface Found {
  readonly folder: string;
  readonly record: RunRecord;
}

/** The record whose id is given, or ends in what is given. */
export function findById(id: string, place: Place): Found {
  const all = foldersOf(place).flatMap((folder) => recordIds(folder).map((known) => ({ folder, known })));
  const same = all.filter(({ known }) => known === id);
  const found = same.length > 0 ? same : all.filter(({ known }) => known.endsWith(id));
  const [only] = found;
  if (found.length === 1 && only) return { folder: only.folder, record: readRecord(only.folder, only.known) };
  throw usage(`${found.length === 0 ? "No run" : "More than one run"} has the id ${id}.`, "Run `alcap runs list` for all ids.");
}

const value = (one: unknown) => (typeof one === "string" ? one : one === undefined ? "–" : JSON.stringify(one));
/** A measure as text: percent, or nats a token. */
const shown = (name: string, x: number) => (endpointOf(name).unit === "nats" ? x.toFixed(4) : (100 * x).toFixed(1));

function inWords({ folder, record }: Found): string {
  const { id, recipe, parameters, curve, best, metrics, circumstances } = record;
  const captions = readCaptions(folder, record);
  const rows = Object.entries(metrics).map(([name, { mean, low, high }]) => [
    name,
    shown(name, mean),
    `[${shown(name, low)}, ${shown(name, high)}]`,
  ]);
  return [
    id,
    `\n${inColumns([...leaves(recipe)].map(([field, one]) => [field, value(one)]))}`,
    `\n${parameters} parameters, ${curve.step.at(-1)} steps; step ${best.step} was used, its held-out loss ${best.score.toFixed(4)} nats a token`,
    `${circumstances.trainSeconds} s of training, ${circumstances.captionSeconds} s of captioning, ${circumstances.peakMemoryMiB} MiB; ${circumstances.machine}; code ${circumstances.code}`,
    `\n${inColumns([["measure", "percent or nats", "95 % interval"], ...rows])}`,
    `\n${captions.length} captions; the first: ${captions[0]?.caption}`,
  ].join("\n");
}

function differences(a: RunRecord, b: RunRecord) {
  const names = [...new Set([...Object.keys(a.metrics), ...Object.keys(b.metrics)])];
  const metrics = names.map((name) => ({ name, a: a.metrics[name] ?? null, b: b.metrics[name] ?? null }));
  return { a: a.id, b: b.id, recipe: recipeDifferences(a.recipe, b.recipe), metrics };
}

function diffInWords(a: Found, b: Found): string {
  const { recipe, metrics } = differences(a.record, b.record);
  const fields = recipe.map((one) => [one.field, value(one.a), value(one.b)]);
  const cell = (name: string, interval: RunRecord["metrics"][string] | null) =>
    interval ? `${shown(name, interval.mean)} [${shown(name, interval.low)}, ${shown(name, interval.high)}]` : "–";
  const head = ["", a.record.id, b.record.id];
  const rows = metrics.map((one) => [one.name, cell(one.name, one.a), cell(one.name, one.b)]);
  return `${inColumns([["recipe", ...head.slice(1)], ...fields])}\n\n${inColumns([["percent or nats", ...head.slice(1)], ...rows])}`;
}
