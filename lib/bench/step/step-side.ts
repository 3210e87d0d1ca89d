// This library's side of `alcap bench step`: a process of its own, so that its memory is its own. It reads the folder named first and
// answers every line on stdin, the name of a batch, with one training step's cost as JSON, as scripts/bench/torch_step.py does.
import { readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { scalar, type Values, value } from "../../engine";
import type { Batch } from "../../model/alcap";
import type { ParamValues } from "../../model/params";
import { readSafetensors } from "../../model/weights/safetensors";
import { freshSlots } from "../../train/optimiser";
import { captionerStep } from "../../train/step";
import type { StepConfig } from "./step-data";

async function main([folder = ".", threads = "1"]: readonly string[]): Promise<void> {
  const read = (name: string) => readFileSync(path.join(folder, name));
  const { captioner, plan, learningRate } = JSON.parse(read("config.json").toString()) as StepConfig;
  const tensors = (name: string) => readSafetensors(read(name)).tensors;
  const step = captionerStep(captioner, plan, { threads: Number(threads), spinning: false });
  const params = tensors("weights.safetensors") as ParamValues;
  let state: Parameters<typeof step>[0] = { params, slots: freshSlots(plan.optimiser, params) };
  let done = 0;
  console.log(JSON.stringify({ ready: true }));
  for await (const name of createInterface({ input: process.stdin })) {
    const batch = tensors(name) as Values<Batch>;
    const [wall, cpu] = [performance.now(), process.cpuUsage()];
    const tick = { step: scalar(++done), learningRate: scalar(learningRate), key: value(Int32Array.of(0, done), [2]) };
    const out = await step(state, batch, tick);
    state = out.state;
    const { user, system } = process.cpuUsage(cpu);
    const cost = { wallMs: performance.now() - wall, cpuMs: (user + system) / 1000, loss: out.losses.loss.data[0] };
    console.log(JSON.stringify({ ...cost, peakMiB: process.resourceUsage().maxRSS / 1024 }));
  }
  await step.release();
}

void main(process.argv.slice(2));
