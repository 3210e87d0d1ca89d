import { z } from "zod";
import { methods } from "../../paper";

/** The form of run records that this library writes and reads. */
export const RECORD_FORM = 2;

const text = z.string().min(1);
const count = z.int().positive();
/** Not a number is null in JSON. */
const known = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const interval = z.strictObject({ mean: z.number(), low: known, high: known });
const columns = z.record(text, z.array(z.number()));

const recipe = z
  .looseObject({
    method: z.enum(methods),
    seed: z.int(),
    data: z.strictObject({ set: text, hash: text }),
    baseModel: text,
    encoder: text.optional(),
    text: z.record(text, z.number()),
    fusion: z.looseObject({ layers: z.array(z.int()) }).optional(),
    alignment: z.looseObject({ weight: z.number(), loss: text }).optional(),
    caption: z.looseObject({ labelPadding: text }),
    training: z.looseObject({ batch: count, epochs: count, lyricsTokens: count, captionTokens: count }),
    decoding: z.looseObject({ kind: text }),
    decodingBatch: count,
    lastBatch: z.enum(["scored", "dropped"]),
    engine: z.strictObject({ engine: text, device: text, threads: count }),
  })
  .describe("Everything that decides the run's numbers; fields that say nothing about the method are not there");

const curve = z
  .strictObject({
    step: z.array(count).min(1),
    losses: columns.describe(
      "Training losses of these steps in nats, five significant digits; means over stretches of a long run",
    ),
    evaluations: z
      .strictObject({ step: z.array(count), score: z.array(z.number()) })
      .describe("Held-out caption loss, nats a token"),
  })
  .refine(({ step, losses }) => Object.values(losses).every(({ length }) => length === step.length), {
    error: "the columns have different lengths",
    path: ["losses"],
  });

/** The record of a run, `results/<preset>/runs/<id>.json`: everything about it but the captions, which lie beside it. */
export const recordSchema = z.strictObject({
  form: z.literal(RECORD_FORM),
  id: text,
  preset: text,
  recipeHash: text.describe("Names the recipe; the id ends in its first characters"),
  recipe,
  parameters: count,
  engine: z.looseObject({ versions: z.record(text, text) }).describe("Settings of the engine and versions of what it stands on"),
  curve,
  best: z
    .strictObject({ step: count, score: known })
    .describe("The step whose parameters were used: the best held-out caption loss"),
  metrics: z
    .record(text, interval)
    .describe("Mean over the test songs with a 95 % bootstrap interval; shares of 1, nll and moodNll nats a token"),
  diversity: z
    .strictObject({ captions: count, openings: count, vocabulary: z.int().min(0) })
    .optional()
    .describe("Distinct captions, distinct first four words, distinct words of all captions"),
  captions: z
    .strictObject({ count, sha256: z.string().regex(/^[0-9a-f]{64}$/) })
    .describe("Number and SHA-256 of the lines of <id>.captions.jsonl.gz, unpacked"),
  circumstances: z
    .strictObject({
      code: text,
      machine: z.string(),
      trainSeconds: z.number(),
      captionSeconds: z.number(),
      peakMemoryMiB: z.number(),
    })
    .describe("What may differ between two runs of the same recipe: code version, machine, time, memory"),
});

const score = z.number().min(0);

/** One line of `<id>.captions.jsonl.gz`: a caption with what it is held against. Scores are its own only in older records. */
export const captionSchema = z.strictObject({
  song: text,
  reference: z.string(),
  caption: z.string(),
  groups: z.array(text).min(1).optional().describe("Groups of songs that it is looked at in apart"),
  scores: z.record(text, score).optional(),
});

/** The last line: the scores of all captions, a column each, which packs into a third less. */
export const scoresSchema = z.strictObject({
  columns: z.record(text, z.array(score.nullable())).describe("A number a caption, in order; null where it has no such score"),
});

/** All forms as JSON Schema. */
export const recordJsonSchemas = () => ({
  record: z.toJSONSchema(recordSchema, { io: "input" }),
  caption: z.toJSONSchema(captionSchema, { io: "input" }),
  scores: z.toJSONSchema(scoresSchema, { io: "input" }),
});
