import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import seedrandom from "seedrandom";
import { z } from "zod";
import { type CaptionValues, captionBatch, type Example } from "../data/text/batch";
import { scalar, type Values, value } from "../engine";
import type { Preset } from "../experiment/preset/songbook";
import type { Batch } from "../model/alcap";
import type { Captioner } from "../model/captioner";
import { writeSafetensors } from "../model/weights";
import { bartTokens } from "../recipe";
import { captionerStep, freshTraining } from "../train/step";
import { type Missing, pythonPeer } from "./python-peer";

/** One step's cost: wall clock and processor time, in milliseconds, and the loss before the step. */
const stepCost = z.object({ wallMs: z.number(), cpuMs: z.number(), loss: z.number() });
type StepCost = z.infer<typeof stepCost>;

type Stepper = { readonly step: () => Promise<StepCost>; readonly close: () => Promise<void> | void };

/** What `alcap bench step` reports: medians in milliseconds. */
export interface StepBench {
  readonly preset: string;
  readonly threads: number;
  readonly rounds: number;
  readonly ours: StepCost;
  /** The same in PyTorch, and its share of ours; above 1 means this library is faster. */
  readonly peer: (StepCost & TorchRatios) | null;
  /** Why there is no peer. */
  readonly reason: string | null;
}

interface TorchRatios {
  readonly torch: string;
  readonly ratioWall: number;
  readonly ratioCpu: number;
  /** Largest relative difference between the two loss curves over the rounds: they train the same model on the same batch. */
  readonly lossDifference: number;
}

const LEARNING_RATE = 1e-4;

/**
 * Times the preset's ALCAP training step (forward, gradients, clipping, AdamW; full-length batch, dropout off) here and in
 * PyTorch eager, from the same weights on the same batch, one step of each in turn so that a noisy machine hits both.
 */
export async function benchStep(preset: Preset, rounds: number, python: string): Promise<StepBench> {
  const threads = 1;
  const captioner: Captioner = {
    method: "alcap",
    text: { ...preset.text, vocabulary: preset.baseModel.vocabulary },
    musicWidth: 2 * preset.music.channels,
    recipe: preset.recipe,
  };
  const batch = randomBatch(preset, captioner);
  const folder = mkdtempSync(path.join(tmpdir(), "alcap-bench-"));
  let torch: (Stepper & { readonly version: string }) | Missing = { reason: "" };
  const ours = ownStepper(captioner, preset, batch, threads);
  const a: StepCost[] = [];
  const b: StepCost[] = [];
  try {
    torch = await torchStepper(captioner, preset, batch, { folder, threads, python });
    for (let round = 0; round < rounds + 2; round++) {
      a.push(await ours.step());
      if ("step" in torch) b.push(await torch.step());
    }
  } finally {
    await ours.close();
    if ("step" in torch) await torch.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const own = medians(a.slice(2));
  const about = { preset: preset.name, threads, rounds, ours: own };
  if (!("step" in torch)) return { ...about, peer: null, reason: torch.reason };
  const theirs = medians(b.slice(2));
  const ratios = { ratioWall: theirs.wallMs / own.wallMs, ratioCpu: theirs.cpuMs / own.cpuMs };
  const lossDifference = Math.max(...a.map(({ loss }, i) => Math.abs(loss - (b[i]?.loss ?? Number.NaN)) / loss));
  return { ...about, peer: { ...theirs, torch: torch.version, ...ratios, lossDifference }, reason: null };
}

const median = (xs: readonly number[]) => [...xs].sort((x, y) => x - y)[Math.floor(xs.length / 2)] ?? Number.NaN;

const medians = (costs: readonly StepCost[]): StepCost => ({
  wallMs: median(costs.map(({ wallMs }) => wallMs)),
  cpuMs: median(costs.map(({ cpuMs }) => cpuMs)),
  loss: costs.at(-1)?.loss ?? Number.NaN,
});

/** Full-length rows of random tokens and music: the most expensive batch that the preset allows. */
function randomBatch(preset: Preset, captioner: Captioner): CaptionValues {
  const random = seedrandom("bench");
  const ids = (length: number) => Int32Array.from({ length }, () => 5 + Math.floor(random() * (captioner.text.vocabulary - 5)));
  const positions = 119; // 15 s of music and the class vector
  const rows = Array.from({ length: preset.captioning.batch }, (_, i): Example => {
    const music = Float32Array.from({ length: positions * captioner.musicWidth }, () => random() - 0.5);
    const close = (tokens: Int32Array) => tokens.fill(bartTokens.eos, tokens.length - 1);
    return {
      song: String(i),
      lyrics: close(ids(preset.lyricsTokens)),
      caption: close(ids(preset.captionTokens)),
      music: value(music, [positions, captioner.musicWidth]),
    };
  });
  return captionBatch(rows, preset);
}

function ownStepper(captioner: Captioner, preset: Preset, batch: CaptionValues, threads: number): Stepper {
  const step = captionerStep(captioner, { ...preset.captioning, dropout: 0 }, { threads });
  let state = freshTraining(captioner, preset.captioning.optimiser, 0);
  let done = 0;
  return {
    step: async () => {
      const [wall, cpu] = [performance.now(), process.cpuUsage()];
      const tick = { step: scalar(++done), learningRate: scalar(LEARNING_RATE), key: value(Int32Array.of(0, done), [2]) };
      const out = await step(state, batch as Values<Batch>, tick);
      state = out.state;
      const { user, system } = process.cpuUsage(cpu);
      return { wallMs: performance.now() - wall, cpuMs: (user + system) / 1000, loss: out.losses.loss.data[0] ?? Number.NaN };
    },
    close: () => step.release(),
  };
}

/** Starts the PyTorch side, which reads what it needs from the folder. */
async function torchStepper(
  captioner: Captioner,
  preset: Preset,
  batch: CaptionValues,
  { folder, threads, python }: { readonly folder: string; readonly threads: number; readonly python: string },
) {
  const config = { captioner, plan: preset.captioning, learningRate: LEARNING_RATE };
  const { params } = freshTraining(captioner, preset.captioning.optimiser, 0);
  writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
  writeFileSync(path.join(folder, "weights.safetensors"), writeSafetensors(params));
  writeFileSync(path.join(folder, "batch.safetensors"), writeSafetensors(batch));
  const peer = await pythonPeer(python, "torch_step.py", [folder, String(threads)], threads);
  return "reason" in peer ? peer : { version: peer.torch, step: () => peer.ask("step", stepCost), close: () => peer.close() };
}
