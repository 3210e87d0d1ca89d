/** Decoded sound. */
export interface Audio {
  /** Hz */
  readonly sampleRate: number;
  /** One array a channel, all of one length, full scale at ±1. */
  readonly channels: readonly Float32Array[];
}

/** Decoded sound that may be a part of a song, with what else is to be known of it: where the part starts and the song's length, in samples. */
export interface Stretch extends Audio {
  readonly whole?: { readonly start: number; readonly length: number };
}
