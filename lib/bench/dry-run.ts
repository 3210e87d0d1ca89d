import { compile, scalar, sizeOf, tf, value } from "../engine";
import { type PaperPreset, paperCaptioner } from "../experiment/preset/paper";
import { captionerParams } from "../model/alcap";
import type { Captioner } from "../model/captioner";
import { paperCorpora, paperMusicPositions } from "../paper";
import { bartBase, type Optimiser, paperTraining, type TextShape } from "../recipe";
import { adafactorShapes } from "../train/adafactor";
import { byParameter, type StepPlan } from "../train/step-plan";
import { median } from "./spread";

/** Numbers of parameters by part. */
export interface ParameterCount {
  readonly text: number;
  readonly fusion: number;
  readonly alignment: number;
  readonly all: number;
}

/** Memory of a step in bytes, by what takes it. */
export interface MemoryEstimate {
  /** Parameters and optimiser slots: what goes in, what comes out, and the start values while they are held. */
  readonly state: number;
  readonly gradients: number;
  /** What the forward pass of one micro-batch keeps for its gradients. */
  readonly activations: number;
  /** Scores of one chunk of caption positions, and the gradient of the embedding table. */
  readonly vocabulary: number;
  readonly all: number;
}

/** Hours of one seed's training on a device, with what the estimate rests on. */
export interface TimeEstimate {
  readonly device: string;
  /** Sustained rate in 10^12 float operations a second. */
  readonly teraflops: number;
  readonly hours: number;
  readonly basis: string;
}

/** A data set by name and number of training rows. */
export interface CorpusSize {
  readonly name: string;
  readonly rows: number;
}

/** What a run would take. `corpus` names the data set. */
export interface DryRun {
  readonly corpus: string;
  readonly rows: number;
  readonly steps: number;
  readonly parameters: ParameterCount;
  readonly memory: MemoryEstimate;
  /** Float operations of one step, forward and backward. */
  readonly flopsPerStep: number;
  readonly times: readonly TimeEstimate[];
}

const FLOAT = 4; // bytes

export function countParameters(captioner: Captioner): ParameterCount {
  const sizes = Object.entries(captionerParams(captioner)).map(([name, { shape }]) => [name, sizeOf(shape)] as const);
  const total = (pick: (name: string) => boolean) => sizes.reduce((sum, [name, size]) => sum + (pick(name) ? size : 0), 0);
  const isAlignment = (name: string) => name.startsWith("contrast.");
  const isFusion = (name: string) => /^model\.encoder\.(_|fg\.|final_layer_norm)/.test(name);
  const [all, fusion, alignment] = [total(() => true), total(isFusion), total(isAlignment)];
  return { text: all - fusion - alignment, fusion, alignment, all };
}

/** Numbers that the optimiser keeps beside the parameters. */
function slotCount(captioner: Captioner, optimiser: Optimiser): number {
  const shapes = Object.values(captionerParams(captioner)).map(({ shape }) => shape);
  if (optimiser.name === "adamw") return 2 * shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
  return shapes.flatMap((shape) => Object.values(adafactorShapes(shape))).reduce((sum, shape) => sum + sizeOf(shape), 0);
}

/** A step's sizes. */
export interface StepSizes {
  readonly captioner: Captioner;
  readonly optimiser: Optimiser;
  readonly batch: number;
  readonly microBatch: number;
  readonly lyricsTokens: number;
  readonly captionTokens: number;
  readonly musicPositions: number;
  /** Caption positions whose scores are in memory at once. */
  readonly vocabularyRows: number;
  /** As in a step's plan: by the model's size where it is left out. */
  readonly update?: StepPlan["update"];
}

/**
 * Memory of a step on the CPU engine, counted: tensors of width C, inner width and attention weights that a layer keeps, in float32,
 * all rows of full length. Of large models state exists once, of others it goes from one set of buffers to another while the start
 * values are held. Held to 40 % of a measured step by a test.
 */
export function estimateMemory(sizes: StepSizes): MemoryEstimate {
  const { captioner, optimiser, microBatch: B, lyricsTokens: S, captionTokens: T, musicPositions: M, vocabularyRows } = sizes;
  const { width: C, inner, heads: H, encoderLayers, decoderLayers, vocabulary: V } = captioner.text;
  const { all } = countParameters(captioner);
  // Dropout keeps its mask and what it leaves.
  const weights = captioner.text.attentionDropout > 0 ? 4 : 2;
  const inside = captioner.text.activationDropout > 0 ? 5 : 3;
  const encoder = encoderLayers * S * (14 * C + inside * inner + weights * H * S);
  const decoder = decoderLayers * T * (22 * C + inside * inner + weights * H * (T + S));
  const fused = captioner.recipe.fusion.layers.length * (S * (8 * C + 2 * captioner.recipe.fusion.heads * M) + 4 * M * C);
  const divided = byParameter(captioner, sizes, { engine: "onnx", device: "cpu" });
  const state = (divided ? 1 : 3) * (all + slotCount(captioner, optimiser)) * FLOAT;
  const room = divided ? 1 : 2; // graphs that keep their memory ask for it in powers of two
  // The runtime's and the copy that it gives; of micro-batches also their sum, which in a graph goes in and comes out.
  const gradients = room * (2 + (B < sizes.batch ? (divided ? 1 : 2) : 0)) * all * FLOAT;
  const activations = room * B * (encoder + decoder + fused) * FLOAT;
  const rows = Math.min(vocabularyRows, B * T);
  const vocabulary = room * (4 * rows * V + (rows < B * T ? 2 * V * C : 0)) * FLOAT;
  return { state, gradients, activations, vocabulary, all: state + gradients + activations + vocabulary };
}

