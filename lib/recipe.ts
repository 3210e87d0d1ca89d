/**
 * Every number of the method, with its source: the paper (ALCAP, EMNLP 2023) or its released code.
 * Where the two disagree both readings stand here under one field name; a run says which it used.
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
  readonly dropout: number;
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
export interface Alignment {
  /** λ of equation 4. */
  readonly weight: number;
  readonly temperature: number;
  readonly similarity: "cosine" | "dot";
  readonly direction: "music-to-lyrics" | "lyrics-to-music" | "symmetric";
  /** Which positions the mean over the lyrics covers. */
  readonly pooling: "all-positions" | "without-padding";
  /** The alignment reads the encoder's state before this layer (0-based): HuggingFace's `encoder_hidden_states[layer]`. */
  readonly layer: number;
}

/** How music enters the lyrics encoder (paper, equation 2; released `models/modeling_bart.py`). */
export interface Fusion {
  /** Encoder layers (0-based) after which the shared fusion block stands. */
  readonly layers: readonly number[];
  readonly heads: number;
  /** Factor on the attention's output before it is added to the text state. */
  readonly residual: number;
}

export interface CaptionObjective {
  /** Whether padding tokens of the caption are part of the mean. */
  readonly labelPadding: "counted" | "ignored";
}

export interface Recipe {
  readonly fusion: Fusion;
  readonly alignment: Alignment;
  readonly caption: CaptionObjective;
}

/** The paper's text, read literally; what it leaves open follows the released code. */
export const paperRecipe: Recipe = {
  fusion: { layers: [4, 5], heads: 1, residual: 0.1 }, // layers and residual: released code
  alignment: {
    weight: 0.02, // section 6.1
    temperature: 1, // equation 1 has none once restored with an exponential of the product
    similarity: "dot",
    direction: "music-to-lyrics",
    pooling: "without-padding", // "mean aggregation along the sequence length"
    layer: 4, // released code
  },
  caption: { labelPadding: "ignored" }, // equation 3 sums over the caption's own tokens
};

/** The released code's choices. */
export const releasedRecipe: Recipe = {
  fusion: { layers: [4, 5], heads: 1, residual: 0.1 },
  alignment: {
    weight: 0.02,
    temperature: 0.3,
    similarity: "cosine",
    direction: "music-to-lyrics",
    pooling: "all-positions",
    layer: 4,
  },
  caption: { labelPadding: "counted" },
};

/** Training as the paper reports it (section 6.1); the learning rate is lost in the text and is the released default. */
export const paperTraining = {
  batch: 26,
  epochs: 20,
  lyricsTokens: 512,
  captionTokens: 512,
  learningRate: 5e-5,
  seeds: [2020, 2021, 2022],
} as const;

/** λ values of the paper's ablation peak here (section 6.7). */
export const lambdaPeak = 0.02;
