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

/** A number of Table 1 in percent: the mean over three seeds and its standard deviation, null where the paper quotes it from elsewhere. */
export interface PaperScore {
  readonly mean: number;
  readonly deviation: number | null;
}

/** The measures of Table 1, in its order. */
export const paperMeasures = ["rouge1", "rouge2", "rougeL", "meteor"] as const;
export type PaperRow = Readonly<Record<(typeof paperMeasures)[number], PaperScore>>;

type Pair = readonly [mean: number, deviation: number | null];

function row(...scores: readonly [Pair, Pair, Pair, Pair]): PaperRow {
  const [rouge1, rouge2, rougeL, meteor] = scores.map(([mean, deviation]) => ({ mean, deviation })) as [
    PaperScore,
    PaperScore,
    PaperScore,
    PaperScore,
  ];
  return { rouge1, rouge2, rougeL, meteor };
}

/** Table 1. On the Song Interpretation sets BART and BART-fusion are quoted from Zhang et al. 2022; NCM Review has no BART. */
export const paperTable1: Readonly<Record<PaperCorpus, Readonly<Partial<Record<Method, PaperRow>>>>> = {
  "si-full": {
    bart: row([44.1, null], [14.0, null], [24.5, null], [22.5, null]),
    "bart-fusion": row([46.1, null], [15.0, null], [25.1, null], [23.0, null]),
    alcap: row([48.2, 0.3], [15.7, 0.1], [26.4, 0.2], [27.8, 0.2]),
  },
  "si-nonnegative": {
    bart: row([44.8, null], [14.9, null], [24.7, null], [22.7, null]),
    "bart-fusion": row([46.7, null], [15.6, null], [25.5, null], [23.4, null]),
    alcap: row([47.7, 0.3], [15.6, 0.1], [26.0, 0.1], [27.7, 0.1]),
  },
  "si-positive": {
    bart: row([41.2, null], [13.0, null], [22.8, null], [22.0, null]),
    "bart-fusion": row([44.3, null], [14.6, null], [24.7, null], [22.6, null]),
    alcap: row([49.8, 0.1], [16.0, 0.1], [27.1, 0.1], [27.7, 0.1]),
  },
  "ncm-review": {
    "bart-fusion": row([18.2, 0.3], [1.9, 0.1], [13.6, 0.1], [10.9, 0.3]),
    alcap: row([20.6, 0.2], [2.6, 0.1], [15.3, 0.3], [11.8, 0.2]),
  },
};

/** Lengths of the list that a listener looks at in Table 2. */
export const paperCutoffs = [5, 10, 20, 30] as const;

/** Precision and recall at each of the cutoffs, percent. */
export interface PaperRetrieval {
  readonly precision: readonly [number, number, number, number];
  readonly recall: readonly [number, number, number, number];
}

/** Queries of Table 2: one sentence each. */
export const paperQueries = 100;

/** Table 2: text-to-music retrieval by 100 queries (section 6.4), percent. */
export const paperTable2: Readonly<Record<PaperCorpus, Readonly<Record<Exclude<Method, "bart">, PaperRetrieval>>>> = {
  "si-full": {
    "bart-fusion": { precision: [3.2, 1.9, 1.2, 0.9], recall: [16.0, 19.0, 24.0, 27.0] },
    alcap: { precision: [3.6, 2.1, 1.2, 1.0], recall: [18.0, 21.0, 24.0, 31.0] },
  },
  "si-nonnegative": {
    "bart-fusion": { precision: [2.2, 2.0, 1.0, 0.7], recall: [11.0, 17.0, 20.0, 23.0] },
    alcap: { precision: [4.2, 2.6, 1.5, 1.1], recall: [21.0, 26.0, 30.0, 32.0] },
  },
  "si-positive": {
    "bart-fusion": { precision: [2.2, 1.2, 0.9, 0.7], recall: [11.0, 12.0, 18.0, 20.0] },
    alcap: { precision: [3.0, 1.6, 1.0, 0.8], recall: [15.0, 16.0, 20.0, 23.0] },
  },
  "ncm-review": {
    "bart-fusion": { precision: [0.2, 0.1, 0.1, 0.1], recall: [1.0, 1.0, 2.0, 2.0] },
    alcap: { precision: [0.2, 0.2, 0.1, 0.1], recall: [1.0, 2.0, 3.0, 4.0] },
  },
};
