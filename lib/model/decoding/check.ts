import { AlcapError } from "../../errors";
import type { DecodingRecipe } from "../../recipe";
import type { Captioner } from "../captioner";

const isCount = (x: number, least: number) => Number.isInteger(x) && x >= least;

/** Throws `AlcapError` "usage" for a decoding recipe that makes no sense or that the model cannot follow. */
export function checkDecoding({ text }: Captioner, decoding: DecodingRecipe): void {
  const { beams, topP, topK, maxLength, noRepeatNgram } = decoding;
  const { minLength = 0, temperature = 1, minTokensToKeep = 2, returnSequences = 1 } = decoding;
  const refuse = (wrong: boolean, problem: string, advice: string) => {
    if (wrong) throw new AlcapError("usage", problem, advice);
  };
  refuse(
    !isCount(beams, 1) || 2 * beams > text.vocabulary,
    `${beams} beams cannot be searched.`,
    "Give a whole number from 1 up.",
  );
  refuse(
    !isCount(maxLength, 2) || maxLength - 1 > text.positions,
    `A caption of ${maxLength} tokens does not fit ${text.positions} positions.`,
    "Change maxLength.",
  );
  refuse(
    topP !== null && !(topP > 0 && topP <= 1),
    `topP is ${topP}.`,
    "Give a share above 0 and up to 1, or null for no sampling.",
  );
  refuse(!isCount(topK, 0), `topK is ${topK}.`, "Give a whole number; 0 is no bound.");
  refuse(!isCount(noRepeatNgram, 0), `noRepeatNgram is ${noRepeatNgram}.`, "Give a whole number; 0 allows repeats.");
  refuse(!isCount(minLength, 0), `minLength is ${minLength}.`, "Give a whole number; 0 is no bound.");
  refuse(
    minLength > maxLength,
    `Captions of at least ${minLength} tokens have no room in ${maxLength}.`,
    "Give a minLength of at most maxLength.",
  );
  refuse(
    !(temperature > 0 && temperature < Number.POSITIVE_INFINITY),
    `temperature is ${temperature}.`,
    "Give a number above 0.",
  );
  const sampling = (["temperature", "minTokensToKeep"] as const).find((field) => decoding[field] !== undefined);
  refuse(
    topP === null && sampling !== undefined,
    `${sampling} is set, and nothing is sampled.`,
    "Set topP as well (1 for no bound), or leave it out.",
  );
  refuse(minTokensToKeep !== 1 && minTokensToKeep !== 2, `minTokensToKeep is ${minTokensToKeep}.`, "Give 1 or 2.");
  refuse(
    minTokensToKeep === 1 && beams > 1,
    `${beams} beams need two tokens each to choose from, and minTokensToKeep is 1.`,
    "Leave it out, or sample with one beam.",
  );
  refuse(
    !isCount(returnSequences, 1) || returnSequences > beams,
    `${returnSequences} captions cannot be returned from ${beams} beams.`,
    "Give a returnSequences from 1 up to the number of beams.",
  );
}
