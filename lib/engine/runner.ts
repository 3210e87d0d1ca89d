import type { Settings } from "./settings";
/** One graph of a compiled function. */
export interface GraphDescription {
  readonly signature: string;
  /** tfjs kernel calls by kernel, ONNX nodes, and nodes by op. */
  readonly kernels: Readonly<Record<string, number>>;
  readonly nodes: number;
  readonly ops: Readonly<Record<string, number>>;
  readonly bytes: number;
  readonly traceMs: number;
  readonly lowerMs: number;
  readonly sessionMs: number;
}

/** What runs a compiled function on one engine. */
export interface Runner {
  run(inputs: readonly unknown[]): Promise<unknown>;
  release(): Promise<void>;
  graphs(): readonly GraphDescription[];
}

export interface Plan extends CallPlan {
  readonly resident: string | undefined;
  readonly baked: readonly number[];
  readonly keepsMemory: boolean;
  readonly mostGraphs: number;
  readonly products: "float32" | "float16";
}

/** What a call needs to know of its function. */
export interface CallPlan {
  readonly name: string;
  readonly settings: Settings;
}
