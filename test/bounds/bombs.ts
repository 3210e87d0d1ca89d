import { deflateRawSync } from "node:zlib";
import { writeZip } from "alcap/dist/files/zip";

// Small files that stand for much: what each unpacks to is said by its name.

function crc(bytes: Uint8Array, width: 8 | 16, polynomial: number): number {
  const top = 1 << (width - 1);
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << (width - 8);
    for (let bit = 0; bit < 8; bit++) sum = (sum & top ? (sum << 1) ^ polynomial : sum << 1) & (2 ** width - 1);
  }
  return sum;
}

/** A frame number as FLAC writes it: like a code point in UTF-8. */
const coded = (n: number) =>
  n < 0x80 ? [n] : n < 0x800 ? [0xc0 | (n >> 6), 0x80 | (n & 63)] : [0xe0 | (n >> 12), 0x80 | ((n >> 6) & 63), 0x80 | (n & 63)];

/** FLAC of frames with 65,535 equal samples each, 16 bytes a frame. */
export function constantFlac(frames: number, channels = 1): Buffer {
  const info = Buffer.alloc(34);
  info.writeUInt16BE(65535, 0);
  info.writeUInt16BE(65535, 2);
  info.writeUInt32BE(((44100 << 12) | ((channels - 1) << 9) | (15 << 4)) >>> 0, 10);
  const parts = [Buffer.from("fLaC\x80\x00\x00\x22", "latin1"), info];
  for (let n = 0; n < frames; n++) {
    const head = Buffer.from([0xff, 0xf8, 0x79, ((channels - 1) << 4) | 0x08, ...coded(n), 0xff, 0xfe]);
    const body = Buffer.concat([
      head,
      Buffer.of(crc(head, 8, 0x07)),
      ...Array.from({ length: channels }, () => Buffer.of(0, 0x01, 0x00)),
    ]);
    const sum = Buffer.alloc(2);
    sum.writeUInt16BE(crc(body, 16, 0x8005));
    parts.push(body, sum);
  }
  return Buffer.concat(parts);
}

let oggTable: Uint32Array | undefined;
function oggSum(bytes: Uint8Array): number {
  oggTable ??= Uint32Array.from({ length: 256 }, (_, n) => {
    let sum = n << 24;
    for (let bit = 0; bit < 8; bit++) sum = sum & 0x80000000 ? (sum << 1) ^ 0x04c11db7 : sum << 1;
    return sum >>> 0;
  });
  let sum = 0;
  for (const byte of bytes) sum = ((sum << 8) ^ oggTable[((sum >>> 24) ^ byte) & 255]!) >>> 0;
  return sum;
}

function oggPage(number: number, flags: number, granule: bigint, packets: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(27 + packets.length);
  head.write("OggS");
  head[5] = flags;
  head.writeBigInt64LE(granule, 6);
  head.writeUInt32LE(1, 14);
  head.writeUInt32LE(number, 18);
  head[26] = packets.length;
  packets.forEach(({ length }, i) => {
    head[27 + i] = length;
  });
  const page = Buffer.concat([head, ...packets]);
  page.writeUInt32LE(oggSum(page), 22);
  return page;
}

/** Opus of packets of one byte, each 120 ms that are not transmitted. */
export function silentOpus(pages: number): Buffer {
  const head = Buffer.from("OpusHead\x01\x02\x00\x00\x80\xbb\x00\x00\x00\x00\x00", "latin1");
  const tags = Buffer.concat([Buffer.from("OpusTags"), Buffer.alloc(8)]);
  const packets = Array.from({ length: 255 }, () => Buffer.of((3 << 3) | 1));
  const sound = Array.from({ length: pages }, (_, n) =>
    oggPage(n + 2, n === pages - 1 ? 4 : 0, BigInt((n + 1) * 255 * 5760), packets),
  );
  return Buffer.concat([oggPage(0, 2, 0n, [head]), oggPage(1, 0, 0n, [tags]), ...sound]);
}

/** The head of a WAV file of 16-bit stereo at 44.1 kHz, for so many bytes of sound. */
export function wavHead(bytes: number): Buffer {
  const head = Buffer.alloc(44);
  head.write("RIFF");
  head.write("WAVEfmt ", 8);
  for (const [value, at] of [
    [16, 16],
    [44100, 24],
    [176400, 28],
    [bytes, 40],
  ] as const)
    head.writeUInt32LE(value, at);
  for (const [value, at] of [
    [1, 20],
    [2, 22],
    [4, 32],
    [16, 34],
  ] as const)
    head.writeUInt16LE(value, at);
  head.write("data", 36);
  return head;
}

/** An archive whose one array is so many MiB of zeros. */
export function packedZeros(mebibytes: number): Buffer {
  const count = (mebibytes << 20) / 4;
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${count},), }`.padEnd(117);
  const npy = Buffer.alloc(128 + 4 * count);
  npy.write("\x93NUMPY\x01\x00\x76\x00", "latin1");
  npy.write(`${header}\n`, 10, "latin1");
  const packed = deflateRawSync(npy);
  const stored = Buffer.from(writeZip(new Map([["a.npy", packed]]))); // then the records are made to say: packed
  const central = stored.lastIndexOf(Buffer.from("PK\x01\x02", "latin1"));
  stored.writeUInt16LE(8, 8);
  stored.writeUInt16LE(8, central + 10);
  stored.writeUInt32LE(npy.length, 22);
  stored.writeUInt32LE(npy.length, central + 24);
  return stored;
}

/** Safetensors whose header is `{"a":` and then one character over and over. */
export function deepHeader(bytes: number, unit = "["): Buffer {
  const file = Buffer.alloc(8 + bytes, unit);
  file.writeBigUInt64LE(BigInt(bytes));
  file.write('{"a":', 8);
  return file;
}

/** torch's legacy beginning, then one opcode over and over; `start` comes once before them. */
export function repeatedOpcode(opcode: string, count: number, start = ""): Buffer {
  const head = Buffer.from("80028a0a6cfc9c46f9206aa850192e80024de9032e80027d2e", "hex");
  return Buffer.concat([
    head,
    Buffer.from(`\x80\x02${start}`, "latin1"),
    Buffer.alloc(count, opcode, "latin1"),
    Buffer.from("."),
  ]);
}

/** A legacy file whose object is an integer of 255 bytes. */
export const wideInteger = (): Buffer => repeatedOpcode("\x7f", 255, "\x8a\xff");