/** Float operations of one step: matrix products forward once and backward twice; codes of micro-batches are computed once more. */
export function stepFlops(sizes: StepSizes): number {
  const { captioner, batch, microBatch, lyricsTokens: S, captionTokens: T, musicPositions: M } = sizes;
  const { width: C, inner, encoderLayers, decoderLayers, vocabulary: V } = captioner.text;
  const layer = 2 * S * (4 * C * C + 2 * C * inner) + 4 * S * S * C;
  const encoder = encoderLayers * layer;
  const decoder = decoderLayers * (2 * T * (6 * C * C + 2 * C * inner) + 2 * S * 2 * C * C + 4 * T * (T + S) * C);
  const fused =
    captioner.recipe.fusion.layers.length *
    (2 * S * 3 * C * C + 2 * M * (2 * captioner.musicWidth * C + 2 * C * C) + 4 * S * M * C);
  const forward = encoder + decoder + fused + 2 * T * V * C;
  const again = microBatch < batch && captioner.method === "alcap" ? captioner.recipe.alignment.layer * layer : 0;
  return batch * (3 * forward + again);
}

/** Vendors' float32 rates in 10^12 operations a second. */
const gpus = { "V100 16 GB": 15.7, "RTX 4090 24 GB": 82.6, "H100 80 GB": 67 } as const;

/** Share of a GPU's float32 rate that is assumed to be reached. */
const ASSUMED_SHARE = 0.4;

/** Share of the rate of bare matrix products that a BART-base step reached on a CPU core (48 of 90 gigaflop/s). */
const CPU_SHARE = 0.5;

/**
 * Parameters, memory and time of a preset, without training anything.
 *
 * @param measured this machine's rate in float operations a second
 */
export function dryRun(preset: PaperPreset, corpus: CorpusSize, measured: number, text: TextShape = bartBase): DryRun {
  const { captioning, lyricsTokens, captionTokens } = preset;
  const { batch, epochs } = captioning;
  const captioner = paperCaptioner(preset, text);
  const sizes: StepSizes = {
    captioner,
    optimiser: captioning.optimiser,
    batch,
    microBatch: captioning.microBatch ?? batch,
    lyricsTokens,
    captionTokens,
    musicPositions: paperMusicPositions,
    vocabularyRows: captioning.vocabularyRows ?? Number.POSITIVE_INFINITY,
  };
  const steps = Math.max(1, Math.floor(corpus.rows / batch)) * epochs;
  const flopsPerStep = stepFlops(sizes);
  return {
    corpus: corpus.name,
    rows: corpus.rows,
    steps,
    parameters: countParameters(captioner),
    memory: estimateMemory(sizes),
    flopsPerStep,
    times: [...timesAt(steps * flopsPerStep, measured), ...paperTime(corpus, steps * flopsPerStep, epochs)],
  };
}

const estimate = (device: string, work: number, rate: number, basis: string): TimeEstimate => ({
  device,
  teraflops: rate / 1e12,
  hours: work / rate / 3600,
  basis,
});

/** Hours of so many float operations on this machine and on common GPUs. */
const timesAt = (work: number, measured: number): TimeEstimate[] => [
  estimate("this machine's CPU", work, CPU_SHARE * measured, "half the rate of matrix products, measured here now"),
  ...Object.entries(gpus).map(([name, peak]) =>
    estimate(name, work, ASSUMED_SHARE * peak * 1e12, `assumes ${100 * ASSUMED_SHARE} % of the vendor's float32 rate`),
  ),
];

/** The paper's own hours, in proportion to rows and epochs; nothing for a corpus that the paper does not time. */
function paperTime({ name, rows }: CorpusSize, work: number, epochs: number): TimeEstimate[] {
  if (!Object.hasOwn(paperCorpora, name)) return [];
  const paper = paperCorpora[name as keyof typeof paperCorpora];
  const hours = (paper.hours * rows * epochs) / (paper.sizes.train * paperTraining.epochs);
  return [estimate("A100 40 GB", work, work / (hours * 3600), "the paper's own hours for this corpus, in PyTorch")];
}

/** Float operations a second of matrix products as large as BART-base's, on the engine and threads in force. */
export async function measureRate(): Promise<number> {
  const [N, C, inner] = [512, 768, 3072];
  const product = compile(
    (x: tf.Tensor, a: tf.Tensor, b: tf.Tensor, scale: tf.Scalar) =>
      tf.sum(tf.matMul(tf.matMul(tf.mul(x, scale) as tf.Tensor2D, a as tf.Tensor2D), b as tf.Tensor2D)),
    { name: "rate" },
  );
  const filled = (...shape: number[]) => value(new Float32Array(sizeOf(shape)).fill(0.01), shape);
  const [x, a, b] = [filled(N, C), filled(C, inner), filled(inner, C)];
  const times: number[] = [];
  for (let round = 0; round < 8; round++) {
    const started = performance.now();
    await product(x, a, b, scalar(1 + round));
    times.push(performance.now() - started);
  }
  await product.release();
  return (2 * 2 * N * C * inner) / (median(times.slice(2)) / 1000);
}
