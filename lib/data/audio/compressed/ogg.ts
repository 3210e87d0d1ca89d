/** Formats that an Ogg file may carry and that are read. */
export type OggFormat = "ogg-vorbis" | "ogg-opus" | "ogg-flac";

/** One sound stream of an Ogg file. */
export interface OggStream {
  readonly format: OggFormat;
  readonly serial: number;
  /** Whether other streams, such as cover art kept as a film, are interleaved with it. */
  readonly alone: boolean;
}

const HEADER = 27;
const FIRST_PAGE = 2;
const MAGIC: Readonly<Record<OggFormat, string>> = { "ogg-vorbis": "\x01vorbis", "ogg-opus": "OpusHead", "ogg-flac": "\x7fFLAC" };

/** The first sound stream among those that the file's first pages announce. */
export function findOggStream(bytes: Uint8Array): OggStream | undefined {
  let streams = 0;
  let found: { format: OggFormat; serial: number } | undefined;
  for (const { start, end, serial, flags } of oggPages(bytes)) {
    if (!(flags & FIRST_PAGE)) break;
    streams++;
    const packet = start + HEADER + (bytes[start + 26] ?? 0);
    const format = formatOf(bytes.subarray(packet, end));
    if (format && !found) found = { format, serial };
  }
  return found && { ...found, alone: streams === 1 };
}

function formatOf(packet: Uint8Array): OggFormat | undefined {
  if (startsWith(packet, MAGIC["ogg-vorbis"])) return "ogg-vorbis";
  if (startsWith(packet, MAGIC["ogg-opus"])) return "ogg-opus";
  return startsWith(packet, MAGIC["ogg-flac"]) ? "ogg-flac" : undefined;
}

/** The file with the pages of one stream only, which is what the decoders understand. */
export function isolateStream(bytes: Uint8Array, { serial, alone }: OggStream): Uint8Array {
  if (alone) return bytes;
  const kept = [...oggPages(bytes)].filter((page) => page.serial === serial);
  const out = new Uint8Array(kept.reduce((size, { start, end }) => size + end - start, 0));
  let at = 0;
  for (const { start, end } of kept) {
    out.set(bytes.subarray(start, end), at);
    at += end - start;
  }
  return out;
}

interface Page {
  readonly start: number;
  readonly end: number;
  readonly serial: number;
  readonly flags: number;
}

/** Pages one after the other, until the end or the first byte that is no page. */
function* oggPages(bytes: Uint8Array): Generator<Page> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 0; start + HEADER <= bytes.length && startsWith(bytes.subarray(start), "OggS"); ) {
    const table = bytes.subarray(start + HEADER, start + HEADER + (bytes[start + 26] ?? 0));
    const end = Math.min(bytes.length, start + HEADER + table.length + table.reduce((sum, size) => sum + size, 0));
    yield { start, end, serial: view.getUint32(start + 14, true), flags: bytes[start + 5] ?? 0 };
    start = end;
  }
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}
