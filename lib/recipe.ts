/**
 * Every number of the method, with its source: the paper (ALCAP, EMNLP 2023) or its released code.
 * Where the two disagree both numbers stand here under one field name; a run says which it used.
 */

/** The text model's sizes, named as in HuggingFace's BART configuration but in words. */
export interface TextShape {
  readonly vocabulary: number;
  readonly width: number;
  readonly encoderLayers: number;
  readonly decoderLayers: number;
  readonly heads: number;
  /** Width of the feed-forward layers. */
  readonly inner: number;
  /** Longest sequence the learned positions reach. */
  readonly positions: number;
  /** Of embeddings and of what each sub-layer adds. */
  readonly dropout: number;
  /** Of attention weights, after their softmax. */
  readonly attentionDropout: number;
  /** Of the feed-forward layers' inner values, after their activation. */
  readonly activationDropout: number;
  /** Standard deviation of fresh weights. */
  readonly initialDeviation: number;
}

/** facebook/bart-base, the paper's text model (section 6.1). */
export const bartBase: TextShape = {
  vocabulary: 50_265,
  width: 768,
  encoderLayers: 6,
  decoderLayers: 6,
  heads: 12,
  inner: 3072,
  positions: 1024,
  dropout: 0.1,
  attentionDropout: 0.1,
  activationDropout: 0.1,
  initialDeviation: 0.02,
};

/** Token ids that BART fixes: `<s>`, `<pad>`, `</s>`; decoding starts from `</s>`. */
export const bartTokens = { bos: 0, pad: 1, eos: 2, decoderStart: 2 } as const;

/** Positions 0 and 1 of BART's learned position table are never used (HuggingFace's BartLearnedPositionalEmbedding). */
export const bartPositionOffset = 2;

/** Mel spectrogram of the music encoder: torchaudio's defaults as the released code calls them. */
export const melRecipe = {
  sampleRate: 16_000, // Hz; paper, section 6.1
  nFft: 512,
  hop: 256,
  mels: 128,
  fMin: 0, // Hz
  fMax: 8_000, // Hz
  floor: 1e-10, // power below which the decibel scale is cut (−100 dB)
} as const;

/** Length of the excerpt that the music encoder hears, in seconds (paper, section 6.1). */
export const excerptSeconds = 15;

/** The music encoder (CNNSA): Won et al. 2019 in the form of the released code. */
export interface MusicShape {
  readonly mels: number;
  /** Channels of the first two convolution blocks; the other five have twice as many, which is also the transformer's width. */
  readonly channels: number;
  readonly heads: number;
  readonly inner: number;
  readonly layers: number;
  readonly tags: number;
}

/** The released music encoder: 128, 128, 256 × 5 channels, two BERT layers of width 256, 50 Million Song Dataset tags. */
export const wonTagger: MusicShape = { mels: 128, channels: 128, heads: 8, inner: 1024, layers: 2, tags: 50 };

/** Strides (frequency, time) of the seven residual blocks; 128 mel bands become 1, 938 frames become 118. */
export const musicStrides = [
  [2, 2],
  [2, 2],
  [2, 2],
  [2, 1],
  [2, 1],
  [2, 1],
  [2, 1],
] as const;

/** Numerical constants of the layers: BART's LayerNorm, BERT's LayerNorm and PyTorch's BatchNorm. */
export const epsilons = { bart: 1e-5, bert: 1e-12, batchNorm: 1e-5 } as const;

/** Share of the old running statistics that PyTorch's BatchNorm replaces at each step. */
export const batchNormMomentum = 0.1;

