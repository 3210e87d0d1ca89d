import { existsSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { AlcapError } from "../../../errors";
import { readJsonFile } from "../../../files/json";
import { writeWhole } from "../../../files/whole-file";
import type { Concentration } from "../../../metric/attention";
import { type Progress, quiet, type Reporter, reportFound } from "../../../progress";
import { type RunName, recipeHash, recipeOf, runId } from "../recipe";
import type { RunRecord } from "../records";
import { captionerOf, readWeights } from "../run";
import { type Material, materialOfFacts, type SongbookFacts } from "../songbook-material";
import { type Focus, focusOf, openFusionMaps } from "./attention";

/** What is kept of a run's attention: a column a measure, a number a test song. */
const focusSchema = z.strictObject({
  recipeHash: z.string(),
  columns: z.record(z.string(), z.array(z.number().nullable())),
});

const axes = ["tokens", "time"] as const;
const measures = ["entropy", "evenness", "gini", "topMass"] as const satisfies readonly (keyof Concentration)[];

/**
 * The attention of a run on every test song, in order: read from `results/<preset>/attention`, or looked up and written there, which
 * needs the run's weights and the songs' representations.
 *
 * @throws AlcapError `weights` when it is not there and the weights are not either, `record` when the file is damaged
 */
export async function obtainFocus(facts: SongbookFacts, name: RunName, report: Reporter = quiet): Promise<Focus[]> {
  const file = focusFile(facts.workspace.results, runId(facts, name));
  const hash = recipeHash(recipeOf(facts, name));
  const progress = report(`looking at the test songs with ${name.method}, seed ${name.seed}`);
  if (existsSync(file)) {
    const known = readFocus(file, hash);
    reportFound(progress, known.length);
    return known;
  }
  const found = await lookAtTestSongs(await materialOfFacts(facts), name, progress);
  writeWhole(file, `${JSON.stringify({ recipeHash: hash, columns: columnsOf(found) })}\n`);
  return readFocus(file, hash); // with the digits that were written
}

const focusFile = (results: string, id: string) => path.join(results, "attention", `${id}.json`);

/**
 * The attention of a recorded run on every test song, where it was looked up before; needs no weights.
 *
 * @throws AlcapError `record` when the file is damaged
 */
export function recordedFocus(results: string, { id, recipeHash }: Pick<RunRecord, "id" | "recipeHash">): Focus[] | undefined {
  const file = focusFile(results, id);
  return existsSync(file) ? readFocus(file, recipeHash) : undefined;
}

async function lookAtTestSongs(material: Material, name: RunName, progress: Progress): Promise<Focus[]> {
  const { preset, tokeniser, corpus, music } = material;
  const captioner = captionerOf(material, name.method);
  const { lyricsTokens } = preset;
  const maps = openFusionMaps({ captioner, params: readWeights(material, name), tokeniser, lyricsTokens });
  const found: Focus[] = [];
  for (const { song } of corpus.rows.test) {
    found.push(focusOf(await maps.of(song.lyrics, music.of(song.id)), song));
    progress(found.length, corpus.rows.test.length);
  }
  await maps.release();
  return found;
}

const digits = (x: number) => Number(x.toPrecision(5));

function columnsOf(found: readonly Focus[]): Record<string, (number | null)[]> {
  const spread = axes.flatMap((axis) =>
    measures.map((measure) => [`${axis}.${measure}`, found.map((one) => digits(one[axis][measure]))] as const),
  );
  const moodWords = found.map((one) => (one.moodWords === null ? null : digits(one.moodWords)));
  return { ...Object.fromEntries(spread), moodWords, voices: found.map(({ voices }) => digits(voices)) };
}

function readFocus(file: string, hash: string): Focus[] {
  const { success, data } = focusSchema.safeParse(readJsonFile(file, { code: "record" }));
  if (!success || data.recipeHash !== hash)
    throw new AlcapError("record", `${file} holds no attention of this run.`, "Delete it; it can be made again.");
  const at = (column: string, song: number) => data.columns[column]?.[song] ?? Number.NaN;
  const spread = (axis: string, song: number) =>
    Object.fromEntries(measures.map((measure) => [measure, at(`${axis}.${measure}`, song)])) as unknown as Concentration;
  return (data.columns.voices ?? []).map((_, song) => ({
    tokens: spread("tokens", song),
    time: spread("time", song),
    moodWords: data.columns.moodWords?.[song] ?? null,
    voices: at("voices", song),
  }));
}
