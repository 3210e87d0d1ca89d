import { AlcapError } from "../../errors";
import { RULES } from "../kernels";
import type { Rule, Spec } from "../kernels/rule";
import { tf } from "../tf";
import { type Data, type DType, sizeOf } from "../value";

/** Where a recorded tensor comes from. */
export type Source =
  | { readonly kind: "input"; readonly name: string }
  | { readonly kind: "constant"; readonly values: Data }
  | { readonly kind: "splat"; readonly value: number }
  | { readonly kind: "kernel"; readonly copyOf?: Datum };

/** A tensor of the trace. tfjs holds it as the tensor's dataId. */
export interface Datum extends Spec {
  readonly source: Source;
}

/** One kernel call of the trace. */
export interface Step {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, Datum>>;
  readonly attrs: unknown;
  readonly outputs: readonly Datum[];
  /** tfjs scopes around the call, joined with `/`. */
  readonly scope: string;
}

export const TRACE_BACKEND = "alcap-trace";
/** Larger arrays made inside a compiled function are refused unless they come through {@link constant}. */
const LARGEST_CONSTANT = 1024;
/** tfjs ops that make arrays on the host whose values follow from their arguments alone. */
const FIXED_OPS = ["eye", "linspace"];
const RANDOM_OPS = /^(rand|random\w*|truncatedNormal|multinomial|dropout)$/;
const INTERNAL_SCOPES = ["unnamed scope", "forward", "backward", "gradients"];
const OP_SUFFIX = "__op";

const OUTSIDE = "Pass it as an argument of the compiled function, or make it inside with constant(values, shape).";

/** Names of the tfjs scopes in force, outermost first: the user's and the ops' own. */
function scopes(): { user: string[]; ops: string[] } {
  const names = tf.engine().state.scopeStack.map((scope) => scope.name);
  return {
    user: names.filter((name) => !name.endsWith(OP_SUFFIX) && !INTERNAL_SCOPES.includes(name)),
    ops: names.filter((name) => name.endsWith(OP_SUFFIX)).map((name) => name.slice(0, -OP_SUFFIX.length)),
  };
}

const where = (): string => {
  const { user } = scopes();
  return user.length > 0 ? ` (in ${user.join("/")})` : "";
};

/** A tfjs backend that writes kernel calls down instead of computing them. */
class Recorder extends tf.KernelBackend {
  steps: Step[] = [];
  constantAllowed = false;

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): Datum {
    const { ops } = scopes();
    const random = ops.find((op) => RANDOM_OPS.test(op));
    if (random) throw randomError(`tf.${random}`);
    if (dtype === "string" || dtype === "complex64" || !(ArrayBuffer.isView(values) || Array.isArray(values)))
      throw new AlcapError("engine", `A tensor of dtype ${dtype} cannot be compiled${where()}.`, "Use float32, int32 or bool.");
    const data = toData(values as ArrayLike<number>, dtype as DType);
    const splat = data.length > 0 && data.every((x) => x === data[0]);
    if (splat) return { shape, dtype: dtype as DType, source: { kind: "splat", value: data[0]! } };
    if (data.length > LARGEST_CONSTANT && !this.constantAllowed && !ops.some((op) => FIXED_OPS.includes(op)))
      throw new AlcapError(
        "engine",
        `An array of ${data.length} different values is made inside a compiled function${where()}; it would be frozen into the graph.`,
        OUTSIDE,
      );
    return { shape, dtype: dtype as DType, source: { kind: "constant", values: data.slice() } };
  }

  override readSync(dataId: object): tf.BackendValues {
    const { source, shape, dtype } = dataId as Datum;
    if (source.kind === "constant") return source.values;
    if (source.kind === "splat") return toData(Array<number>(sizeOf(shape)).fill(source.value), dtype);
    throw new AlcapError(
      "engine",
      `${readerName()} reads a tensor's values inside a compiled function${where()}, where they are not known yet.`,
      "Return the tensor and read the result, or use tf.where instead of branching on values.",
    );
  }

  override async read(dataId: object): Promise<tf.BackendValues> {
    return this.readSync(dataId);
  }
  override disposeData(): boolean {
    return true;
  }
  override refCount(): number {
    return 1;
  }
  override incRef(): void {}
  override numDataIds(): number {
    return 0;
  }
  override memory(): { unreliable: boolean } {
    return { unreliable: true };
  }
  override floatPrecision(): 16 | 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override dispose(): void {}
}

function toData(values: ArrayLike<number>, dtype: DType): Data {
  if (dtype === "float32") return values instanceof Float32Array ? values : Float32Array.from(values);
  if (dtype === "int32") return values instanceof Int32Array ? values : Int32Array.from(values);
  return values instanceof Uint8Array ? values : Uint8Array.from(values);
}

