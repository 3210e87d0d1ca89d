import path from "node:path";
import { quiet, type Reporter } from "../../progress";
import type { Preset } from "../preset/songbook";
import { findWeights } from "../run/run";
import { obtainFocus, recordedFocus } from "../run/scoring/focus";
import { songbookFacts } from "../run/songbook-material";
import { registered } from "../study/verdict";
import { cellsOf } from "./grid";
import { grids } from "./grids";
import { recordOf, runsOfCells } from "./runs";

/** What became of each run of the registered comparison that has attention. */
export interface LookedAt {
  /** Ids of runs whose attention lies in `results/<preset>/attention` now. */
  readonly there: readonly string[];
  /** Ids of recorded runs whose weights are not on this machine. */
  readonly withoutWeights: readonly string[];
}

/** Looks up the attention of every recorded BART-fusion and ALCAP of the registered comparison, on all test songs, where it is not there yet. */
export async function lookAtGrid(preset: Preset, report: Reporter = quiet): Promise<LookedAt> {
  const cells = cellsOf(grids.table1, preset, { dataSet: [registered.dataSet] }).filter(({ name }) => name.method !== "bart");
  const there: string[] = [];
  const withoutWeights: string[] = [];
  for (const run of runsOfCells(cells)) {
    const record = recordOf(run);
    if (!record) continue;
    const results = path.dirname(run.folder);
    const known = recordedFocus(results, record) !== undefined;
    const facts = known ? undefined : songbookFacts(run.preset, results);
    if (facts && findWeights(facts, run.name) === undefined) withoutWeights.push(run.id);
    else {
      if (facts) await obtainFocus(facts, run.name, report);
      there.push(run.id);
    }
  }
  return { there, withoutWeights };
}
