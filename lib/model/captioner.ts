import type { AlignmentLoss } from "../loss/alignment";
import type { Method } from "../paper";
import type { Recipe, TextShape } from "../recipe";

export type { Method } from "../paper";

/** Everything that fixes the computation but its parameters and inputs. */
export interface Captioner {
  readonly method: Method;
  readonly text: TextShape;
  /** Width of the music representations. */
  readonly musicWidth: number;
  readonly recipe: Recipe<AlignmentLoss>;
  /** BART alone: the fusion's LayerNorm where the fusion would stand, as a control. */
  readonly layerNorm?: boolean;
}
