import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { scratchFolder } from "../../files/temporary";
import { type Progress, silent } from "../../progress";
import { lineProcess, type Missing, type PythonPeer, pythonPeer } from "../python-peer";
import { median, type Spread, spreadOf } from "../spread";
import { type NodeTime, nodeTimes } from "./node-times";
import { batchFile, type Padding, type StepCase, type StepSize, stepCase, writeCase } from "./step-data";

/** One step's cost: wall clock and processor time in milliseconds, the loss before it, and the most memory its process has held. */
const stepCost = z.object({ wallMs: z.number(), cpuMs: z.number(), loss: z.number(), peakMiB: z.number() });
type StepCost = z.infer<typeof stepCost>;

/** Medians over the rounds, in milliseconds. */
export interface SideCost {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakMiB: number;
}

/** PyTorch's cost with one way of padding, and its share of ours round by round; above 1 means this library is faster. */
export interface PeerCost extends SideCost {
  readonly padding: Padding;
  readonly ratioWall: Spread;
  readonly ratioCpu: Spread;
  /** PyTorch's peak memory by ours; above 1 means this library needs less. */
  readonly ratioMemory: number;
}

/** What `alcap bench step` reports. */
export interface StepBench {
  readonly size: StepSize;
  readonly rows: string;
  readonly threads: number;
  readonly rounds: number;
  readonly ours: SideCost;
  /** Milliseconds of wall time of the first step, which compiles. */
  readonly firstMs: number;
  readonly peer: {
    readonly torch: string;
    readonly sides: readonly PeerCost[];
    /** Largest relative difference between the two losses while both have done the same steps: they train one model on the same rows. */
    readonly lossDifference: number;
  } | null;
  /** Why there is no peer. */
  readonly reason: string | null;
  /** Where our step's time goes. */
  readonly profile: readonly NodeTime[] | null;
}

export interface StepBenchOptions {
  readonly size: StepSize;
  readonly threads: number;
  readonly rounds: number;
  readonly python: string;
  readonly profile: boolean;
}

const LEARNING_RATE = 1e-4;
/** Batches in turn: several, as each may be packed to another size; at BART-base's size one, as each size's graph has memory of its own. */
const BATCHES = { quick: 4, base: 1 } as const;

/**
 * Times ALCAP's training step (forward, gradients, clipping, AdamW; dropout off) here and in PyTorch eager, each in a process of its own,
 * from the same weights on the same rows in the same order, one step of each in turn so that a noisy machine hits both. Every batch is
 * seen once before anything is counted, and two steps are taken. Threads that wait sleep on both sides: PyTorch's better setting, and ours on a shared machine.
 */
export async function benchStep(options: StepBenchOptions, progress: Progress = silent): Promise<StepBench> {
  const { size, threads, python } = options;
  const it = stepCase(size, BATCHES[size]);
  const { folder, clear } = scratchFolder("bench");
  let torch: PythonPeer | Missing = { reason: "" };
  let own: ReturnType<typeof ownSide> | undefined;
  try {
    writeCase(folder, it, LEARNING_RATE);
    own = ownSide(folder, options);
    torch = await pythonPeer(python, "torch_step.py", [folder, String(threads)], threads);
    const measured = await inTurn(it, options.rounds, await own.start(), torch, progress);
    await own.stop();
    const profile = options.profile ? profileOf(folder, measured.ours.length) : null;
    return { ...report(it, options, measured, torch), profile };
  } finally {
    await own?.stop();
    if ("ask" in torch) torch.close();
    clear();
  }
}

/** Milliseconds by which the first step of a new process takes longer than its third. */
export async function compileTime(size: StepSize): Promise<Pick<SideCost, "wallMs" | "cpuMs">> {
  const { folder, clear } = scratchFolder("bench");
  try {
    writeCase(folder, stepCase(size, 1), LEARNING_RATE);
    const own = ownSide(folder, { threads: 1, profile: false });
    const ask = await own.start();
    const first = await ask(batchFile("full", 0));
    await ask(batchFile("full", 0));
    const third = await ask(batchFile("full", 0));
    await own.stop();
    return { wallMs: first.wallMs - third.wallMs, cpuMs: first.cpuMs - third.cpuMs };
  } finally {
    clear();
  }
}

