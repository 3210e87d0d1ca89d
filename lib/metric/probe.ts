import { Matrix } from "ml-matrix";
import { AlcapError } from "../errors";
import { bootstrapInterval, type Interval } from "./certainty";
import { cholesky } from "./information/cholesky";

/** Rows to learn from or to be tested on: one feature vector and one class (0 to `classes − 1`) each. */
export interface LabelledRows {
  /** `[rows][D]`. */
  readonly features: readonly ArrayLike<number>[];
  readonly labels: readonly number[];
}

export interface ProbeTask {
  readonly train: LabelledRows;
  readonly test: LabelledRows;
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
  const logits = new Matrix(task.test.features.map(scaler)).mmul(weights); // N, classes
  const confusion = Array.from({ length: task.classes }, () => new Array<number>(task.classes).fill(0));
  const right = task.test.labels.map((label, row) => {
    const [, predicted = 0] = logits.maxRowIndex(row);
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
function standardiser(rows: readonly ArrayLike<number>[]): (row: ArrayLike<number>) => number[] {
  const width = rows[0]!.length;
  const mean = new Float64Array(width);
  const square = new Float64Array(width);
  for (const row of rows) for (let i = 0; i < width; i++) mean[i]! += row[i]! / rows.length;
  for (const row of rows) for (let i = 0; i < width; i++) square[i]! += (row[i]! - mean[i]!) ** 2 / rows.length;
  return (row) => {
    const out = new Array<number>(width + 1).fill(1);
    for (let i = 0; i < width; i++) out[i] = square[i]! > 0 ? (row[i]! - mean[i]!) / Math.sqrt(square[i]!) : 0;
    return out;
  };
}

/** One weight vector a class, `[width, classes]`, the intercepts in the last row. */
function fitted(features: readonly number[][], labels: readonly number[], classes: number, l2: number): Matrix {
  const rows = new Matrix([...features]); // N, width
  const truth = new Matrix(labels.map((label) => Array.from({ length: classes }, (_, c) => Number(c === label))));
  const bound = cholesky(curvatureBound(rows, l2));
  let [weights, ahead, momentum] = [Matrix.zeros(rows.columns, classes), Matrix.zeros(rows.columns, classes), 1];
  for (let round = 0; round < arrived.rounds; round++) {
    const steps = bound.solve(gradientAt(ahead, rows, truth, l2));
    if (Math.max(steps.max(), -steps.min()) < arrived.step) return ahead;
    const next = Matrix.sub(ahead, steps);
    const move = Matrix.sub(next, weights);
    // Nesterov's acceleration, begun anew whenever it runs against the gradient (O'Donoghue and Candès 2015).
    const against = Matrix.mul(steps, move).sum() > 0;
    const grown = against ? 1 : (1 + Math.sqrt(1 + 4 * momentum ** 2)) / 2;
    ahead = Matrix.add(next, move.mul(against ? 0 : (momentum - 1) / grown));
    [weights, momentum] = [next, grown];
  }
  throw new AlcapError("input", `The probe did not settle in ${arrived.rounds} steps.`, "Give it a larger `l2`.");
}

/** Gradient of the mean log loss with its penalty, `[width, classes]`. */
function gradientAt(weights: Matrix, rows: Matrix, truth: Matrix, l2: number): Matrix {
  const errors = new Matrix(rows.mmul(weights).to2DArray().map(softmax)).sub(truth);
  const penalty = Matrix.mul(weights, l2).setRow(weights.rows - 1, new Array<number>(weights.columns).fill(0));
  return rows.transpose().mmul(errors).div(rows.rows).add(penalty);
}

/** `½ XᵀX / N + l2`, an upper bound of the log loss's second derivative within a class (Böhning 1992, with the cross terms dropped). */
function curvatureBound(rows: Matrix, l2: number): Matrix {
  const bound = rows
    .transpose()
    .mmul(rows)
    .mul(0.5 / rows.rows);
  // The intercept has no penalty; a trace on its diagonal keeps the matrix positive definite.
  const penalties = Array.from({ length: bound.rows }, (_, i) => (i < bound.rows - 1 ? Math.max(l2, 1e-9) : 1e-9));
  return bound.add(Matrix.diag(penalties));
}

function softmax(scores: readonly number[]): number[] {
  const top = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - top));
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / total);
}
