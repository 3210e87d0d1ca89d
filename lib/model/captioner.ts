import type { AlignmentLoss } from "../loss/alignment";
import type { Recipe, TextShape } from "../recipe";

/** The three methods of the paper's tables: words only; music fused in; music aligned and fused in. */
export type Method = "bart" | "bart-fusion" | "alcap";

/** Everything that fixes the computation but its parameters and inputs. */
export interface Captioner {
  readonly method: Method;
  readonly text: TextShape;
  /** Width of the music representations. */
  readonly musicWidth: number;
  readonly recipe: Recipe<AlignmentLoss>;
}