/** The Tensor method the user called, from the stack: dataSync, arraySync, print, data. */
function readerName(): string {
  const frames = [...(new Error().stack ?? "").matchAll(/at (?:async )?Tensor\.(\w+)/g)].map((match) => match[1]);
  return frames.at(-1) ?? "dataSync";
}

const randomError = (op: string): AlcapError =>
  new AlcapError(
    "engine",
    `${op} is called inside a compiled function${where()}; its numbers would be frozen into the graph.`,
    "Use dropout(x, rate, key) of the engine, or pass the random values as an argument.",
  );

const recorder = new Recorder();
tf.registerBackend(TRACE_BACKEND, () => recorder, 0);

function inputsOf(kernel: string, inputs: tf.NamedTensorInfoMap): Record<string, Datum> {
  const found: Record<string, Datum> = {};
  for (const [name, tensor] of Object.entries(inputs)) {
    if (!tensor) continue;
    const datum = tensor.dataId as Partial<Datum>;
    if (!datum.source)
      throw new AlcapError("engine", `${kernel} uses a tensor made outside the compiled function${where()}.`, OUTSIDE);
    found[name] = datum as Datum;
  }
  return found;
}

function record(kernel: string, rule: Rule, inputs: Record<string, Datum>, attrs: unknown): tf.TensorInfo[] {
  const source: Source = kernel === "Identity" ? { kind: "kernel", copyOf: inputs.x! } : { kind: "kernel" };
  const outputs = rule.infer(inputs, attrs).map((spec): Datum => ({ ...spec, source }));
  recorder.steps.push({ kernel, inputs, attrs, outputs, scope: scopes().user.join("/") });
  return outputs.map((datum) => ({ dataId: datum, shape: [...datum.shape], dtype: datum.dtype }));
}

for (const [kernelName, rule] of RULES)
  tf.registerKernel({
    kernelName,
    backendName: TRACE_BACKEND,
    kernelFunc: ({ inputs, attrs }) => {
      const infos = record(kernelName, rule, inputsOf(kernelName, inputs), attrs ?? {});
      return infos.length === 1 ? infos[0]! : infos;
    },
  });

// tfjs exports every kernel's name as a string constant: those without a rule fail with that name.
for (const kernelName of Object.values<unknown>({ ...tf }).filter((x): x is string => typeof x === "string")) {
  if (RULES.has(kernelName) || !/^_?[A-Z]/.test(kernelName)) continue;
  tf.registerKernel({
    kernelName,
    backendName: TRACE_BACKEND,
    kernelFunc: () => {
      if (RANDOM_OPS.test(kernelName.toLowerCase())) throw randomError(`tf.${kernelName.toLowerCase()}`);
      const { ops } = scopes();
      const op = ops.length > 0 ? `tf.${ops.at(-1)} (kernel ${kernelName})` : `Kernel ${kernelName}`;
      throw new AlcapError(
        "engine",
        `${op} cannot be compiled${where()}.`,
        "Write it with other tfjs ops, or set ALCAP_ENGINE=js.",
      );
    },
  });
}

/** Whether tfjs ops are being recorded at the moment. */
export const isTracing = (): boolean => tf.getBackend() === TRACE_BACKEND;

/** A tensor of the trace that stands for an input of the graph. */
export function placeholder(name: string, { shape, dtype }: Spec): tf.Tensor {
  const datum: Datum = { shape, dtype, source: { kind: "input", name } };
  return tf.engine().makeTensorFromDataId(datum, [...shape], dtype, recorder);
}

/** What the recorder knows of a tensor of the trace; undefined for one of another backend. */
export function datumOf(tensor: tf.Tensor): Datum | undefined {
  const datum = tensor.dataId as Partial<Datum>;
  return datum.source ? (datum as Datum) : undefined;
}

/**
 * A constant of any size inside a compiled function (a causal mask, a filter bank): its values become part of the graph.
 * Small arrays need no such mark, `tf.tensor` will do.
 */
export function constant(data: Data, shape: readonly number[]): tf.Tensor {
  const dtype = data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "bool";
  recorder.constantAllowed = true;
  try {
    return tf.tensor(data, [...shape], dtype);
  } finally {
    recorder.constantAllowed = false;
  }
}

/** Runs `fn` and returns what it returned with the kernel calls it made, in order. Draws from Math.random are refused. */
export function recordSteps<T>(fn: () => T, read: (result: T) => void): readonly Step[] {
  const previous = tf.getBackend() || "cpu"; // tfjs has none before its first op
  const random = Math.random;
  void tf.setBackend(TRACE_BACKEND);
  recorder.steps = [];
  tf.engine().startScope();
  Math.random = () => {
    const op = scopes().ops.find((name) => RANDOM_OPS.test(name));
    throw randomError(op ? `tf.${op}` : "Math.random");
  };
  try {
    read(fn());
    return recorder.steps;
  } finally {
    Math.random = random;
    tf.engine().endScope();
    recorder.steps = [];
    void tf.setBackend(previous);
  }
}
