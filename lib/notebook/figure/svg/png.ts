import { zlibSync } from "fflate";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Eight bits a channel, red-green-blue-alpha, no interlace. */
const RGBA_8 = [8, 6, 0, 0, 0];

/**
 * A PNG file. Compressed by a library in JavaScript rather than by Node's zlib, whose bytes change with Node's version.
 *
 * @param pixels red, green, blue, alpha: `[height, width, 4]`, row by row
 */
export function encodePng(width: number, height: number, pixels: Uint8ClampedArray): Uint8Array {
  const stride = width * 4;
  const rows = new Uint8Array((stride + 1) * height); // each row is led by its filter type, 0 = none
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  const header = new Uint8Array([...bigEndian(width), ...bigEndian(height), ...RGBA_8]);
  const chunks = [chunk("IHDR", header), chunk("IDAT", zlibSync(rows, { level: 9 })), chunk("IEND", new Uint8Array(0))];
  return Buffer.concat([Uint8Array.from(SIGNATURE), ...chunks]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  return Buffer.concat([Uint8Array.from(bigEndian(data.length)), body, Uint8Array.from(bigEndian(crc32(body)))]);
}

function bigEndian(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  }
  return ~crc >>> 0;
}
