import { AlcapError } from "../errors";
import type { Captioner } from "./alcap";

const choices = {
  method: ["bart", "bart-fusion", "alcap"],
  loss: ["infonce", "positive-pair"],
  similarity: ["cosine", "dot"],
  direction: ["music-to-lyrics", "lyrics-to-music", "symmetric"],
  aggregation: ["mean", "cls"],
  pooling: ["all-positions", "without-padding"],
  repeatedSongs: ["once", "each-row"],
  forgetGate: ["none", "sigmoid"],
  labelPadding: ["counted", "ignored"],
} as const;

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

const isCount = (x: number, least: number) => Number.isInteger(x) && x >= least;

/**
 * Checks that recipe and sizes make a model: every choice is known, layers exist, heads divide the width.
 * Recipes come from files too, where no compiler has looked.
 * @throws AlcapError `usage` naming the field.
 */
export function checkCaptioner({ method, text, recipe }: Captioner): void {
  const { fusion, alignment, caption } = recipe;
  checkChoices({ method, ...fusion, ...alignment, ...caption });
  const heads = (count: number, what: string) => {
    if (!isCount(count, 1) || text.width % count !== 0)
      fail(`${count} ${what} heads do not divide a width of ${text.width}.`, "Choose a divisor of the width.");
  };
  heads(text.heads, "attention");
  heads(fusion.heads, "fusion");
  for (const layer of fusion.layers)
    if (!isCount(layer, 0) || layer >= text.encoderLayers)
      fail(
        `Fusion stands after layer ${layer} and the encoder has layers 0 to ${text.encoderLayers - 1}.`,
        "Change recipe.fusion.layers.",
      );
  if (!Number.isFinite(fusion.residual)) fail(`The fusion's residual is ${fusion.residual}.`, "Give a number; released: 0.1.");
  if (!(Number.isFinite(alignment.weight) && alignment.weight >= 0))
    fail(`The alignment's weight λ is ${alignment.weight}.`, "Give a number from 0 up; paper: 0.02.");
  if (!(alignment.temperature > 0)) fail(`The temperature is ${alignment.temperature}.`, "Give a number above 0; released: 0.3.");
  if (!isCount(alignment.layer, 0) || alignment.layer > text.encoderLayers)
    fail(
      `The alignment reads state ${alignment.layer} and the encoder has states 0 to ${text.encoderLayers}.`,
      "Change recipe.alignment.layer.",
    );
  if (!isCount(alignment.startEpoch, 0))
    fail(`The alignment starts at epoch ${alignment.startEpoch}.`, "Give a whole number from 0 up.");
}
