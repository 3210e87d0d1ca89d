import { type Preset, presetNamed } from "../../experiment/preset/songbook";
import { type RunRecord, readCaptions } from "../../experiment/run/records";
import { axisNames, readAxis } from "../../experiment/sweep/axes";
import { cellsOf } from "../../experiment/sweep/grid";
import { lossTolerance, presetOfRecipe, presetsOfRun, type RunComparison, verifyRun } from "../../verify/run";
import { command } from "../command";
import { flag, many, text } from "../options";
import { findById, id, type Place, place } from "../runs/records";
import { terminalReporter } from "../terminal";

/** `alcap verify run`. */
export const { run, parse } = command({
  name: "verify run",
  about:
    "Trains a recorded run again in a temporary folder and prints the fields of its record that come out differently. Exit code 1 when " +
    "any but the circumstances does. On another type of processor than the record's, losses may differ by a thousandth and each mean is " +
    "to lie in the other's interval.",
  arguments: { id },
  options: {
    ...place,
    set: many(
      text("AXIS=VALUE", `what the run's corpus had, where it is of no preset and no grid; axes: ${axisNames.join(", ")}`),
    ),
    json: flag("one JSON object instead of text"),
  },
  action: verify,
});

async function verify(asked: Place & { id: string; set?: readonly string[]; json: boolean }): Promise<number> {
  const { record, folder } = findById(asked.id, asked);
  const preset = presetNamed(record.preset);
  const presets =
    asked.set === undefined ? presetsOfRun(record, readCaptions(folder, record), preset) : [setTo(record, preset, asked.set)];
  const found = await verifyRun(record, presets, terminalReporter());
  console.log(asked.json ? JSON.stringify({ id: record.id, ...found }) : inWords(record.id, found));
  return found.passed ? 0 : 1;
}

/** The preset of a record's recipe with what is said of its corpus. */
function setTo({ recipe }: RunRecord, preset: Preset, set: readonly string[]): Preset {
  const axes = Object.assign({}, ...set.map(readAxis));
  const [cell] = cellsOf({ name: "verify", kind: "confirmation", parts: [axes] }, preset);
  return presetOfRecipe(cell?.preset ?? preset, recipe);
}

/** Longest value that is printed whole. */
const LONGEST = 60;
const shown = (value: unknown) => {
  const words = JSON.stringify(value) ?? "–";
  return words.length > LONGEST ? `${words.slice(0, LONGEST - 1)}…` : words;
};

function inWords(id: string, { exact, processors, differences }: RunComparison): string {
  const basis = exact
    ? `made again on the same type of processor (${processors[1]}): compared to the last digit`
    : `recorded on ${processors[0]}, made again on ${processors[1]}: losses within ${lossTolerance} of themselves, means within intervals`;
  return [
    `${id}: ${basis}`,
    ...differences.map(
      ({ field, recorded, made, allowed }) =>
        `  ${field}${allowed ? ", within what is allowed" : ""}: recorded ${shown(recorded)}, made ${shown(made)}`,
    ),
    differences.length === 0 ? "  no field differs but the circumstances" : `  ${differences.length} fields differ`,
  ].join("\n");
}
