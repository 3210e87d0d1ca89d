import { captionBatch, shuffled } from "../../../data/text/batch";
import { packBatch } from "../../../data/text/pack";
import { compile, type Values } from "../../../engine";
import { meanAndDeviation } from "../../../metric/certainty";
import { aligns, objective, type PackedBatch, packingOf } from "../../../model/alcap";
import type { Params, ParamValues } from "../../../model/params";
import type { Method } from "../../../paper";
import { examplesOf } from "../../dataset/examples";
import { testRows } from "../captions";
import type { RunMaterial } from "../material";
import { captionerOf } from "../run";

/** InfoNCE of songs that were not trained on, in nats. */
export interface HeldOutAlignment {
  /** Mean over the batches, with its standard error. */
  readonly mean: number;
  readonly error: number;
  readonly batches: number;
  /** Rows of a batch, as in training. */
  readonly batch: number;
  /** What guessing among the rows of a batch gives. */
  readonly lnN: number;
}

/** Seed of the order in which test rows meet in batches: the same songs compete in every run on a corpus. */
export const ALIGNMENT_ORDER = "held-out alignment";

/**
 * InfoNCE of a trained run over its test rows, as its training computes it: the same objective and batch size, whole batches of shuffled
 * rows, dropout off.
 *
 * @returns undefined where the method has no codes that are aligned, the loss is another, or the rows fill no batch
 */
export async function heldOutAlignment(
  material: RunMaterial,
  method: Method,
  params: ParamValues,
): Promise<HeldOutAlignment | undefined> {
  const { preset } = material;
  const captioner = captionerOf(material, method);
  const { batch } = preset.captioning;
  const rows = testRows(material);
  const batches = Math.floor(rows.length / batch);
  if (!aligns(captioner) || captioner.recipe.alignment.loss !== "infonce" || batches === 0) return undefined;
  const examples = examplesOf(material, rows);
  const order = shuffled(rows.length, ALIGNMENT_ORDER);
  const loss = compile((p: Params, one: PackedBatch) => objective(p, captioner, one).alignment, { name: "held-out alignment" });
  const values: number[] = [];
  for (let at = 0; at < batches; at++) {
    const own = Array.from(order.subarray(at * batch, (at + 1) * batch), (row) => examples.of(row));
    const packed = packBatch(captionBatch(own, preset), packingOf(captioner)) as Values<PackedBatch>;
    values.push((await loss(params, packed)).data[0] ?? Number.NaN);
  }
  await loss.release();
  const { mean, sd } = meanAndDeviation(values);
  return { mean, error: sd / Math.sqrt(batches), batches, batch, lnN: Math.log(batch) };
}
