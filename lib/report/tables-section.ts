import { makeSong } from "../data/songbook";
import { dataSetNames, type Preset } from "../experiment/preset/songbook";
import { type RunRecord, readCaptions } from "../experiment/run/records";
import { endpointOf } from "../experiment/study/endpoints";
import {
  type Arm,
  armMeans,
  asReplicate,
  type GridRun,
  intervalOver,
  registeredArm,
  runsOfArm,
} from "../experiment/study/grid-runs";
import { cutoffs, recallAt } from "../experiment/study/retrieval";
import { type BothRetrievals, recallMeans, remembering, retrievalOfArm } from "../experiment/study/retrieval-runs";
import { recordedGrid } from "../experiment/sweep/recorded";
import type { Interval } from "../metric/certainty";
import { lsaEncoder } from "../metric/retrieval/lsa";
import { type Method, methods, type PaperCorpus, paperCorpora, paperMeasures, paperTable1, paperTable2 } from "../paper";
import { type Cell, type Html, paragraph, section, table } from "./html";
import { method as named } from "./songs-section";

/** What stands beside each data set of the paper. */
const paperSets: Readonly<Record<string, PaperCorpus>> = {
  "songbook-full": "si-full",
  "songbook-nonnegative": "si-nonnegative",
  "songbook-positive": "si-positive",
  "songbook-playlists": "ncm-review",
};

/** Comments of so many songs fit the sentence encoder, as in notebook 05. */
const FITTED = { songs: 400, seed: 90 };

/** Tables 1 and 2, the paper's numbers beside ours. */
export async function tablesSection(preset: Preset, records: readonly RunRecord[], folder: string): Promise<Html> {
  const grid = recordedGrid(["table1"], preset);
  const first = records.filter(({ recipe }) => recipe.seed === records[0]?.recipe.seed);
  const runs = grid.length > 0 ? grid : first.map((record) => asReplicate(record, readCaptions(folder, record), 1));
  const sets = dataSetNames.filter((set) => methods.some((method) => runsOfArm(runs, armOf(method, set)).size > 0));
  const replicates = Math.max(0, ...sets.flatMap((set) => methods.map((method) => runsOfArm(runs, armOf(method, set)).size)));
  const spread =
    replicates > 1
      ? `Ours: means with 95 % intervals over up to ${replicates} replicates, each a corpus and a training of its own.`
      : `Ours: one run a method (seed ${first[0]?.recipe.seed ?? "–"}) with 95 % bootstrap intervals over its test songs, which say nothing of how trainings differ.`;
  if (sets.length === 0) return section("tables", "The paper's tables", paragraph("No run is recorded."));
  return section(
    "tables",
    "The paper's tables",
    paragraph(
      `The paper's numbers, on its own corpora, are grey and in italics; ours are on Songbook and cannot be compared with them as numbers, only in their order. ${spread}`,
    ),
    "<h3>Table 1: captions against references</h3>",
    ...sets.map((set) => tableOne(runs, set)),
    "<h3>Table 2: songs found by a listener’s sentence</h3>",
    paragraph(
      "Ours by latent semantic analysis (LSA) in the place of Sentence-BERT; every sentence of every listener asks. With one right song a query, precision at k is recall at k by k.",
    ),
    ...(await tableTwo(preset, runs, sets)),
  );
}

const armOf = (method: Method, dataSet: string): Arm => registeredArm(method, { dataSet });

const percent = (interval: Interval | null | undefined): Interval | null =>
  interval ? { mean: 100 * interval.mean, low: 100 * interval.low, high: 100 * interval.high } : null;

/** Paper and ours, column by column. */
const beside = (headers: readonly string[]) => headers.flatMap((header) => [{ header, paper: true }, { header }]);

const captionOf = (set: string) => `${paperCorpora[paperSets[set]!].name} (paper) and ${set} (ours), percent`;

function tableOne(runs: readonly GridRun[], set: string): Html {
  const rows = methods.map((method): Cell[] => {
    const arm = armOf(method, set);
    const own = [...runsOfArm(runs, arm).values()];
    const ours = (key: string) => (own.length === 1 ? own[0]!.record.metrics[key] : intervalOver(armMeans(runs, arm, key)));
    const papers = paperTable1[paperSets[set]!][method];
    return [{ html: named(method) }, ...paperMeasures.flatMap((key): Cell[] => [papers?.[key].mean ?? null, percent(ours(key))])];
  });
  return table(captionOf(set), ["method", ...beside(paperMeasures.map((key) => endpointOf(key).label))], rows);
}

async function tableTwo(preset: Preset, runs: readonly GridRun[], sets: readonly string[]): Promise<Html[]> {
  const fitting = { ...preset.corpus, seed: FITTED.seed, songs: Math.min(FITTED.songs, preset.corpus.songs), testSongs: 0 };
  const comments = Array.from({ length: fitting.songs }, (_, i) => makeSong(fitting, i).interpretations.map(({ text }) => text));
  const encoder = remembering(lsaEncoder(comments.flat(), { seed: 1 }));
  const tables: Html[] = [];
  for (const set of sets) {
    const rows: Cell[][] = [];
    for (const method of methods) {
      const found = await retrievalOfArm(runs, armOf(method, set), encoder);
      const papers = method === "bart" ? undefined : paperTable2[paperSets[set]!][method];
      const ours = cutoffs.flatMap((k, at): Cell[] => [papers?.recall[at] ?? null, percent(recallOf(found, k))]);
      rows.push([{ html: named(method) }, ...ours]);
    }
    tables.push(table(`Recall at k: ${captionOf(set)}`, ["index", ...beside(cutoffs.map((k) => `r@${k}`))], rows));
  }
  return tables;
}

function recallOf(found: ReadonlyMap<number, BothRetrievals>, k: (typeof cutoffs)[number]): Interval | null {
  const [only] = [...found.values()];
  return only && found.size === 1 ? recallAt(only.all, k) : intervalOver(recallMeans(found, k));
}
