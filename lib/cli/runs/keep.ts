import path from "node:path";
import { keepWeights } from "../../experiment/run/run";
import { workspaceOf } from "../../files/project";
import { command } from "../command";
import { findById, id, place } from "./records";

export const keepRun = command({
  name: "runs keep",
  about:
    "Copies a run's trained weights from data/cache to results/PRESET/checkpoints, beside its record. The notebooks that look into a " +
    "model find them there, so that what is committed need not be trained again.",
  arguments: { id },
  options: place,
  action: async (asked) => {
    const { folder, record } = findById(asked.id, asked);
    const { cache } = workspaceOf({ name: record.preset });
    console.log(keepWeights({ results: path.dirname(folder), cache }, record));
    return 0;
  },
});
