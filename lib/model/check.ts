import { AlcapError } from "../errors";
import { alignmentLosses } from "../loss/alignment";
import { methods } from "../paper";
import type { Fusion, TextShape } from "../recipe";
import type { Captioner } from "./captioner";

const choices = {
  method: methods,
  loss: Object.keys(alignmentLosses),
  similarity: ["cosine", "dot"],
  direction: ["music-to-lyrics", "lyrics-to-music", "symmetric"],
  aggregation: ["mean", "cls"],
  pooling: ["all-positions", "without-padding"],
  repeatedSongs: ["once", "each-row"],
  forgetGate: ["none", "sigmoid"],
  labelPadding: ["counted", "ignored"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

function fail(problem: string, advice: string): never {
  throw new AlcapError("usage", problem, advice);
}

function checkChoices(values: object): void {
  for (const [field, value] of Object.entries(values)) {
    if (!(field in choices)) continue;
    const allowed: readonly string[] = choices[field as keyof typeof choices];
    if (!allowed.includes(String(value))) fail(`The recipe's ${field} is "${value}".`, `Choose one of ${allowed.join(", ")}.`);
  }
}

/** Sizes beyond which no text model goes: BART-large has a sixteenth of most. */
const LARGEST: Readonly<Partial<Record<keyof TextShape, number>>> = {
  vocabulary: 1 << 20,
  width: 1 << 14,
  encoderLayers: 128,
  decoderLayers: 128,
  heads: 256,
  inner: 1 << 16,
  positions: 1 << 17,
};
const RATES = ["dropout", "attentionDropout", "activationDropout"] as const;

/**
 * Checks the sizes of a text model that a file tells, before anything is made of that size.
 *
 * @param name the file, for messages
 * @throws AlcapError `weights` naming the size
 */
export function checkTextShape(text: TextShape, name: string): void {
  const bad = (problem: string) =>
    new AlcapError("weights", `${name}: ${problem}.`, "Give a BART of the form of facebook/bart-base.");
  for (const [size, most = 0] of Object.entries(LARGEST) as [keyof TextShape, number][])
    if (!isCount(text[size], 1) || text[size] > most)
      throw bad(`"${size}" is ${text[size]}, and whole numbers from 1 to ${most} make a model`);
  for (const rate of RATES) if (!(text[rate] >= 0 && text[rate] < 1)) throw bad(`"${rate}" is ${text[rate]}`);
  if (!(text.initialDeviation >= 0 && text.initialDeviation < 100)) throw bad(`"initialDeviation" is ${text.initialDeviation}`);
}

const isCount = (x: number, least: number) => Number.isInteger(x) && x >= least;

/**
 * Checks that recipe and sizes make a model: every choice is known, layers exist, heads divide the width. What does not apply to
 * the method is not looked at. Recipes come from files too, where no compiler has looked.
 * @throws AlcapError `usage` naming the field.
 */
export function checkCaptioner({ method, text, recipe, layerNorm }: Captioner): void {
  checkChoices({ method, ...recipe.caption });
  checkHeads(text.heads, "attention", text);
  if (method !== "bart" || layerNorm) checkFusion(recipe.fusion, text);
  if (method === "alcap") checkAlignment(recipe.alignment, text);
}

function checkHeads(count: number, what: string, { width }: TextShape): void {
  if (!isCount(count, 1) || width % count !== 0)
    fail(`${count} ${what} heads do not divide a width of ${width}.`, "Choose a divisor of the width.");
}

function checkFusion(fusion: Fusion, text: TextShape): void {
  checkChoices(fusion);
  checkHeads(fusion.heads, "fusion", text);
  const last = text.encoderLayers - 1;
  const absent = fusion.layers.find((layer) => !isCount(layer, 0) || layer > last);
  if (absent !== undefined)
    fail(`Fusion stands after layer ${absent} and the encoder has layers 0 to ${last}.`, "Change recipe.fusion.layers.");
  if (!Number.isFinite(fusion.residual)) fail(`The fusion's residual is ${fusion.residual}.`, "Give a number; released: 0.1.");
}

function checkAlignment(alignment: Captioner["recipe"]["alignment"], { encoderLayers }: TextShape): void {
  checkChoices(alignment);
  const { weight, temperature, layer, startEpoch } = alignment;
  if (!(Number.isFinite(weight) && weight >= 0))
    fail(`The alignment's weight λ is ${weight}.`, "Give a number from 0 up; paper: 0.02.");
  if (!(temperature > 0)) fail(`The temperature is ${temperature}.`, "Give a number above 0; released: 0.3.");
  if (!isCount(layer, 0) || layer > encoderLayers)
    fail(
      `The alignment reads state ${layer} and the encoder has states 0 to ${encoderLayers}.`,
      "Change recipe.alignment.layer.",
    );
  if (!isCount(startEpoch, 0)) fail(`The alignment starts at epoch ${startEpoch}.`, "Give a whole number from 0 up.");
}
