import type { Tokeniser } from "../../data/text/tokeniser";
import type { Workspace } from "../../files/project";
import type { ParamValues } from "../../model/params";
import type { TextShape } from "../../recipe";
import type { Corpus, SongText } from "../dataset/corpus";
import type { Representations } from "../dataset/representations";
import type { RunPlan } from "../preset/plan";

/** What names runs and finds their records: known before anything is rendered or trained. */
export interface RunFacts<S extends SongText = SongText> {
  readonly preset: RunPlan;
  readonly workspace: Workspace;
  readonly corpus: Corpus<S>;
  readonly text: TextShape;
  /** The music representations' name. */
  readonly music: { readonly hash: string };
  /** The base model's name. */
  readonly start: { readonly hash: string };
}

/** What runs share, whatever corpus they are trained on. */
export interface RunMaterial<S extends SongText = SongText> extends RunFacts<S> {
  readonly tokeniser: Tokeniser;
  /** What the frozen music encoder gives for each song. */
  readonly music: Representations;
  /** What every method starts from. */
  readonly start: TextStart;
}

/** The text model's parameters before captioning. */
export interface TextStart {
  /** BART's; empty where all parameters are drawn afresh. */
  readonly params: ParamValues;
  /** Names them. */
  readonly hash: string;
}
