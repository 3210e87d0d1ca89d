import { hold, isValue, read, scalar, type tf, type Value, type Values, value } from "../engine";
import { AlcapError } from "../errors";
import { type Progress, silent } from "../progress";
import { type Checkpoint, type CheckpointStore, type Curve, emptyCurve } from "./checkpoint";
import { learningRateAt, type Schedule } from "./schedule";

/** What a training step gets besides state and batch: counters, so that nothing is baked into its graph. */
export type Tick = {
  /** Steps done, this one included; float32 scalar. */
  step: tf.Scalar;
  learningRate: tf.Scalar;
  /** Random key of this step, int32 `[2]`: (seed, step). */
  key: tf.Tensor;
};

/** A compiled training step: new state and scalar losses. */
export type Step<S, B> = (state: Values<S>, batch: Values<B>, tick: Values<Tick>) => Promise<{ state: Values<S> } & Losses>;

/** Named scalars that a step returns. */
type Losses = { losses: Record<string, Value> };

export interface FitTask<S, B> {
  readonly step: Step<S, B>;
  /** Fresh state that nobody else uses; used up when there is no checkpoint. */
  readonly initial: () => Values<S>;
  /** The batch of a step (0-based); a pure function, so that resuming sees the same data. */
  readonly batch: (step: number) => Values<B>;
  readonly steps: number;
  /** Steps of an epoch, by which StepLR counts. */
  readonly perEpoch: number;
  readonly schedule: Schedule;
  readonly seed: number;
  /** Every so many steps, and at the end: a score on held-out data, lower is better. */
  readonly evaluate?: { readonly every: number; readonly score: (state: Values<S>) => Promise<number> };
  /** Where to keep the state so that a stopped run goes on exactly; and how often, in steps. */
  readonly checkpoint?: { readonly store: CheckpointStore<Values<S>>; readonly every: number };
}

/** A finished run: final state, the state with the best held-out score (the final one without evaluation), and its curve. */
export interface Fitted<S> {
  readonly state: Values<S>;
  readonly best: { readonly state: Values<S>; readonly step: number; readonly score: number };
  readonly curve: Curve;
}

/**
 * The training loop. The same task gives the same bytes whether it runs through or is stopped at any step and started
 * again: data order, dropout keys and learning rate are functions of the step, and checkpoints hold everything else.
 * @throws AlcapError `data` where a loss or what a checkpoint would hold is not finite; the checkpoint before is kept
 */
export async function fit<S, B>(task: FitTask<S, B>, progress: Progress = silent): Promise<Fitted<S>> {
  let { state, best, curve, step: saved } = await begun(task);
  const first = saved;
  const demandFinite = (numbers: Iterable<number>, what: string, step: number) => {
    for (const number of numbers) if (!Number.isFinite(number)) throw diverged(task, what, step, saved);
  };
  for (let step = first; step < task.steps; step++) {
    const out = await task.step(state, task.batch(step), tick(task, step));
    state = out.state;
    const losses = Object.fromEntries(Object.entries(out.losses).map(([name, loss]) => [name, loss.data[0] ?? Number.NaN]));
    const done = step + 1;
    demandFinite(Object.values(losses), `loss (${note(losses)})`, done);
    curve.steps.push({ step: done, losses });
    if (task.evaluate && (done % task.evaluate.every === 0 || done === task.steps)) {
      const score = await task.evaluate.score(state);
      demandFinite([score], "held-out loss", done);
      curve.evaluations.push({ step: done, score });
      if (!best || score < best.score) best = { step: done, score, state: await read(state) };
    }
    if (task.checkpoint && (done % task.checkpoint.every === 0 || done === task.steps)) {
      const held = await read(state);
      for (const { data } of leaves(held)) demandFinite(data, "state", done);
      task.checkpoint.store.save({ step: done, state: held, best, curve });
      saved = done;
    }
    progress(done, task.steps, note(losses));
  }
  const final = await read(state);
  return { state: final, best: best ?? { state: final, step: task.steps, score: Number.NaN }, curve };
}

/**
 * Where a run begins: at its checkpoint, or with fresh state. A checkpoint's tensors are copied out of its file: the order in which a
 * mean adds depends on where its array begins (whole vectors from an aligned address on), and in a file it may begin anywhere.
 */
async function begun<S, B>(task: FitTask<S, B>): Promise<Checkpoint<Values<S>>> {
  const kept = task.checkpoint?.store.load();
  if (!kept) return { step: 0, state: task.initial(), best: null, curve: emptyCurve() };
  return { ...kept, state: hold(await read(kept.state)) };
}

function tick<S, B>(task: FitTask<S, B>, step: number): Values<Tick> {
  return {
    step: scalar(step + 1),
    learningRate: scalar(learningRateAt(task.schedule, step, task.steps, task.perEpoch)),
    key: value(Int32Array.of(task.seed, step), [2]),
  } as Values<Tick>;
}

/** A training that cannot go on, with the last checkpoint whose every number is finite. */
function diverged<S, B>({ checkpoint }: FitTask<S, B>, what: string, step: number, saved: number): AlcapError {
  const kept = checkpoint && saved > 0 ? `The last good checkpoint is ${checkpoint.store.file}, after step ${saved}.` : "";
  return new AlcapError(
    "data",
    `The training's ${what} is not finite at step ${step}. ${kept}`.trim(),
    "Lower the learning rate or look for a batch that is not finite.",
  );
}

/** The tensors of a tree. */
const leaves = (tree: unknown): Value[] => (isValue(tree) ? [tree] : Object.values(tree as object).flatMap(leaves));

const note = (losses: Record<string, number>) =>
  Object.entries(losses)
    .map(([name, loss]) => `${name} ${loss.toFixed(3)}`)
    .join(", ");
