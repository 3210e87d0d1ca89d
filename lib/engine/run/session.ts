import * as ort from "onnxruntime-node";
import { AlcapError } from "../../errors";
import type { DeviceName, Settings } from "../settings";
import type { Data, DType, Value } from "../value";

// Errors arrive as exceptions; ONNX Runtime would print them on stderr as well.
ort.env.logLevel = "fatal";

const DEVICE_ADVICE: Record<DeviceName, string> = {
  cpu: "Reinstall onnxruntime-node for this platform.",
  webgpu: "Install a Vulkan driver for the GPU (the vendor's, or mesa-vulkan-drivers 25 or later), or set ALCAP_DEVICE=cpu.",
  cuda: "Install CUDA 12, cuDNN 9 and ONNX Runtime's CUDA libraries, which exist for Linux on x64 (node node_modules/onnxruntime-node/script/install.js), or set ALCAP_DEVICE=cpu.",
};

/** A sum and its layer normalisation as one node take three times as long as the two (3,328 rows of 128: 2.5 ms against 0.8). */
const SLOW_FUSION = "SkipLayerNormFusion";

/** These put transpositions back into the products that they were taken out of. */
const TURNING_FUSIONS = ["MatmulTransposeFusion", "GemmTransposeFusion"];

/** The first sentence of what the runtime said, without its source paths. */
const causeOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/\/onnxruntime_src\S+ .* was false\. /, "")
    .trim()
    .split("\n")[0]!;
};

/**
 * Opens an ONNX Runtime session for a serialised model. `onDevice` names outputs that stay in GPU memory; with `keepsTurns` no
 * transposition is merged into a product. Where `ALCAP_PROFILE` names the
 * start of a path, the times of its nodes are written there when it is released.
 */
export async function openSession(
  model: Uint8Array,
  settings: Settings,
  options: {
    readonly name: string;
    readonly onDevice?: readonly string[];
    readonly keepsMemory?: boolean;
    readonly keepsTurns?: boolean;
  },
): Promise<ort.InferenceSession> {
  const { device, threads, spinning } = settings;
  const { keepsMemory = true, keepsTurns = false } = options;
  const unwanted = [SLOW_FUSION, ...(keepsTurns ? TURNING_FUSIONS : [])];
  const places = Object.fromEntries((options.onDevice ?? []).map((name) => [name, "gpu-buffer" as const]));
  try {
    return await ort.InferenceSession.create(model, {
      executionProviders: [device],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      enableCpuMemArena: keepsMemory,
      enableMemPattern: keepsMemory,
      logSeverityLevel: 4,
      ...(process.env.ALCAP_PROFILE && { enableProfiling: true, profileFilePrefix: process.env.ALCAP_PROFILE }),
      extra: {
        session: { intra_op: { allow_spinning: spinning ? "1" : "0" } },
        optimization: { disable_specified_optimizers: unwanted.join(";") },
      },
      ...(device === "webgpu" ? { preferredOutputLocation: places } : {}),
    });
  } catch (error) {
    const cause = causeOf(error);
    const aboutDevice = /adapter|shared library|execution provider|not supported|backend not found/i.test(cause);
    if (device !== "cpu" && aboutDevice)
      throw new AlcapError("device", `Device ${device} is not available: ${cause}.`, DEVICE_ADVICE[device], { cause: error });
    throw new AlcapError(
      "engine",
      `${options.name} could not be compiled: ${cause}.`,
      "The node's name says which part of the model it is.",
      {
        cause: error,
      },
    );
  }
}

/** A typed array as a tensor of the runtime, not copied. */
export function tensorOf(dtype: DType, data: Data, shape: readonly number[]): ort.Tensor {
  if (dtype === "float32") return new ort.Tensor("float32", data as Float32Array, [...shape]);
  if (dtype === "int32") return new ort.Tensor("int32", data as Int32Array, [...shape]);
  return new ort.Tensor("bool", data as Uint8Array, [...shape]);
}

/** The runtime's output tensor as plain data. */
export function hostValue(tensor: ort.Tensor, dtype: DType, shape: readonly number[]): Value {
  return { dtype, shape, data: tensor.data as Data };
}
