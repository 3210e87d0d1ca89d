import { findOggStream, type OggFormat } from "./compressed/ogg";
import { findMpegFrame } from "./mp3/frames";

/** What a file holds, told from its bytes. */
export type AudioFormat = "wav" | "mp3" | "flac" | OggFormat;

/**
 * Tells the format by content: a wrong extension does not matter, and a text file is no audio whatever its name.
 *
 * @returns undefined when it is none of the formats that are read
 */
export function sniffFormat(bytes: Uint8Array): AudioFormat | undefined {
  const at = id3Length(bytes);
  if (hasText(bytes, 0, "RIFF") && hasText(bytes, 8, "WAVE")) return "wav";
  if (hasText(bytes, at, "fLaC")) return "flac";
  if (hasText(bytes, 0, "OggS")) return findOggStream(bytes)?.format;
  return findMpegFrame(bytes, at) === undefined ? undefined : "mp3";
}

function hasText(bytes: Uint8Array, offset: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[offset + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Bytes of an ID3v2 tag at the start of a file, 0 when there is none. */
export function id3Length(bytes: Uint8Array): number {
  if (!hasText(bytes, 0, "ID3") || bytes.length < 10) return 0;
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(6, 10);
  const footer = (bytes[5] ?? 0) & 0x10 ? 10 : 0;
  return 10 + ((a & 0x7f) << 21) + ((b & 0x7f) << 14) + ((c & 0x7f) << 7) + (d & 0x7f) + footer;
}
