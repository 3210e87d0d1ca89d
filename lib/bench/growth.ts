import path from "node:path";
import seedrandom from "seedrandom";
import { captionBatch, type Example } from "../data/text/batch";
import { scalar, type Values, value } from "../engine";
import { presetNamed } from "../experiment/preset/songbook";
import { scratchFolder } from "../files/temporary";
import type { Batch } from "../model/alcap";
import { type Progress, silent } from "../progress";
import { bartTokens } from "../recipe";
import { captionerStep, freshTraining } from "../train/step";
import { measuredCommand } from "./measured-command";
import { median } from "./spread";

/** How a cost grows: processor time in milliseconds by size, and the exponents of the power laws through all and through the last two. */
export interface GrowthCurve {
  readonly cost: string;
  readonly against: string;
  readonly sizes: readonly number[];
  readonly cpuMs: readonly number[];
  readonly exponent: number;
  readonly lastExponent: number;
  /** What the work itself grows by, at most. */
  readonly theory: number;
}

/** Sizes of a step; every row has full length. */
interface Sizes {
  readonly batch: number;
  readonly lyrics: number;
  readonly caption: number;
  readonly width: number;
}

const MIDDLE: Sizes = { batch: 8, lyrics: 64, caption: 32, width: 128 };

/** Work is a product of batch, tokens and width, plus attention, which takes tokens by tokens, and maps, width by width. */
const STEPS: readonly { key: keyof Sizes; against: string; sizes: readonly number[]; theory: number }[] = [
  { key: "batch", against: "rows of a batch", sizes: [4, 8, 16, 32, 64], theory: 1 },
  { key: "lyrics", against: "tokens of the lyrics", sizes: [32, 64, 128, 256, 512], theory: 2 },
  { key: "caption", against: "tokens of the caption", sizes: [32, 64, 128, 256, 512], theory: 2 },
  { key: "width", against: "width", sizes: [64, 128, 256, 512], theory: 2 },
];

const SONGS = [500, 1000, 2000, 4000];

/** Measures how a training step grows with each of its sizes, the others held, and preparing a corpus' words with its songs. */
export async function benchGrowth(progress: Progress = silent): Promise<GrowthCurve[]> {
  const total = STEPS.reduce((sum, { sizes }) => sum + sizes.length, SONGS.length);
  const curves: GrowthCurve[] = [];
  let done = 0;
  for (const { key, against, sizes, theory } of STEPS) {
    const cpuMs: number[] = [];
    for (const size of sizes) {
      cpuMs.push(await stepTime({ ...MIDDLE, [key]: size }));
      progress(++done, total, against);
    }
    curves.push(curve("a training step", against, sizes, cpuMs, theory));
  }
  const cpuMs: number[] = [];
  for (const songs of SONGS) {
    cpuMs.push(await preparationTime(songs));
    progress(++done, total, "songs");
  }
  return [...curves, curve("preparing Songbook's words", "songs", SONGS, cpuMs, 1)];
}

function curve(cost: string, against: string, sizes: readonly number[], cpuMs: readonly number[], theory: number): GrowthCurve {
  return {
    cost,
    against,
    sizes,
    cpuMs,
    exponent: exponentOf(sizes, cpuMs),
    lastExponent: exponentOf(sizes.slice(-2), cpuMs.slice(-2)),
    theory,
  };
}

/** The exponent of the power law through some points: the slope of the least-squares line through their logarithms. */
export function exponentOf(sizes: readonly number[], costs: readonly number[]): number {
  const [x, y] = [sizes.map(Math.log), costs.map(Math.log)];
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const covariance = x.reduce((sum, xi, i) => sum + (xi - mx) * ((y[i] as number) - my), 0);
  return covariance / x.reduce((sum, xi) => sum + (xi - mx) ** 2, 0);
}

const COUNTED = 5;

/** Median processor time of an ALCAP step of quick's depth, one thread. */
async function stepTime({ batch, lyrics, caption, width }: Sizes): Promise<number> {
  const { text, recipe, captioning, baseModel } = presetNamed("quick");
  const shape = { ...text, width, inner: 2 * width, positions: Math.max(lyrics, caption), vocabulary: baseModel.vocabulary };
  const captioner = { method: "alcap", text: shape, musicWidth: 32, recipe } as const;
  const random = seedrandom("bench/growth");
  const ids = (length: number) =>
    Int32Array.from({ length }, () => 5 + Math.floor(random() * (shape.vocabulary - 5))).fill(bartTokens.eos, length - 1);
  const music = value(
    Float32Array.from({ length: 119 * 32 }, () => random() - 0.5),
    [119, 32],
  );
  const rows = Array.from(
    { length: batch },
    (_, row): Example => ({ song: String(row), lyrics: ids(lyrics), caption: ids(caption), music }),
  );
  const values = captionBatch(rows, { lyricsTokens: lyrics, captionTokens: caption }) as Values<Batch>;
  const step = captionerStep(captioner, { ...captioning, dropout: 0 }, { threads: 1 });
  let state = freshTraining(captioner, captioning.optimiser, 0);
  const times: number[] = [];
  for (let at = 1; at <= COUNTED + 2; at++) {
    const before = process.cpuUsage();
    const tick = { step: scalar(at), learningRate: scalar(1e-4), key: value(Int32Array.of(0, at), [2]) };
    ({ state } = await step(state, values, tick));
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  await step.release();
  return median(times.slice(2));
}

/** Processor time of `alcap prepare songbook` without sounds. */
async function preparationTime(songs: number): Promise<number> {
  const { folder, clear } = scratchFolder("bench");
  try {
    const out = path.join(folder, "songbook");
    return (await measuredCommand("prepare", "songbook", "--preset", "standard", "--songs", String(songs), "--out", out)).cpuMs;
  } finally {
    clear();
  }
}
