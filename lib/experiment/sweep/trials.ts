import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { AlcapError } from "../../errors";
import { type Claims, madeOnce } from "../../files/claim";
import { canonical } from "../../files/fingerprint";
import { projectHome } from "../../files/project";
import { writeWhole } from "../../files/whole-file";
import { recipeHash } from "../run/recipe";
import type { Found } from "../run/side-by-side";
import type { Coordinates } from "./axes";
import type { SweepRun } from "./runs";

/** A run that was trained for its held-out loss alone; a line of `trials.jsonl`. No test song was looked at. */
export interface Trial extends Found {
  readonly id: string;
  readonly recipeHash: string;
  /** What differs between the trials of a grid. */
  readonly at: Coordinates;
}

/** Folder of the trials and of what was chosen by them. */
export const tuneFolder = (out?: string) => out ?? path.join(projectHome(), "results", "tune");

/** The trials of a grid. */
export const trialsFile = (folder: string) => path.join(folder, "trials.jsonl");

/**
 * All trials of a file, none where it is not there.
 *
 * @throws AlcapError `record` naming a line that holds none
 */
export function readTrials(file: string): readonly Trial[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.map((line, i) => {
    const trial = parsed(line);
    if (trial && typeof trial.recipeHash === "string" && Number.isFinite(trial.loss)) return trial;
    throw new AlcapError("record", `${file}, line ${i + 1}, is no trial.`, "Delete the line; the trial is made again.");
  });
}

function parsed(line: string): Trial | undefined {
  try {
    return JSON.parse(line) as Trial;
  } catch {
    return undefined;
  }
}

/** The trial of exactly a run's recipe. */
export const trialOf = (file: string, { recipe }: SweepRun): Trial | undefined => {
  const hash = recipeHash(recipe);
  return readTrials(file).find((trial) => trial.recipeHash === hash);
};

/** Adds a trial to a file that others add to at the same time; lines are in order of what they are, whoever came first. */
export async function addTrial(file: string, run: SweepRun, { loss, step, seconds }: Found, claims: Claims): Promise<void> {
  const { id, recipe, at } = run;
  const trial: Trial = { id, recipeHash: recipeHash(recipe), at, loss: Number(loss.toPrecision(7)), step, seconds };
  const add = async () => {
    const all = [...readTrials(file), trial].sort(inOrder);
    writeWhole(file, all.map((one) => `${JSON.stringify(one)}\n`).join(""));
  };
  await madeOnce(claims, `trials-${path.basename(path.dirname(file))}`, () => trialOf(file, run) !== undefined, add);
}

const { compare } = new Intl.Collator("en", { numeric: true });
const inOrder = (a: Trial, b: Trial) => compare(canonical(a.at), canonical(b.at)) || compare(a.id, b.id);