/** How lyrics and music are aligned (paper, equation 1; released `models/infonce.py` and `trainer.py`). */
export interface Alignment<Loss extends string> {
  /** λ of equation 4. */
  readonly weight: number;
  /** InfoNCE, or another of `loss/alignment.ts`; the released code's is the mean cosine distance of each pair, without negatives. */
  readonly loss: Loss;
  /** Divides InfoNCE's similarities; the positive-pair loss has none. */
  readonly temperature: number;
  /** InfoNCE's similarity; the positive-pair loss always takes the cosine. */
  readonly similarity: "cosine" | "dot";
  /** Who asks in InfoNCE; the positive-pair loss is symmetric. */
  readonly direction: "music-to-lyrics" | "lyrics-to-music" | "symmetric";
  /** What stands for a sequence: the mean over its positions, or its first one (`<s>` and the music encoder's class vector). */
  readonly aggregation: "mean" | "cls";
  /** Which positions the mean over the lyrics covers. */
  readonly pooling: "all-positions" | "without-padding";
  /** The alignment reads the encoder's state before this layer (0-based): HuggingFace's `encoder_hidden_states[layer]`. */
  readonly layer: number;
  /** Epoch (0-based) from which the alignment is part of the loss. */
  readonly startEpoch: number;
  /** Whether a song that stands in a batch twice takes part once, or with each of its rows (then as a false negative). */
  readonly repeatedSongs: "once" | "each-row";
}

/** How music enters the lyrics encoder (paper, equation 2; released `models/modeling_bart.py`). */
export interface Fusion {
  /** Encoder layers (0-based) after which the shared fusion block stands. */
  readonly layers: readonly number[];
  readonly heads: number;
  /** Factor on the attention's output before it is added to the text state. */
  readonly residual: number;
  /** Whether a sigmoid gate, read from attention output and text state, scales the attention's output (released: off). */
  readonly forgetGate: "none" | "sigmoid";
}

export interface CaptionObjective {
  /** Whether padding tokens of the caption are part of the mean. */
  readonly labelPadding: "counted" | "ignored";
}

/** The objective and what it reads: everything that the model's computation depends on beside its sizes. */
export interface Recipe<Loss extends string> {
  readonly fusion: Fusion;
  readonly alignment: Alignment<Loss>;
  readonly caption: CaptionObjective;
}

/** The paper's text, read literally; what it leaves open follows the released code. */
export const paperRecipe: Recipe<"infonce"> = {
  fusion: { layers: [4, 5], heads: 1, residual: 0.1, forgetGate: "none" }, // released code
  alignment: {
    weight: 0.02, // section 6.1
    loss: "infonce",
    temperature: 1, // equation 1 has none once restored with an exponential of the product
    similarity: "dot",
    direction: "music-to-lyrics",
    aggregation: "mean",
    pooling: "without-padding", // "mean aggregation along the sequence length"
    layer: 4, // released code
    startEpoch: 0,
    repeatedSongs: "once", // released code
  },
  caption: { labelPadding: "ignored" }, // equation 3 sums over the caption's own tokens
};

/** The released code's choices. */
export const releasedRecipe: Recipe<"infonce"> = {
  ...paperRecipe,
  alignment: { ...paperRecipe.alignment, temperature: 0.3, similarity: "cosine", pooling: "all-positions" },
  caption: { labelPadding: "counted" },
};

/** AdamW (Loshchilov and Hutter 2019) with a bound on the gradient's norm. */
export interface AdamW {
  readonly name: "adamw";
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled decay, applied to matrices and embeddings, not to biases and norms. */
  readonly weightDecay: number;
  /** Largest global L2 norm of the gradient. */
  readonly clipNorm: number;
}

/** Adafactor (Shazeer and Stern 2018) as HuggingFace implements it, with `relative_step=False` and no first moment. */
export interface Adafactor {
  readonly name: "adafactor";
  /** Added to squared gradients. */
  readonly epsilonSquare: number;
  /** Least scale of a parameter. */
  readonly epsilonScale: number;
  /** Largest root mean square of one tensor's update. */
  readonly clipThreshold: number;
  /** The second moment's decay at step t is `1 − t^decayRate`. */
  readonly decayRate: number;
  /** Whether a step is relative to the parameter's root mean square (HuggingFace's `scale_parameter`). */
  readonly scaleParameter: boolean;
  /** Decoupled decay, applied to every parameter. */
  readonly weightDecay: number;
}

export type Optimiser = AdamW | Adafactor;

/** HuggingFace's defaults of Adafactor, which the released code takes but for `relative_step` and `warmup_init`. */
export const huggingFaceAdafactor: Adafactor = {
  name: "adafactor",
  epsilonSquare: 1e-30,
  epsilonScale: 1e-3,
  clipThreshold: 1,
  decayRate: -0.8,
  scaleParameter: true,
  weightDecay: 0,
};

