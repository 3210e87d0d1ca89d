import { TAGS } from "../../data/songbook";
import { compile, dropout as drop, type tf, type Value, type Values, value, valueAndGradAux } from "../../engine";
import { tagLoss } from "../../loss/tags";
import { cosineFilters } from "../../model/music/cosine-filters";
import {
  attendOver,
  lowerFrontEnd,
  musicParams,
  type Statistics,
  tagLogits,
  upperFrontEnd,
} from "../../model/music/music-encoder";
import { sideLogits, sideParams } from "../../model/music/side-head";
import { initialise, type Params, type ParamValues, zerosLike } from "../../model/params";
import { type AdamSlots, type AdamW, adamw } from "../../train/adamw";
import type { Tick } from "../../train/fit";
import type { Preset } from "../preset/songbook";

/** Trained parameters, running statistics that are only carried along, and the optimiser's slots. */
export type TagState = { params: Params; statistics: Params; slots: AdamSlots };

/** What a stage starts from (mel crops `[B, mels, frames]`, lower features `[B, F, T, C]` or local ones `[B, T, C]`), and tags `[B, tags]`. */
export type TagBatch = { input: tf.Tensor; tags: tf.Tensor };

/** The parts of the encoder that are trained one after the other: three blocks, four blocks, the transformer with the tag head. */
export const stages = ["lower", "middle", "top"] as const;
export type Stage = (typeof stages)[number];

const isStatistic = (name: string) => name.endsWith(".running_mean") || name.endsWith(".running_var");

function stageOf(name: string): Stage {
  if (/^(spec_bn|layer[1-3]|side\.lower)\./.test(name)) return "lower";
  return /^(layer[4-7]|side\.middle)\./.test(name) ? "middle" : "top";
}

/** What a transformer layer adds to its input. */
const isBranchEnd = (name: string) => /^encoder\.layer\.\d+\.(attention\.)?output\.dense\.weight$/.test(name);

/**
 * Fresh state of a stage, drawn by the seed; but the first filters are cosines, and what the transformer's layers add to their
 * input starts from zero (as in Goyal et al. 2017 for residual blocks), so that the tag head sees the convolutions from the
 * first step on.
 */
export function freshTagState({ music }: Preset, seed: number, stage: Stage): Values<TagState> {
  const all = initialise({ ...musicParams(music), ...sideParams(music) }, seed);
  const filters = cosineFilters(music.channels);
  const drawn: ParamValues = {
    ...all,
    ...zerosLike(Object.fromEntries(Object.entries(all).filter(([name]) => isBranchEnd(name)))),
    "layer1.conv_1.weight": filters,
    "layer1.conv_3.weight": filters,
  };
  const own = Object.entries(drawn).filter(([name]) => stageOf(name) === stage);
  const params = Object.fromEntries(own.filter(([name]) => !isStatistic(name)));
  const statistics = Object.fromEntries(own.filter(([name]) => isStatistic(name)));
  return { params, statistics, slots: { m: zerosLike(params), v: zerosLike(params) } };
}

/** A stage's training step. Convolutions learn through side heads, the transformer through the tag head that stays. */
export function stageStep({ music, tagger }: Preset, stage: Stage) {
  const logits: Readonly<Record<Stage, Logits>> = {
    lower: (params, mel, statistics) => sideLogits(params, "lower", lowerFrontEnd(params, mel, statistics)),
    middle: (params, lower, statistics) => sideLogits(params, "middle", upperFrontEnd(params, lower, statistics)),
    top: (params, local, _, { key }) => {
      const dropout = (x: tf.Tensor) => drop(x, tagger.top.dropout, key);
      return tagLogits(params, attendOver(params, music, local, dropout), tagger.pooling, dropout);
    },
  };
  return tagStep(`${stage} tag step`, tagger[stage].optimiser, logits[stage]);
}

type Logits = (params: Params, input: tf.Tensor, statistics: Statistics, tick: Tick) => tf.Tensor;

/** One compiled step: forward with batch statistics, binary cross-entropy, gradients, AdamW. One thread: the encoder is the same on any machine. */
function tagStep(name: string, optimiser: AdamW, logits: Logits) {
  return compile(
    (state: TagState, batch: TagBatch, tick: Tick) => {
      const { loss, grads, ...statistics } = valueAndGradAux((params: Params) => {
        const updates: Params = {};
        const said = logits({ ...params, ...state.statistics }, batch.input, { from: "batch", updates }, tick);
        return { loss: tagLoss(said, batch.tags), ...updates };
      }, state.params);
      const next = adamw(state.params, grads, state.slots, tick.step, tick.learningRate, optimiser);
      return { state: { ...next, statistics: statistics as Params }, losses: { tags: loss } };
    },
    { resident: "state", threads: 1, name },
  );
}

/** One row of targets a song, in the order of `TAGS`. */
export const tagRow = (tags: readonly string[]) => TAGS.map((tag) => (tags.includes(tag) ? 1 : 0));

/** Targets `[B, tags]`. */
export const tagTargets = (songs: readonly { readonly tags: readonly string[] }[]): Value =>
  value(Float32Array.from(songs.flatMap(({ tags }) => tagRow(tags))), [songs.length, TAGS.length]);
