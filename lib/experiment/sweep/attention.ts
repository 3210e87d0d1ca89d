import { workspaceOf } from "../../files/project";
import { quiet, type Reporter } from "../../progress";
import type { Preset } from "../preset/songbook";
import type { RunRecord } from "../run/records";
import { weightsOf } from "../run/run";
import { obtainFocus, recordedFocus } from "../run/scoring/focus";
import { songbookFacts } from "../run/songbook-material";
import { registered } from "../study/verdict";
import { knownRuns } from "./recorded";

/** What became of each run of the registered comparison that has attention. */
export interface LookedAt {
  /** Ids of runs whose attention lies in `results/<preset>/attention` now. */
  readonly there: readonly string[];
  /** Ids of runs whose weights are not on this machine. */
  readonly without: readonly string[];
}

/** Looks up the attention of every recorded BART-fusion and ALCAP of the registered comparison, on all test songs, where it is not there yet. */
export async function lookAtRuns(preset: Preset, report: Reporter = quiet): Promise<LookedAt> {
  const { results, cache } = workspaceOf(preset);
  const there: string[] = [];
  const without: string[] = [];
  for (const { record, preset: own, name } of knownRuns(preset).filter((run) => isRegistered(run.record))) {
    const known = recordedFocus(results, record) !== undefined;
    if (!known && weightsOf({ results, cache }, record.recipe) === undefined) without.push(record.id);
    else {
      if (!known) await obtainFocus(songbookFacts(own), name, report);
      there.push(record.id);
    }
  }
  return { there, without };
}

const isRegistered = ({ recipe: { method, control, data, alignment } }: RunRecord) =>
  method !== "bart" &&
  control === undefined &&
  data.set === registered.dataSet &&
  (alignment?.weight ?? registered.weight) === registered.weight;
