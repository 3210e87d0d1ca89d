import type { Split } from "./split";

/** The three cuts of the Song Interpretation data set by votes (paper, section 5.1), as the released files name them. */
export const variants = ["full", "not_negative", "positive"] as const;
export type Variant = (typeof variants)[number];

/** Whether an interpretation with these votes belongs to a variant: all, votes ≥ 0, votes > 0. */
export function inVariant(variant: Variant, votes: number): boolean {
  return variant === "full" || (variant === "not_negative" ? votes >= 0 : votes > 0);
}

/** Columns of the released tables. */
export const releasedColumns = ["music4all_id", "lyrics", "comment"] as const;

/** A released table: one split of one variant; the test split is shared by all. */
export interface Table {
  readonly file: string;
  readonly split: Split;
  /** Undefined where the corpus has no variants, and for the shared test split. */
  readonly variant?: Variant;
}

/** `df_full_train.csv`, `df_full_val.csv`, …, `df_test.csv`; without variants `df_train.csv`, `df_val.csv`, `df_test.csv`. */
export function tables({ cut }: { readonly cut: "by votes" | "none" }): readonly Table[] {
  const names: readonly (Variant | undefined)[] = cut === "by votes" ? variants : [undefined];
  const open = names.flatMap((variant) =>
    (["train", "validation"] as const).map((split): Table => {
      const file = ["df", variant, split === "train" ? "train" : "val"].filter((part) => part !== undefined).join("_");
      return { file: `${file}.csv`, split, ...(variant && { variant }) };
    }),
  );
  return [...open, { file: "df_test.csv", split: "test" }];
}

/** Whether a table holds an interpretation of this split with these votes. */
export function holds(table: Table, place: Split | "withheld", votes = 0): boolean {
  return place === table.split && (table.variant === undefined || inVariant(table.variant, votes));
}
