import path from "node:path";
import { command } from "./command";
import { preset } from "./run-options";

/** `alcap report`: the results page alone. */
export const { run, parse } = command({
  name: "report",
  about:
    "Writes results/PRESET/index.html from records and figures: the verdict, the paper's tables beside ours, songs to listen to, figures, and " +
    "where trained weights are on this machine the models to try in the page.",
  options: { preset },
  action: async ({ preset: chosen }) => {
    const { writeReport } = await import("../report/index.js");
    console.log(`Results page: ${path.relative(process.cwd(), await writeReport(chosen))}`);
    return 0;
  },
});
