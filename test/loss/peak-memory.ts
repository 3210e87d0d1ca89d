// Run by vocabulary.test.ts in a process of its own: prints the peak memory in MiB of one vocabulary loss with its gradients.
import { compile, sizeOf, type tf, type Values, value, valueAndGrad } from "alcap/dist/engine";
import { captionLoss } from "alcap/dist/loss/caption";

type Sides = { states: tf.Tensor2D; table: tf.Tensor2D; bias: tf.Tensor1D };
const [N, C, V] = [1024, 16, 40_000];
const rows = Number(process.argv[2]);
const wave = (...shape: number[]) =>
  value(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(7.1 * i)),
    shape,
  );

const run = compile((sides: Sides, labels: tf.Tensor1D, weights: tf.Tensor1D) =>
  valueAndGrad((p: Sides) => captionLoss({ ...p, rows }, labels, weights), sides),
);
const sides: Values<Sides> = { states: wave(N, C), table: wave(V, C), bias: wave(V) };
run(sides, value(new Int32Array(N), [N]), value(new Float32Array(N).fill(1), [N])).then(() =>
  console.log(process.resourceUsage().maxRSS / 1024),
);
