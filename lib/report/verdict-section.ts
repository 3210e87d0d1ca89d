import type { Preset } from "../experiment/preset/songbook";
import type { RunRecord } from "../experiment/run/records";
import { endpointOf } from "../experiment/study/endpoints";
import type { GridRun } from "../experiment/study/grid-runs";
import { measures, resultRows } from "../experiment/study/table";
import { verdict } from "../experiment/study/verdict";
import { inReadableUnits, NO_CONTROL, primaryWords, type VerdictTable, verdictTables } from "../experiment/study/verdict-text";
import { kindOf } from "../experiment/sweep/grid";
import { grids } from "../experiment/sweep/grids";
import { recordedGrid } from "../experiment/sweep/recorded";
import { type Html, paragraph, section, table, text } from "./html";
import { method } from "./songs-section";

/** What was decided, first: the verdict of a confirmation, or the preset's runs and that they decide nothing. */
export function verdictSection(preset: Preset, records: readonly RunRecord[]): Html {
  const confirms = kindOf(grids.table1, preset) === "confirmation";
  const runs = confirms ? recordedGrid(["table1", "controls"], preset) : [];
  return runs.length > 0 ? ofConfirmation(runs) : ofDevelopment(preset, records);
}

function ofConfirmation(runs: readonly GridRun[]): Html {
  const found = verdict(runs);
  const { dataSet, weight, primary, controls } = found;
  return section(
    "verdict",
    "The verdict",
    paragraph(
      `ALCAP − BART-fusion on ${dataSet}, λ = ${weight}, by the protocol that was committed before the runs that decide.`,
    ),
    ...primary.map((one) => {
      const { said, numbers } = primaryWords(one);
      return `<p class="verdict"><strong>${text(said)}</strong>${numbers.map((line) => `<br>${text(line)}`).join("")}</p>`;
    }),
    ...verdictTables(found).map((one) => `<details><summary>${text(one.title)}</summary>${differences(one)}</details>`),
    controls.length === 0 ? paragraph(NO_CONTROL) : "",
  );
}

function differences({ title, names, rows }: VerdictTable): Html {
  const columns = [
    "endpoint",
    "unit",
    { header: "difference [95 %]", decimals: 3 },
    { header: "replicates", decimals: 0 },
    { header: "p", decimals: 3 },
    { header: "p, corrected", decimals: 3 },
    { header: "detectable", decimals: 3 },
  ];
  const cells = rows.map(({ name, endpoint, one }) => {
    const { unit, difference, detectable } = inReadableUnits(one);
    return [name, endpoint, unit, difference, one.replicates, one.test?.p ?? null, one.corrected, detectable];
  });
  return table(title, [names, ...columns], cells);
}

function ofDevelopment(preset: Preset, records: readonly RunRecord[]): Html {
  const shown = measures.filter(({ key }) => records.every(({ metrics }) => metrics[key]));
  const rows = resultRows(records, shown).map(({ seed, cells }, at) => [
    { html: method(records[at]!.recipe.method) },
    String(seed),
    ...cells,
  ]);
  const why =
    preset.name === "standard"
      ? "No confirmation run is recorded here"
      : `The preset ${preset.name} is for development: its runs share one corpus, and seeds on one corpus are no replicates`;
  return section(
    "verdict",
    "What this decides: nothing",
    paragraph(
      `${why}. Which method is better is decided by the confirmation runs of the preset standard alone, by a protocol that was committed ` +
        "before them (`results/PROTOCOL.md`); `npx alcap runs verdict --preset standard` says what they show so far.",
    ),
    records.length === 0
      ? paragraph("No run of this preset is recorded.")
      : table(
          `The runs of ${preset.name} on ${preset.corpus.testSongs} test songs, percent, with 95 % bootstrap intervals over songs`,
          [
            "method",
            "seed",
            ...shown.map(({ label, key }) => ({ header: label, decimals: endpointOf(key).unit === "nats" ? 3 : 1 })),
          ],
          rows,
        ),
  );
}
