import { lookAtRuns } from "../../experiment/sweep/from-weights";
import { command } from "../command";
import { preset } from "../run-options";
import { terminalReporter } from "../terminal";

export const attentionOfRuns = command({
  name: "runs attention",
  about:
    "Looks up the cross-attention of each recorded BART-fusion and ALCAP of the registered comparison on all test songs, and keeps its " +
    "measures in results/PRESET/attention, from which notebook 06 needs no weights.",
  options: { preset },
  action: async (asked) => {
    const { there, without, other } = await lookAtRuns(asked.preset, terminalReporter());
    for (const id of there) console.log(`${id}: there`);
    for (const id of without) console.log(`${id}: its weights are not on this machine`);
    for (const id of other) console.log(`${id}: this code, engine and thread count give another recipe`);
    return 0;
  },
});
