import { captionBatch, padded } from "../data/text/batch";
import { compile, tf, type Value, type Values, value, valueAndGrad } from "../engine";
import { AlcapError } from "../errors";
import { captionLoss } from "../loss/caption";
import { type Batch, forward, objective } from "../model/alcap";
import type { Captioner } from "../model/captioner";
import { greedyDecoder } from "../model/decoding/greedy";
import type { Params, ParamValues } from "../model/params";
import { releasedRecipe, type TextShape } from "../recipe";

/** Sizes of a fixture's text model. */
export type FixtureSizes = Readonly<
  Record<
    | "vocab_size"
    | "d_model"
    | "encoder_layers"
    | "decoder_layers"
    | "encoder_ffn_dim"
    | "encoder_attention_heads"
    | "max_position_embeddings",
    number
  >
>;

/** A model fixture: sizes, inputs and what the released PyTorch code answers for given weights. */
export interface ModelFixture {
  readonly config: {
    readonly vocab_size: number;
    readonly d_model: number;
    readonly encoder_layers: number;
    readonly decoder_layers: number;
    readonly encoder_ffn_dim: number;
    readonly encoder_attention_heads: number;
    readonly max_position_embeddings: number;
    readonly fusion_layers: readonly number[];
    readonly fusion_heads: number;
    readonly music_dim: number;
    readonly temperature: number;
    readonly contrast_layer: number;
    readonly contrast_weight: number;
  };
  readonly input_ids: readonly (readonly number[])[];
  readonly attention_mask: readonly (readonly number[])[];
  readonly labels: readonly (readonly number[])[];
  readonly music_features: readonly (readonly (readonly number[])[])[];
  readonly expected: {
    readonly encoder_hidden_state_4: Nested;
    readonly encoder_last_hidden_state: Nested;
    readonly logits: Nested;
    readonly caption_loss_pads_counted: number;
    readonly caption_loss_pads_ignored: number;
    readonly info_nce_music_to_lyrics: number;
    readonly total_loss_as_released: number;
    readonly greedy_token_ids: readonly (readonly number[])[];
    readonly gradient_norm_and_first_value_of_total_loss: Readonly<Record<string, readonly [number, number]>>;
  };
}

type Nested = number | readonly Nested[];

/** The largest relative error of each quantity, and whether the greedy ids agree. */
export type ModelParity = Record<string, number | boolean>;

const flat = (nested: Nested): number[] => (typeof nested === "number" ? [nested] : nested.flatMap(flat));

/** Largest absolute difference over the reference's largest magnitude. */
export function relativeError(ours: ArrayLike<number>, reference: readonly number[], what: string): number {
  if (ours.length !== reference.length) {
    throw new AlcapError(
      "data",
      `${what}: ${ours.length} numbers against ${reference.length}.`,
      "Check that fixture and weights belong together.",
    );
  }
  const scale = reference.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return reference.reduce((worst, x, i) => Math.max(worst, Math.abs((ours[i] ?? Number.NaN) - x)), 0) / scale;
}

/** The text model's sizes, as HuggingFace's configuration names them, without dropout. */
export const fixtureText = (config: FixtureSizes): TextShape => ({
  vocabulary: config.vocab_size,
  width: config.d_model,
  encoderLayers: config.encoder_layers,
  decoderLayers: config.decoder_layers,
  heads: config.encoder_attention_heads,
  inner: config.encoder_ffn_dim,
  positions: config.max_position_embeddings,
  dropout: 0,
  attentionDropout: 0,
  activationDropout: 0,
  initialDeviation: 0.02,
});

/** The captioner and the batch that a fixture describes. */
export function fixtureModel({ config, ...inputs }: ModelFixture): { captioner: Captioner; batch: Values<Batch> } {
  const recipe: Captioner["recipe"] = {
    ...releasedRecipe,
    fusion: { ...releasedRecipe.fusion, layers: config.fusion_layers, heads: config.fusion_heads },
    alignment: {
      ...releasedRecipe.alignment,
      temperature: config.temperature,
      layer: config.contrast_layer,
      weight: config.contrast_weight,
    },
  };
  const text = fixtureText(config);
  const lengths = { lyricsTokens: inputs.input_ids[0]?.length ?? 0, captionTokens: inputs.labels[0]?.length ?? 0 };
  const rows = inputs.labels.map((labels, row) => ({
    song: String(row),
    lyrics: Int32Array.from(inputs.input_ids[row] ?? []),
    caption: Int32Array.from(labels),
    music: value(Float32Array.from(flat(inputs.music_features[row] ?? [])), [
      inputs.music_features[row]?.length ?? 0,
      config.music_dim,
    ]),
  }));
  const masks = {
    lyricsMask: maskValue(inputs.attention_mask),
    labelMask: maskValue(inputs.labels.map((row) => row.map((id) => (id === 1 ? 0 : 1)))),
  };
  return {
    captioner: { method: "alcap", text, musicWidth: config.music_dim, recipe },
    batch: { ...captionBatch(rows, lengths), ...masks } as Values<Batch>,
  };
}

