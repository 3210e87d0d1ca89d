import path from "node:path";
import { alignRuns } from "../../experiment/sweep/from-weights";
import { workspaceOf } from "../../files/project";
import { command } from "../command";
import { flag } from "../options";
import { preset } from "../run-options";
import { terminalReporter } from "../terminal";

export const alignmentOf = command({
  name: "runs alignment",
  about:
    "Computes InfoNCE of each recorded ALCAP run over the test songs, as training computes it, in whole batches and without dropout, and " +
    "writes it to results/PRESET/alignment.json. It needs the runs' weights; those that are not on this machine are named.",
  options: { preset, json: flag("JSON instead of text") },
  action: async ({ preset, json }) => {
    const { known, without, other } = await alignRuns(preset, terminalReporter()("held-out InfoNCE of runs"));
    if (json) {
      console.log(JSON.stringify({ known, without, other }));
      return 0;
    }
    for (const [id, { mean, error, lnN, batches, batch }] of Object.entries(known))
      console.log(`${id}: ${mean.toFixed(4)} ± ${error.toFixed(4)} nats, ln ${batch} = ${lnN.toFixed(4)}, ${batches} batches`);
    for (const id of without) console.log(`${id}: its weights are not here; train it with --weights`);
    for (const id of other) console.log(`${id}: this code, engine and thread count give another recipe`);
    console.log(`Written to ${path.join(workspaceOf(preset).results, "alignment.json")}: ${Object.keys(known).length} runs.`);
    return 0;
  },
});
