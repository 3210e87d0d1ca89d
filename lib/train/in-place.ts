import { compile, hold, takeOver, type tf, type Value, type Values, value } from "../engine";
import type { Params, ParamValues } from "../model/params";
import { clipScale } from "./adamw";
import type { Tick } from "./fit";
import { type OptimiserState, optimise } from "./optimiser";
import { areFinite } from "./precision";
import type { StepOptions, StepPlan } from "./step-plan";

type State = Values<OptimiserState>;
type Slots = Readonly<Record<string, ParamValues>>;

/** Moves state along gradients; what it is given is used up. */
export interface InPlaceUpdate {
  (state: State, grads: ParamValues, tick: Values<Tick>): Promise<State>;
  release(): Promise<void>;
}

/** Elements that AdamW moves at once: each tensor of a piece has 1 MiB, which the processor's cache holds. */
const PIECE = 2 ** 18;

/**
 * The recipe's optimiser parameter by parameter, each result written over what it came from: parameters and slots exist once.
 * AdamW is elementwise, so large parameters go in pieces, after the norm of all gradients; Adafactor's means need whole ones.
 * The bytes are those of `optimiseSome`.
 *
 * @param moves names the parameters that move; the others and what is remembered of them stay as they are
 */
export function inPlaceUpdate(
  { optimiser: recipe, precision }: Pick<StepPlan, "optimiser" | "precision">,
  moves: (name: string) => boolean,
  options: StepOptions = {},
  pieceSize = PIECE,
): InPlaceUpdate {
  const named = (part: string) => ({ name: `update, ${part}`, keepsMemory: false, ...options });
  const limit = recipe.name === "adamw" ? recipe.clipNorm : 0;
  const scaleOf = compile((grads: Params) => clipScale(grads, limit), named("norm"));
  const finite = compile((grads: Params) => areFinite(grads), named("overflow"));
  const move = compile(
    (state: OptimiserState, grads: Params, { step, learningRate }: Tick, scale: tf.Tensor | null) =>
      optimise(recipe, state, grads, { step, learningRate, ...(scale && { scale }) }),
    named("parameter"),
  );
  const update = async (state: State, grads: ParamValues, tick: Values<Tick>): Promise<State> => {
    const moving = Object.fromEntries(Object.entries(grads).filter(([name]) => moves(name)));
    if (precision && !(await finite(moving)).data[0]) return state;
    const scale = recipe.name === "adamw" ? await scaleOf(moving) : null;
    const own = await takeOver(state);
    for (const [name, grad] of Object.entries(moving)) {
      const one = only(own, name);
      const size = recipe.name === "adamw" ? pieceSize : grad.data.length;
      for (let from = 0; from < grad.data.length; from += size) {
        const cut = (whole: Value) => (size < grad.data.length ? piece(whole, from, size) : whole);
        const part = mapState(one, cut);
        overwrite(part, await move(part, { [name]: cut(grad) }, tick, scale));
      }
    }
    return hold(own);
  };
  return Object.assign(update, {
    release: async () => {
      await scaleOf.release();
      await finite.release();
      await move.release();
    },
  });
}

/** Elements of a tensor from one on, seen as one row where it has rows; nothing is copied. */
function piece({ data, shape }: Value, from: number, size: number): Value {
  const part = data.subarray(from, from + size);
  return value(part, shape.length > 1 ? [1, part.length] : [part.length]);
}

/** One parameter and what is remembered of it. */
const only = (state: State, name: string): State =>
  mapTensors(state, (tensors) => (tensors[name] ? { [name]: tensors[name] } : {}));

const mapState = (state: State, f: (tensor: Value) => Value): State =>
  mapTensors(state, (tensors) => Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, f(tensor)])));

/** Applies a function to the parameters and to each kind of slot. */
function mapTensors({ params, slots }: State, f: (tensors: ParamValues) => ParamValues): State {
  const kinds = Object.entries(slots as Slots).map(([kind, tensors]) => [kind, f(tensors)]);
  return { params: f(params as ParamValues), slots: Object.fromEntries(kinds) } as State;
}

/** Copies a state's elements into the arrays of another with the same tensors. */
function overwrite(to: State, from: State): void {
  const kinds = ({ params, slots }: State) => Object.entries({ params, ...slots } as Slots);
  const next = new Map(kinds(from));
  for (const [kind, tensors] of kinds(to))
    for (const [name, { data }] of Object.entries(tensors)) data.set(next.get(kind)?.[name]?.data ?? []);
}