const maskValue = (rows: readonly (readonly number[])[]): Value =>
  value(Float32Array.from(rows.flat()), [rows.length, rows[0]?.length ?? 0]);

/** Runs the fixture's model here and compares every quantity with the reference. */
export async function modelParity(fixture: ModelFixture, weights: ParamValues): Promise<ModelParity> {
  const { captioner, batch } = fixtureModel(fixture);
  const { expected } = fixture;
  const states = compile((params: Params, inputs: Batch) => {
    const { states, encoded, logits } = forward(params, captioner, inputs);
    const { labels, labelMask } = inputs;
    return {
      hidden: states[captioner.recipe.alignment.layer] as tf.Tensor,
      encoded,
      logits,
      ignored: captionLoss(logits, tf.reshape(labels, [-1]), tf.reshape(labelMask, [-1])),
    };
  });
  const losses = compile((params: Params, inputs: Batch) => objective(params, captioner, inputs));
  const seen = await states(weights, batch);
  const lost = await losses(weights, batch);
  const one = (loss: Value) => [loss.data[0] ?? Number.NaN];
  const parity: ModelParity = {
    encoderHiddenState4: relativeError(seen.hidden.data, flat(expected.encoder_hidden_state_4), "encoder_hidden_state_4"),
    encoderLastHiddenState: relativeError(
      seen.encoded.data,
      flat(expected.encoder_last_hidden_state),
      "encoder_last_hidden_state",
    ),
    logits: relativeError(seen.logits.data, flat(expected.logits), "logits"),
    captionLossPadsCounted: relativeError(one(lost.caption), [expected.caption_loss_pads_counted], "caption loss"),
    captionLossPadsIgnored: relativeError(one(seen.ignored), [expected.caption_loss_pads_ignored], "caption loss"),
    infoNce: relativeError(one(lost.alignment), [expected.info_nce_music_to_lyrics], "InfoNCE"),
    totalLoss: relativeError(one(lost.loss), [expected.total_loss_as_released], "total loss"),
    gradientNorms: gradientError(await fixtureGradients(fixture, weights), expected.gradient_norm_and_first_value_of_total_loss),
    greedyTokenIds: await greedyAgrees(fixture, captioner, weights, batch),
  };
  await Promise.all([states.release(), losses.release()]);
  return parity;
}

/** Gradient of the fixture's total loss for every weight. */
export async function fixtureGradients(fixture: ModelFixture, weights: ParamValues): Promise<ParamValues> {
  const { captioner, batch } = fixtureModel(fixture);
  const gradients = compile(
    (params: Params, inputs: Batch) => valueAndGrad((p: Params) => objective(p, captioner, inputs).loss, params).grads,
  );
  const grads = await gradients(weights, batch);
  await gradients.release();
  return grads;
}

/**
 * Largest error of the gradients' norms and first values, relative to the larger of the gradient's own norm and 1e−4 of the
 * largest: key biases' gradients are zero by algebra.
 */
export function gradientError(grads: ParamValues, reference: Readonly<Record<string, readonly [number, number]>>): number {
  const largest = Math.max(...Object.values(reference).map(([norm]) => norm));
  let worst = 0;
  for (const [name, [norm, first]] of Object.entries(reference)) {
    const data = grads[name]?.data;
    if (!data)
      throw new AlcapError("weights", `The gradient of "${name}" is missing.`, "Check that the weights belong to the fixture.");
    const ours = Math.hypot(...data);
    const scale = Math.max(norm, 1e-4 * largest);
    worst = Math.max(worst, Math.abs(ours - norm) / scale, Math.abs((data[0] ?? Number.NaN) - first) / scale);
  }
  return worst;
}

/** Compares greedy ids up to the reference's length; both end at `</s>` and the reference starts with it. */
async function greedyAgrees(
  { expected, config }: ModelFixture,
  captioner: Captioner,
  weights: ParamValues,
  batch: Values<Batch>,
): Promise<boolean> {
  const reference = expected.greedy_token_ids.map((ids) => ids.slice(1));
  const length = reference[0]?.length ?? 0;
  const decode = greedyDecoder(weights, captioner, Math.min(length, config.max_position_embeddings));
  const ids = await decode(batch);
  await decode.release();
  const ours = padded(ids, length).ids;
  const theirs = padded(
    reference.map((row) => Int32Array.from(row.slice(0, ended(row)))),
    length,
  ).ids;
  return ours.every((id, i) => id === theirs[i]);
}

/** Where a reference row ends: before its first `</s>` or padding. */
function ended(row: readonly number[]): number {
  const end = row.findIndex((id) => id === 1 || id === 2);
  return end < 0 ? row.length : end;
}
