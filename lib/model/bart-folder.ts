import path from "node:path";
import { sizeOf, type Value } from "../engine";
import { AlcapError } from "../errors";
import { readJsonFile } from "../files/json";
import { quoted, quotedShape } from "../files/quoted";
import { isFile } from "../files/read";
import { bartTokens, type TextShape } from "../recipe";
import { bartParams } from "./bart";
import { checkTextShape } from "./check";
import type { ParamValues } from "./params";
import { demandFinite, loadWeights } from "./weights";

/** A pre-trained BART as HuggingFace keeps it. */
export interface BartFolder {
  readonly text: TextShape;
  /** Parameters by their names in `BartForConditionalGeneration`. */
  readonly params: ParamValues;
  /** The weight files that were read. */
  readonly files: readonly string[];
}

/** Settings of HuggingFace's BartConfig that this model fixes, with their values there where the file says nothing. */
const FIXED: Readonly<Record<string, { readonly value: unknown; readonly absent: unknown }>> = {
  activation_function: { value: "gelu", absent: "gelu" },
  scale_embedding: { value: false, absent: false },
  normalize_before: { value: false, absent: false },
  normalize_embedding: { value: true, absent: true },
  add_final_layer_norm: { value: false, absent: false },
  encoder_layerdrop: { value: 0, absent: 0 },
  decoder_layerdrop: { value: 0, absent: 0 },
  bos_token_id: { value: bartTokens.bos, absent: bartTokens.bos },
  pad_token_id: { value: bartTokens.pad, absent: bartTokens.pad },
  eos_token_id: { value: bartTokens.eos, absent: bartTokens.eos },
  decoder_start_token_id: { value: bartTokens.decoderStart, absent: bartTokens.decoderStart },
};

/** The sizes that a BART folder's `config.json` tells. */
export function readBartShape(folder: string): TextShape {
  const file = path.join(folder, "config.json");
  const text = textShape(readConfig(file));
  checkTextShape(text, file);
  return text;
}

/**
 * Reads a BART model's folder: `config.json` beside `model.safetensors` or `pytorch_model.bin`.
 *
 * @throws AlcapError `weights` when a file is missing, the configuration asks for what this model is not, or parameters and
 * configuration disagree
 */
export async function readBartFolder(folder: string): Promise<BartFolder> {
  const text = readBartShape(folder);
  const { tensors, files } = await loadWeights(folder);
  demandFinite(tensors, files[0] ?? folder);
  return { text, params: fittingParams(tensors as ParamValues, text, files[0] ?? folder), files };
}

function readConfig(file: string): ReadonlyMap<string, unknown> {
  if (!isFile(file)) throw new AlcapError("weights", `There is no file ${file}.`, "Run `npx alcap fetch bart-base`.");
  const json = readJsonFile(file, { code: "weights", most: 1 << 20 });
  return new Map(Object.entries(typeof json === "object" && json !== null ? json : {}));
}

/** Sizes and dropout of a BartConfig. */
function textShape(config: ReadonlyMap<string, unknown>): TextShape {
  for (const [name, { value, absent }] of Object.entries(FIXED)) {
    const given = config.get(name) ?? absent;
    if (given !== value)
      throw unfit(`"${name}" is ${quoted(String(JSON.stringify(given)))} and this model has ${JSON.stringify(value)}`);
  }
  const number = (name: string) => {
    const given = config.get(name);
    if (typeof given === "number" && Number.isFinite(given) && given >= 0) return given;
    throw unfit(`"${name}" is ${quoted(String(JSON.stringify(given)))}`);
  };
  const both = (part: string) => {
    if (number(`encoder_${part}`) === number(`decoder_${part}`)) return number(`encoder_${part}`);
    throw unfit(`encoder_${part} and decoder_${part} differ`);
  };
  return {
    vocabulary: number("vocab_size"),
    width: number("d_model"),
    encoderLayers: number("encoder_layers"),
    decoderLayers: number("decoder_layers"),
    heads: both("attention_heads"),
    inner: both("ffn_dim"),
    positions: number("max_position_embeddings"),
    dropout: number("dropout"),
    attentionDropout: number("attention_dropout"),
    activationDropout: number("activation_dropout"),
    initialDeviation: number("init_std"),
  };
}

const unfit = (problem: string) =>
  new AlcapError("weights", `config.json: ${problem}.`, "Give a BART of the form of facebook/bart-base.");

/** Copies of the embedding table under other names, and an output bias, which HuggingFace keeps at zero. */
const TIED = /^(model\.(encoder|decoder)\.embed_tokens|lm_head)\.weight$/;
const OUTPUT_BIAS = "final_logits_bias";

/** The model's parameters: all of them, in the configuration's shapes, and nothing else that would matter. */
function fittingParams(tensors: ParamValues, text: TextShape, file: string): ParamValues {
  const fail = (problem: string): never => {
    throw new AlcapError("weights", `${file} ${problem}.`, "Give weights and config.json of one BART model.");
  };
  const given = new Map(Object.entries(tensors).map(([name, tensor]) => [fullName(name), tensor]));
  const table = given.get("model.shared.weight");
  const params: ParamValues = {};
  for (const [name, { shape }] of Object.entries(bartParams(text))) {
    const tensor = given.get(name);
    if (!tensor) return fail(`lacks "${name}"`);
    if (tensor.shape.join() !== shape.join())
      fail(`holds "${name}" of shape ${quotedShape(tensor.shape)} and config.json asks for ${quotedShape(shape)}`);
    if (tensor.dtype !== "float32" || tensor.data.length !== sizeOf(shape)) fail(`holds "${name}", which is no float tensor`);
    params[name] = tensor;
  }
  for (const [name, tensor] of given) {
    if (name in params) continue;
    if (name === OUTPUT_BIAS && tensor.data.every((x) => x === 0)) continue;
    if (TIED.test(name) && table && sameValues(tensor, table)) continue;
    fail(`holds "${quoted(name)}", which this model does not have`);
  }
  return params;
}

/** A parameter's name in `BartForConditionalGeneration`; `BartModel`, as facebook/bart-base was saved, leaves the first part out. */
const fullName = (name: string) => (/^(shared|encoder|decoder)\./.test(name) ? `model.${name}` : name);

const sameValues = (a: Value, b: Value) => a.data.length === b.data.length && a.data.every((x, i) => x === b.data[i]);
