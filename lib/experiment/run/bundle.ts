import path from "node:path";
import { z } from "zod";
import { loadTokeniser, type Tokeniser } from "../../data/text/tokeniser";
import { AlcapError } from "../../errors";
import { sha256Of } from "../../files/fingerprint";
import { readJsonFile } from "../../files/json";
import { modelsFolder, projectHome } from "../../files/project";
import { quoted } from "../../files/quoted";
import { isFile } from "../../files/read";
import { captionerParams } from "../../model/alcap";
import type { Captioner } from "../../model/captioner";
import { checkCaptioner, checkTextShape } from "../../model/check";
import type { ParamValues } from "../../model/params";
import { readKept } from "../../model/weights/kept";
import { demandFinite } from "../../model/weights/tensor";
import { type EncoderFile, readEncoder } from "../tagger/encoder-file";

/** A trained captioner that needs nothing else: what `alcap caption` loads. */
export interface Bundle {
  readonly about: BundleAbout;
  readonly tokeniser: Tokeniser;
  readonly encoder: EncoderFile;
  readonly params: ParamValues;
}

export interface BundleAbout {
  /** The run that trained it. */
  readonly run: string;
  readonly preset: string;
  readonly corpus: string;
  readonly captioner: Captioner;
  readonly lyricsTokens: number;
  readonly captionTokens: number;
}

/** Tokens of lyrics or of a caption. */
const MOST_TOKENS = 1 << 16;

/** Its files. */
export const BUNDLE_FILES = {
  about: "captioner.json",
  words: "tokenizer.json",
  encoder: "music-encoder.safetensors",
  model: "model.safetensors",
};

/** The files that a bundle's description names by SHA-256: a tokeniser of the right size may still be another model's. */
const parts = ["words", "encoder", "model"] as const;

/** The description of a bundle whose other files are there. */
export const describeBundle = (folder: string, about: BundleAbout): string => {
  const sha256 = Object.fromEntries(parts.map((part) => [part, sha256Of(path.join(folder, BUNDLE_FILES[part]))]));
  return `${JSON.stringify({ ...about, sha256 }, null, 1)}\n`;
};

/** Where the bundle of a preset lies. */
export const bundleFolder = (preset: string, root = projectHome()) => path.join(modelsFolder(root), `alcap-${preset}`);

const count = z.int().min(1);
const aboutSchema = z.looseObject({
  run: z.string(),
  preset: z.string(),
  corpus: z.string(),
  captioner: z.looseObject({
    text: z.record(z.string(), z.number()),
    musicWidth: count,
    recipe: z.looseObject({
      caption: z.looseObject({}),
      fusion: z.looseObject({ layers: z.array(z.int()) }),
      alignment: z.looseObject({}),
    }),
  }),
  lyricsTokens: count.max(MOST_TOKENS),
  captionTokens: count.max(MOST_TOKENS),
  sha256: z.record(z.enum(parts), z.string()),
});

/**
 * Reads a bundle.
 *
 * @throws AlcapError `weights` when a file is missing, describes no captioner, holds numbers that are not finite, or belongs to another
 * model than the rest
 */
export async function readBundle(folder: string): Promise<Bundle> {
  const files = Object.fromEntries(Object.entries(BUNDLE_FILES).map(([part, name]) => [part, path.join(folder, name)]));
  const { about: description = "", words = "", encoder: music = "", model = "" } = files;
  const missing = Object.values(files).find((file) => !isFile(file));
  if (missing !== undefined)
    throw new AlcapError("weights", `No trained model: ${missing} is missing.`, "Run `npm run reproduce` once; it trains one.");
  const { sha256, ...about } = readAbout(description);
  for (const part of parts) {
    const file = path.join(folder, BUNDLE_FILES[part]);
    if (sha256Of(file) !== sha256[part]) throw foreign(`${file} is not the one that ${description} names by its SHA-256`);
  }
  const tokeniser = loadTokeniser(words);
  const encoder = await readEncoder(music);
  const params = readKept(model).tensors as ParamValues;
  demandFinite(encoder.params, music);
  demandFinite(params, model);
  const { captioner } = about;
  for (const [name, { shape }] of Object.entries(captionerParams(captioner)))
    if (params[name]?.shape.join() !== shape.join()) throw foreign(`${model} has no "${name}" of shape ${shape.join(" × ")}`);
  if (tokeniser.vocabSize !== captioner.text.vocabulary)
    throw foreign(`${words} has ${tokeniser.vocabSize} tokens and the model ${captioner.text.vocabulary}`);
  if (captioner.method !== "bart" && 2 * encoder.shape.channels !== captioner.musicWidth)
    throw foreign(
      `${music} gives representations ${2 * encoder.shape.channels} wide and the model takes ${captioner.musicWidth}`,
    );
  return { about, tokeniser, encoder, params };
}

type Described = BundleAbout & { readonly sha256: Readonly<Record<(typeof parts)[number], string>> };

function readAbout(file: string): Described {
  const { success, data, error } = aboutSchema.safeParse(readJsonFile(file, { code: "weights" }));
  if (!success) {
    const { path: field = [], message = "" } = error.issues[0] ?? {};
    throw foreign(`${file} describes no captioner (${quoted(`${field.join(".")}: ${message}`)})`);
  }
  const about = data as unknown as Described;
  checkTextShape(about.captioner.text, file);
  checkCaptioner(about.captioner);
  return about;
}

const foreign = (problem: string) =>
  new AlcapError(
    "weights",
    `${problem}.`,
    "The folder holds parts of different models, or is damaged; make it again by `npm run reproduce`.",
  );
