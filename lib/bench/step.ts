import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import seedrandom from "seedrandom";
import { type CaptionValues, captionBatch, type Example } from "../data/text/batch";
import { scalar, type Values, value } from "../engine";
import type { Preset } from "../experiment/preset/songbook";
import type { Batch } from "../model/alcap";
import type { Captioner } from "../model/captioner";
import { writeSafetensors } from "../model/weights";
import { bartTokens } from "../recipe";
import { captionerStep, freshTraining } from "../train/step";
import { pythonPeer } from "./python-peer";

/** One step's cost: wall clock and processor time, in milliseconds, and the loss before the step. */
interface StepCost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly loss: number;
}

type Stepper = { readonly step: () => Promise<StepCost>; readonly close: () => Promise<void> | void };

/** What `alcap bench step` reports: medians in milliseconds and their ratio; above 1 means this library is faster. */
export interface StepBench {
  readonly preset: string;
  readonly threads: number;
  readonly rounds: number;
  readonly ours: StepCost;
  readonly torch: StepCost | null;
  readonly torchVersion: string | null;
  readonly ratioWall: number | null;
  readonly ratioCpu: number | null;
  /** Largest relative difference between the two loss curves over the rounds: they train the same model on the same batch. */
  readonly lossDifference: number | null;
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
  const ours = ownStepper(captioner, preset, batch, threads);
  const torch = await torchStepper(captioner, preset, batch, threads, python);
  const a: StepCost[] = [];
  const b: StepCost[] = [];
  for (let round = 0; round < rounds + 2; round++) {
    a.push(await ours.step());
    if (torch) b.push(await torch.step());
  }
  await ours.close();
  await torch?.close();
  const difference = torch ? Math.max(...a.map(({ loss }, i) => Math.abs(loss - (b[i]?.loss ?? Number.NaN)) / loss)) : null;
  const [oursMedian, torchMedian] = [medians(a.slice(2)), torch ? medians(b.slice(2)) : null];
  return {
    preset: preset.name,
    threads,
    rounds,
    ours: oursMedian,
    torch: torchMedian,
    torchVersion: torch?.version ?? null,
    ratioWall: torchMedian && torchMedian.wallMs / oursMedian.wallMs,
    ratioCpu: torchMedian && torchMedian.cpuMs / oursMedian.cpuMs,
    lossDifference: difference,
  };
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

/** Starts the PyTorch side; undefined where Python has no torch. */
async function torchStepper(captioner: Captioner, preset: Preset, batch: CaptionValues, threads: number, python: string) {
  const folder = mkdtempSync(path.join(tmpdir(), "alcap-bench-"));
  const config = { captioner, plan: preset.captioning, learningRate: LEARNING_RATE };
  writeFileSync(path.join(folder, "config.json"), JSON.stringify(config));
  writeFileSync(
    path.join(folder, "weights.safetensors"),
    writeSafetensors(freshTraining(captioner, preset.captioning.optimiser, 0).params),
  );
  writeFileSync(path.join(folder, "batch.safetensors"), writeSafetensors(batch));
  const peer = await pythonPeer(python, "torch_step.py", [folder, String(threads)], threads);
  const clean = () => rmSync(folder, { recursive: true, force: true });
  if (!peer) {
    clean();
    return undefined;
  }
  const close = () => {
    peer.close();
    clean();
  };
  return { version: peer.torch, step: () => peer.ask<StepCost>("step"), close };
}
