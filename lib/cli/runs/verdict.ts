import { readCaptions, readRecord, recordIds } from "../../experiment/run/records";
import { confirmationRun } from "../../experiment/study/grid-runs";
import { verdict } from "../../experiment/study/verdict";
import { verdictText } from "../../experiment/study/verdict-text";
import { command } from "../command";
import { flag, usage } from "../options";
import { foldersOf, place } from "./records";

export const verdictOf = command({
  name: "runs verdict",
  about:
    "Says what the confirmation runs show: ALCAP − BART-fusion on the two primary endpoints, all others corrected, and the controls.",
  options: { ...place, json: flag("JSON instead of text") },
  action: async (asked) => {
    const runs = foldersOf(asked).flatMap((folder) =>
      recordIds(folder).flatMap((id) => {
        const record = readRecord(folder, id);
        return confirmationRun(record, readCaptions(folder, record)) ?? [];
      }),
    );
    if (runs.length === 0)
      throw usage("There is no run on a confirmation corpus.", "Name the folder that holds them: --folder DIR.");
    const found = verdict(runs);
    console.log(asked.json ? JSON.stringify(found) : verdictText(found));
    return 0;
  },
});
