import * as ort from "onnxruntime-node";
import { AlcapError } from "../errors";
import { tf } from "./tf";

const ENGINES = ["onnx", "tensorflow", "js"] as const;
const DEVICES = ["cpu", "webgpu", "cuda"] as const;

/** `onnx` compiles; `tensorflow` and `js` run tfjs ops one by one, natively or in plain JavaScript. */
export type EngineName = (typeof ENGINES)[number];
/** Where the compiled engine runs. */
export type DeviceName = (typeof DEVICES)[number];

export interface Settings {
  readonly engine: EngineName;
  readonly device: DeviceName;
  /**
   * Threads inside one op, 1 unless asked for: results are the same bytes only for the same number, so a default that followed the
   * machine would give each its own records. Several runs side by side use the other cores.
   */
  readonly threads: number;
  /** Whether idle threads spin: about 10 % faster alone, about 20 % slower when the machine is shared. */
  readonly spinning: boolean;
}

function choose<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((c) => c === text);
  if (choice) return choice;
  throw new AlcapError(
    "usage",
    `${name}=${text} is none of ${choices.join(", ")}.`,
    `Set ${name} to one of them, or leave it unset.`,
  );
}

function threadsFrom(text: string | undefined): number {
  if (text === undefined || text === "") return 1;
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1) return threads;
  throw new AlcapError(
    "usage",
    `ALCAP_THREADS=${text} is no number of threads.`,
    "Set it to a whole number from 1 up, or leave it unset.",
  );
}

/**
 * The engine's settings: what `overrides` say, else `ALCAP_ENGINE`, `ALCAP_DEVICE`, `ALCAP_THREADS` and `ALCAP_SPINNING`
 * (0 or 1), else onnx on the cpu with one thread.
 * @throws AlcapError `usage` for a name or number that is not one of these.
 */
export function settings(overrides: Partial<Settings> = {}, env: NodeJS.ProcessEnv = process.env): Settings {
  const engine = overrides.engine ?? choose("ALCAP_ENGINE", env.ALCAP_ENGINE || "onnx", ENGINES);
  const device = overrides.device ?? choose("ALCAP_DEVICE", env.ALCAP_DEVICE || "cpu", DEVICES);
  const threads = overrides.threads ?? threadsFrom(env.ALCAP_THREADS);
  const spinning = overrides.spinning ?? choose("ALCAP_SPINNING", env.ALCAP_SPINNING || "1", ["0", "1"]) === "1";
  if (engine === "js") return { engine, device: "cpu", threads: 1, spinning: false };
  return { engine, device, threads, spinning };
}

export interface EngineInfo extends Settings {
  readonly versions: Readonly<Record<string, string>>;
}

/** What a run record says about the engine. */
export function engineInfo(overrides: Partial<Settings> = {}): EngineInfo {
  const versions = { tfjs: tf.version_core, onnxruntime: ort.env.versions.node ?? "unknown", node: process.versions.node };
  return { ...settings(overrides), versions };
}

/** The part of the engine's settings that decides a result's bytes. */
export const numericsOf = ({ engine, device, threads }: EngineInfo) => ({ engine, device, threads });
