/** What the paper (ALCAP, EMNLP 2023) says of its corpora and reports of its runs. The numbers of the method itself are in `recipe.ts`. */

/** The three methods of the paper's tables: words only; music fused in; music aligned and fused in. */
export const methods = ["bart", "bart-fusion", "alcap"] as const;
export type Method = (typeof methods)[number];

/** A data set of the paper: rows by split (null where it gives no number) and hours of a run on one A100 40 GB (section 6.1). */
export interface PaperDataSet {
  readonly name: string;
  readonly sizes: { readonly train: number; readonly validation: number | null; readonly test: number };
  readonly hours: number;
}

/** The paper's data sets (sections 5.1 and 5.2). */
export const paperCorpora = {
  "si-full": { name: "SI Full", sizes: { train: 279_283, validation: null, test: 800 }, hours: 28 },
  "si-nonnegative": { name: "SI w/ voting ≥ 0", sizes: { train: 265_360, validation: null, test: 800 }, hours: 28 },
  "si-positive": { name: "SI w/ voting > 0", sizes: { train: 49_736, validation: null, test: 800 }, hours: 5 },
  "ncm-review": { name: "NCM Review", sizes: { train: 15_547, validation: 3_331, test: 3_332 }, hours: 3 },
} as const satisfies Record<string, PaperDataSet>;

export type PaperCorpus = keyof typeof paperCorpora;

/** Positions that the music encoder gives for 15 s: the class vector and 118 frames. */
export const paperMusicPositions = 119;

/** Table 1, percent, for the data set that `songbook-positive` stands in for (Song Interpretation, votes > 0). */
export const paperTable1: Readonly<
  Record<Method, { readonly rouge1: number; readonly rouge2: number; readonly rougeL: number; readonly meteor: number }>
> = {
  bart: { rouge1: 41.2, rouge2: 13.0, rougeL: 22.8, meteor: 22.0 },
  "bart-fusion": { rouge1: 44.3, rouge2: 14.6, rougeL: 24.7, meteor: 22.6 },
  alcap: { rouge1: 49.8, rouge2: 16.0, rougeL: 27.1, meteor: 27.7 },
};