/** How the paper's models are trained. */
export interface TrainingRecipe {
  readonly optimiser: Optimiser;
  readonly learningRate: number;
  /** PyTorch's StepLR: the rate is multiplied by `factor` every `epochs` epochs where `stepped`. The released code never steps it. */
  readonly schedule: { readonly epochs: number; readonly factor: number; readonly stepped: boolean };
  readonly batch: number;
  readonly epochs: number;
  readonly lyricsTokens: number;
  readonly captionTokens: number;
  /** Which checkpoint is reported. */
  readonly checkpoint: "best-evaluation" | "every-fifth-epoch";
  readonly seeds: readonly number[];
}

/** How captions are written. */
export interface DecodingRecipe {
  readonly beams: number;
  /** Sampling among the likeliest tokens whose probabilities sum to `topP`; null takes the best candidates. */
  readonly topP: number | null;
  /** Sampling sees only so many of the likeliest tokens; 0 is no bound. */
  readonly topK: number;
  readonly lengthPenalty: number;
  readonly earlyStopping: boolean;
  /** Longest caption in tokens, the start token included (HuggingFace's `max_length`). */
  readonly maxLength: number;
  /** No run of so many tokens is written twice; 0 allows all. */
  readonly noRepeatNgram: number;
  /** Whether a caption that reaches the longest length is ended with `</s>`. */
  readonly forcedEos: boolean;
  /** Whether the first token is forced to be `<s>`. */
  readonly forcedBos: boolean;
  /** Settings that may be left out, then as the comment says. */
  readonly minLength?: number; // no caption ends before it has so many tokens, the start token included; 0
  readonly temperature?: number; // divides summed log-probabilities at every sampling step, as HuggingFace's beam sampling does; 1
  readonly minTokensToKeep?: 1 | 2; // least that topK and topP leave a beam; with 1, one beam is plain sampling; 2
  readonly returnSequences?: number; // captions of each song, its best ones; 1
}

/** How captions are scored. */
export interface ScoringRecipe {
  /** ROUGE as recall rewards long captions; HuggingFace's documented measure is the F measure. */
  readonly rouge: "recall" | "f1";
  /** What becomes of the test set's last, smaller batch. */
  readonly lastBatch: "scored" | "dropped";
}

/** Whose account of the method: the paper's, or its released code's. */
export type RecipeSource = "paper" | "released";

/** Every number of the whole method, as the paper says or as its code does. */
export interface MethodRecipe {
  readonly model: Recipe<"infonce">;
  readonly training: TrainingRecipe;
  readonly decoding: DecodingRecipe;
  readonly scoring: ScoringRecipe;
}

const decoding: DecodingRecipe = {
  beams: 4,
  topP: 0.92,
  topK: 50, // HuggingFace's default, which the released call leaves in force
  lengthPenalty: 1,
  earlyStopping: true,
  maxLength: 512,
  noRepeatNgram: 3, // facebook/bart-base's own configuration, which `generate` reads
  forcedEos: true, // the same
  forcedBos: true, // the same
};

/** Training as the paper reports it (section 6.1); the learning rate is lost in the text and is the released default. */
export const paperTraining = {
  optimiser: huggingFaceAdafactor,
  learningRate: 5e-5,
  schedule: { epochs: 10, factor: 0.1, stepped: false },
  batch: 26,
  epochs: 20,
  lyricsTokens: 512,
  captionTokens: 512,
  checkpoint: "best-evaluation",
  seeds: [2020, 2021, 2022],
} as const satisfies TrainingRecipe;

/** Both accounts. Where the paper is silent its side follows the released code. */
export const recipes: Readonly<Record<RecipeSource, MethodRecipe>> = {
  paper: { model: paperRecipe, training: paperTraining, decoding, scoring: { rouge: "f1", lastBatch: "scored" } },
  released: {
    model: releasedRecipe,
    training: { ...paperTraining, checkpoint: "every-fifth-epoch" },
    decoding,
    scoring: { rouge: "recall", lastBatch: "dropped" },
  },
};
