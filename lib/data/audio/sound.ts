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

/** The mean of the channels. */
export function toMono({ channels }: Pick<Audio, "channels">): Float32Array {
  const [first = new Float32Array(0)] = channels;
  if (channels.length === 1) return first;
  const mono = new Float32Array(first.length);
  for (let i = 0; i < mono.length; i++) {
    let sum = 0;
    for (const channel of channels) sum += channel[i]!;
    mono[i] = sum / channels.length;
  }
  return mono;
}
