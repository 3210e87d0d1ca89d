import { AlcapError } from "../errors";
import { bootstrapInterval, type Interval } from "./certainty";
import { cholesky, solveLower, solveUpper } from "./information/cholesky";

/** Rows to learn from or to be tested on: one feature vector and one class (0 to `classes − 1`) each. */
export interface LabeledRows {
  /** `[rows][D]`. */
  readonly features: readonly ArrayLike<number>[];
  readonly labels: readonly number[];
}

export interface ProbeTask {
  readonly train: LabeledRows;
  readonly test: LabeledRows;
  readonly classes: number;
  /** Penalty per training row: `½ l2 ‖W‖²` is added to the mean log loss, intercepts left free. Default 0.001. */
  readonly l2?: number;
  /** Of the interval's resampling. Default 0. */
  readonly seed?: number;
}

/** How well a linear classifier reads the classes. */
export interface Probe {
  /** Share of the test rows that are classified rightly. */
  readonly accuracy: number;
  /** 95 % bootstrap interval of the accuracy over the test rows. */
  readonly interval: Interval;
  /** `[true class][predicted class]`, counts of test rows. */
  readonly confusion: readonly (readonly number[])[];
}

/** Largest step of any weight at which the fit has arrived, and the number of steps after which it is a failure. */
const arrived = { step: 1e-5, rounds: 5000 } as const;

/**
 * A linear probe (Alain and Bengio 2017): multinomial logistic regression on features standardised by the training rows.
 * Fitted by bound optimisation (Böhning 1992): each step solves against one fixed upper bound of the curvature, so no step size is
 * chosen; accelerated, since a class without training rows would else take tens of thousands of steps. Starts from zero, draws nothing: the
 * same rows give the same numbers.
 *
 * @throws AlcapError `input` when rows are missing, ragged or have labels that are not classes
 */
export function linearProbe(task: ProbeTask): Probe {
  check(task);
  const scaler = standardiser(task.train.features);
  const weights = fitted(task.train.features.map(scaler), task.train.labels, task.classes, task.l2 ?? 0.001);
  const confusion = Array.from({ length: task.classes }, () => new Array<number>(task.classes).fill(0));
  const right = task.test.features.map((features, row) => {
    const scores = logits(weights, scaler(features));
    const predicted = scores.indexOf(scores.reduce((a, b) => Math.max(a, b)));
    const label = task.test.labels[row]!;
    confusion[label]![predicted]!++;
    return predicted === label ? 1 : 0;
  });
  const interval = bootstrapInterval(right, { seed: task.seed ?? 0 });
  return { accuracy: interval.mean, interval, confusion };
}

function check({ train, test, classes }: ProbeTask): void {
  const width = train.features[0]?.length ?? 0;
  for (const [name, { features, labels }] of Object.entries({ train, test })) {
    const problem =
      features.length === 0
        ? "has no rows"
        : features.length !== labels.length
          ? `has ${features.length} rows and ${labels.length} labels`
          : features.some((row) => row.length !== width)
            ? `has rows that are not ${width} numbers long`
            : labels.some((label) => !Number.isInteger(label) || label < 0 || label >= classes)
              ? `has labels that are not classes 0 to ${classes - 1}`
              : undefined;
    if (problem)
      throw new AlcapError("input", `The probe's ${name} part ${problem}.`, "Give one vector and one class for each row.");
  }
}

/** Subtracts the mean and divides by the deviation of each feature (features that do not vary become 0), and appends a 1. */
function standardiser(rows: readonly ArrayLike<number>[]): (row: ArrayLike<number>) => Float64Array {
  const width = rows[0]!.length;
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  for (const row of rows) for (let i = 0; i < width; i++) mean[i]! += row[i]! / rows.length;
  for (const row of rows) for (let i = 0; i < width; i++) square[i]! += (row[i]! - mean[i]!) ** 2 / rows.length;
  return (row) => {
    const out = new Float64Array(width + 1);
    for (let i = 0; i < width; i++) out[i] = square[i]! > 0 ? (row[i]! - mean[i]!) / Math.sqrt(square[i]!) : 0;
    out[width] = 1;
    return out;
  };
}

/** One weight vector a class, the intercept last. */
function fitted(rows: readonly Float64Array[], labels: readonly number[], classes: number, l2: number): Float64Array[] {
  const width = rows[0]!.length;
  const bound = cholesky(curvatureBound(rows, l2), width);
  const zeros = () => Array.from({ length: classes }, () => new Float64Array(width));
  let [weights, ahead, momentum] = [zeros(), zeros(), 1];
  for (let round = 0; round < arrived.rounds; round++) {
    const steps = gradientsAt(ahead, rows, labels, l2);
    for (const step of steps) {
      solveLower(bound, width, step);
      solveUpper(bound, width, step);
    }
    if (steps.every((step) => step.every((x) => Math.abs(x) < arrived.step))) return ahead;
    const next = ahead.map((w, c) => w.map((x, i) => x - steps[c]![i]!));
    // Nesterov's acceleration, begun anew whenever it runs against the gradient (O'Donoghue and Candès 2015).
    const against = sumOver(steps, (step, c, i) => step * (next[c]![i]! - weights[c]![i]!)) > 0;
    const grown = against ? 1 : (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
    const push = against ? 0 : (momentum - 1) / grown;
    const before = weights;
    ahead = next.map((w, c) => w.map((x, i) => x + push * (x - before[c]![i]!)));
    [weights, momentum] = [next, grown];
  }
  throw new AlcapError("input", `The probe did not settle in ${arrived.rounds} steps.`, "Give it a larger `l2`.");
}

/** Gradient of the mean log loss with its penalty, one vector a class. */
function gradientsAt(
  weights: readonly Float64Array[],
  rows: readonly Float64Array[],
  labels: readonly number[],
  l2: number,
): Float64Array[] {
  const gradients = weights.map((w) => w.map((x, i) => (i < w.length - 1 ? l2 * x : 0)));
  rows.forEach((row, n) => {
    const shares = softmax(logits(weights, row));
    gradients.forEach((gradient, c) => {
      const error = (shares[c]! - (labels[n] === c ? 1 : 0)) / rows.length;
      for (let i = 0; i < gradient.length; i++) gradient[i]! += error * row[i]!;
    });
  });
  return gradients;
}

const sumOver = (vectors: readonly Float64Array[], term: (x: number, vector: number, place: number) => number): number =>
  vectors.reduce((sum, vector, c) => vector.reduce((own, x, i) => own + term(x, c, i), sum), 0);

/** `½ XᵀX / N + l2`, an upper bound of the log loss's second derivative within a class (Böhning 1992, with the cross terms dropped). */
function curvatureBound(rows: readonly Float64Array[], l2: number): Float64Array {
  const width = rows[0]!.length;
  const bound = new Float64Array(width * width);
  for (const row of rows) {
    for (let i = 0; i < width; i++)
      for (let j = 0; j < width; j++) bound[i * width + j]! += (0.5 * row[i]! * row[j]!) / rows.length;
  }
  // The intercept has no penalty; a trace on its diagonal keeps the matrix positive definite.
  for (let i = 0; i < width; i++) bound[i * width + i]! += i < width - 1 ? Math.max(l2, 1e-9) : 1e-9;
  return bound;
}

const logits = (weights: readonly Float64Array[], row: Float64Array): number[] =>
  weights.map((w) => {
    let sum = 0;
    for (let i = 0; i < row.length; i++) sum += w[i]! * row[i]!;
    return sum;
  });

function softmax(scores: readonly number[]): number[] {
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}
