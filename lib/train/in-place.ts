import { type CompileOptions, compile, hold, takeOver, type Values } from "../engine";
import type { Params, ParamValues } from "../model/params";
import type { AdamW, Optimiser } from "../recipe";
import { adamScalars, adamwInPlace, clipScale, decays } from "./adamw";
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

/**
 * The recipe's optimiser parameter by parameter, each result written over what it came from: parameters and slots exist once.
 * AdamW is elementwise and goes through the arrays, after the norm of all gradients; Adafactor's means need a graph.
 * The bytes are those of `optimiseSome`.
 *
 * @param moves names the parameters that move; the others and what is remembered of them stay as they are
 */
export function inPlaceUpdate(
  { optimiser, precision }: Pick<StepPlan, "optimiser" | "precision">,
  moves: (name: string) => boolean,
  options: StepOptions = {},
): InPlaceUpdate {
  const named = (part: string) => ({ name: `update, ${part}`, keepsMemory: false, ...options });
  const finite = compile((grads: Params) => areFinite(grads), named("overflow"));
  const all = optimiser.name === "adamw" ? adamwMoves(optimiser, named("pace")) : graphMoves(optimiser, named("parameter"));
  const update = async (state: State, grads: ParamValues, tick: Values<Tick>): Promise<State> => {
    const moving = Object.fromEntries(Object.entries(grads).filter(([name]) => moves(name)));
    if (precision && !(await finite(moving)).data[0]) return state;
    return hold(await all.move(await takeOver(state), moving, tick));
  };
  return Object.assign(update, {
    release: async () => {
      await finite.release();
      await all.release();
    },
  });
}

/** Moves a state in its own arrays. */
interface Moves {
  move(own: State, grads: ParamValues, tick: Values<Tick>): Promise<State>;
  release(): Promise<void>;
}

/** AdamW: its scalars by a graph, its elements in a loop. */
function adamwMoves(recipe: AdamW, options: CompileOptions): Moves {
  const scalarsOf = compile(
    (grads: Params, { step, learningRate }: Tick) => adamScalars(recipe, step, learningRate, clipScale(grads, recipe.clipNorm)),
    options,
  );
  const move: Moves["move"] = async (own, grads, tick) => {
    const { kept, ...scalars } = mapRecord(await scalarsOf(grads, tick), ({ data }) => data[0] as number);
    const { m = {}, v = {} } = own.slots as Slots;
    const floats = (of: ParamValues, name: string) => of[name]?.data as Float32Array;
    for (const [name, { data, shape }] of Object.entries(grads)) {
      const arrays = {
        p: floats(own.params as ParamValues, name),
        m: floats(m, name),
        v: floats(v, name),
        g: data as Float32Array,
      };
      adamwInPlace(arrays, recipe, scalars, decays(shape.length, recipe) ? kept : 1);
    }
    return own;
  };
  return { move, release: () => scalarsOf.release() };
}

/** Any other optimiser: a parameter's graph at a time, its results copied over what they came from. */
function graphMoves(recipe: Optimiser, options: CompileOptions): Moves {
  const step = compile(
    (state: OptimiserState, grads: Params, { step, learningRate }: Tick) =>
      optimise(recipe, state, grads, { step, learningRate }),
    options,
  );
  const move: Moves["move"] = async (own, grads, tick) => {
    for (const [name, grad] of Object.entries(grads)) {
      const one = only(own, name);
      overwrite(one, await step(one, { [name]: grad }, tick));
    }
    return own;
  };
  return { move, release: () => step.release() };
}

/** One parameter and what is remembered of it. */
const only = (state: State, name: string): State =>
  mapTensors(state, (tensors) => (tensors[name] ? { [name]: tensors[name] } : {}));

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

const mapRecord = <K extends string, A, B>(record: Readonly<Record<K, A>>, f: (one: A) => B): Record<K, B> =>
  // Object.entries forgets which keys there are.
  Object.fromEntries(Object.entries<A>(record).map(([key, one]) => [key, f(one)])) as Record<K, B>;
