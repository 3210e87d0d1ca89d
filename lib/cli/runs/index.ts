import { group } from "../command";

const records = () => import("./records.js");
const keep = () => import("./keep.js");
const attention = () => import("./attention.js");
const verdict = () => import("./verdict.js");
const alignment = () => import("./alignment.js");

/** `alcap runs`: what is recorded. */
export const runs = group("runs", "Shows recorded runs. Records need no weights: what is committed is shown without training.", {
  list: { about: "every recorded run with its measures", load: async () => (await records()).listRuns },
  show: { about: "recipe, metrics with intervals, captions of one", load: async () => (await records()).showRun },
  diff: { about: "fields in which two recipes differ, metrics side by side", load: async () => (await records()).diffRuns },
  keep: { about: "copy a run's weights to results/PRESET/checkpoints", load: async () => (await keep()).keepRun },
  attention: {
    about: "measures of the cross-attention of runs whose weights are here",
    load: async () => (await attention()).attentionOfRuns,
  },
  alignment: { about: "held-out InfoNCE of ALCAP runs, from their weights", load: async () => (await alignment()).alignmentOf },
  verdict: { about: "what the confirmation runs show", load: async () => (await verdict()).verdictOf },
  schema: { about: "records and captions as JSON Schema", load: async () => (await records()).schema },
});

export const { run, parse } = runs;