type Ask = (batch: string) => Promise<StepCost>;

/** The process that runs this library's side. */
function ownSide(folder: string, { threads, profile }: Pick<StepBenchOptions, "threads" | "profile">) {
  const env = { ...process.env, ...(profile && { ALCAP_PROFILE: path.join(folder, "profile") }) };
  const side = path.join(__dirname, "step-side.js");
  const child = spawn(process.execPath, [side, folder, String(threads)], { env, stdio: "pipe" });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const answers = lineProcess(child, "this library's side");
  return {
    start: async (): Promise<Ask> => {
      await answers.next(60, z.object({ ready: z.literal(true) }));
      return (batch) => answers.ask(batch, stepCost);
    },
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** Steps that are not counted: every batch compiles, and the second step first touches the other set of state. */
const warmUp = ({ batches }: StepCase) => Math.max(2, batches.length);

interface Measured {
  readonly ours: readonly StepCost[];
  /** By padding; each as long as ours. */
  readonly theirs: ReadonlyMap<Padding, readonly StepCost[]>;
}

async function inTurn(
  it: StepCase,
  rounds: number,
  ours: Ask,
  torch: PythonPeer | Missing,
  progress: Progress,
): Promise<Measured> {
  const total = warmUp(it) + rounds;
  const own: StepCost[] = [];
  const theirs = new Map(it.paddings.map((padding) => [padding, [] as StepCost[]]));
  for (let round = 0; round < total; round++) {
    const at = round % it.batches.length;
    own.push(await ours(batchFile("full", at)));
    if ("ask" in torch) for (const [padding, costs] of theirs) costs.push(await torch.ask(batchFile(padding, at), stepCost));
    progress(round + 1, total, "steps");
  }
  return { ours: own, theirs };
}

function report(it: StepCase, options: StepBenchOptions, { ours, theirs }: Measured, torch: PythonPeer | Missing) {
  const { size, threads, rounds } = options;
  const own = sideOf(ours.slice(warmUp(it)));
  const about = { size, rows: it.rows, threads, rounds, ours: own, firstMs: ours[0]?.wallMs ?? Number.NaN };
  if (!("ask" in torch)) return { ...about, peer: null, reason: torch.reason };
  const sides = [...theirs].map(([padding, costs]): PeerCost => {
    const counted = costs.slice(warmUp(it));
    const ratios = (of: "wallMs" | "cpuMs") =>
      spreadOf(counted.map((cost, i) => cost[of] / (ours[warmUp(it) + i]?.[of] ?? Number.NaN)));
    const side = sideOf(counted);
    return { padding, ...side, ratioWall: ratios("wallMs"), ratioCpu: ratios("cpuMs"), ratioMemory: side.peakMiB / own.peakMiB };
  });
  // With two ways of padding PyTorch takes two steps a round, so only the first loss can be compared.
  const compared = ours.slice(0, it.paddings.length > 1 ? 1 : ours.length);
  const [first = []] = theirs.values();
  const lossDifference = Math.max(...compared.map(({ loss }, i) => Math.abs(loss - (first[i]?.loss ?? Number.NaN)) / loss));
  return { ...about, peer: { torch: torch.torch, sides, lossDifference }, reason: null };
}

const sideOf = (costs: readonly StepCost[]): SideCost => ({
  wallMs: median(costs.map(({ wallMs }) => wallMs)),
  cpuMs: median(costs.map(({ cpuMs }) => cpuMs)),
  peakMiB: Math.max(...costs.map(({ peakMiB }) => peakMiB)),
});

function profileOf(folder: string, steps: number): NodeTime[] {
  const files = readdirSync(folder).filter((name) => name.startsWith("profile"));
  return nodeTimes(
    files.map((name) => path.join(folder, name)),
    steps,
  );
}
