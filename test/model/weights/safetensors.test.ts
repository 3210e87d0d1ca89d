import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type NamedTensor, readSafetensors, writeSafetensors } from "alcap/dist/model/weights";
import fc from "fast-check";
import { memoryOf, mutants, shared, unless } from "../../data/mutate";

const refused = { name: "AlcapError", code: "weights" };

/** A file with any header over any data: what a writer with bad intentions would make. */
function forge(header: unknown, data: Uint8Array, length?: bigint): Uint8Array {
  const text = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(length ?? BigInt(text.length));
  return Buffer.concat([size, text, data]);
}

const tensors = fc
  .tuple(fc.array(fc.nat(3), { maxLength: 4 }), fc.constantFrom("float32", "int32", "bool"), fc.integer())
  .map(([shape, dtype, seed]): NamedTensor => {
    const count = shape.reduce((product, size) => product * size, 1);
    const data =
      dtype === "float32" ? new Float32Array(count) : dtype === "int32" ? new Int32Array(count) : new Uint8Array(count);
    for (let i = 0; i < count; i++) data[i] = dtype === "bool" ? i % 2 : (seed % 997) + i / 8;
    return { dtype: dtype as NamedTensor["dtype"], shape, data };
  });

test("tensors come back as they were written, and the order they are given in does not matter", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), tensors), fc.dictionary(fc.string(), fc.string()), (record, metadata) => {
      const bytes = writeSafetensors(record, metadata);
      const back = readSafetensors(bytes);
      assert.deepEqual({ ...back.metadata }, { ...metadata });
      assert.deepEqual(Object.keys(back.tensors).sort(), Object.keys(record).sort());
      for (const [name, tensor] of Object.entries(record)) assert.deepEqual(back.tensors[name], tensor);
      assert.deepEqual(writeSafetensors(Object.fromEntries(Object.entries(record).reverse()), metadata), bytes);
    }),
    { seed: 5, numRuns: 300 },
  );
});

test("written bytes are the format's, to the byte", () => {
  const bytes = writeSafetensors({
    b: { dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) },
    a: { dtype: "float32", shape: [1], data: Float32Array.of(1) },
  });
  const header = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"BOOL","shape":[2],"data_offsets":[4,6]}}';
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
  assert.deepEqual(Buffer.from(bytes), Buffer.concat([forge(padded, Uint8Array.of(0, 0, 0x80, 0x3f, 1, 0))]));
});

test("half, bfloat16, double and 64-bit integers become float32 and int32 exactly", () => {
  const data = new Uint8Array(8 + 8 + 8 + 16);
  const view = new DataView(data.buffer);
  [0x3c00, 0xc000, 0x0001, 0x7c00].forEach((half, i) => void view.setUint16(2 * i, half, true)); // 1, −2, 2^−24, ∞
  [0x3fc0, 0xc000, 0x0001, 0x7f80].forEach((upper, i) => void view.setUint16(8 + 2 * i, upper, true)); // 1.5, −2, 2^−133, ∞
  view.setFloat64(16, -0.1, true);
  view.setBigInt64(24, -(2n ** 31n), true);
  view.setBigInt64(32, 2n ** 31n - 1n, true);
  const header = {
    h: { dtype: "F16", shape: [4], data_offsets: [0, 8] },
    b: { dtype: "BF16", shape: [2, 2], data_offsets: [8, 16] },
    d: { dtype: "F64", shape: [], data_offsets: [16, 24] },
    l: { dtype: "I64", shape: [2], data_offsets: [24, 40] },
  };
  const { h, b, d, l } = readSafetensors(forge(header, data)).tensors;
  assert.deepEqual(h?.data, Float32Array.of(1, -2, 2 ** -24, Number.POSITIVE_INFINITY));
  assert.deepEqual(b?.data, Float32Array.of(1.5, -2, 2 ** -133, Number.POSITIVE_INFINITY));
  assert.deepEqual(d, { dtype: "float32", shape: [], data: Float32Array.of(-0.1) });
  assert.deepEqual(l, { dtype: "int32", shape: [2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) });
  view.setBigInt64(32, 2n ** 31n, true);
  assert.throws(() => readSafetensors(forge(header, data)), { ...refused, message: /"l" holds 2147483648/ });
});

test("the place of the bytes in memory does not matter", () => {
  const bytes = forge(
    { a: { dtype: "F32", shape: [2], data_offsets: [0, 8] }, b: { dtype: "I32", shape: [1], data_offsets: [8, 12] } },
    Uint8Array.of(0, 0, 128, 63, 0, 0, 0, 192, 7, 0, 0, 0),
  );
  for (let shift = 0; shift < 8; shift++) {
    const moved = Buffer.concat([Buffer.alloc(shift), bytes]).subarray(shift);
    const { a, b } = readSafetensors(moved).tensors;
    assert.deepEqual(a?.data, Float32Array.of(1, -2), `shifted by ${shift}`);
    assert.deepEqual(b?.data, Int32Array.of(7), `shifted by ${shift}`);
  }
});

test("headers that lie are refused, each by what is wrong", () => {
  const one =
    (entry: object, size = 4) =>
    () =>
      readSafetensors(forge({ w: entry }, new Uint8Array(size)), "x.safetensors");
  const f32 = { dtype: "F32", shape: [1], data_offsets: [0, 4] };
  const cases: [() => unknown, RegExp][] = [
    [() => readSafetensors(new Uint8Array(7), "x.safetensors"), /header/],
    [() => readSafetensors(forge({}, new Uint8Array(0), 2n ** 63n), "x.safetensors"), /header that reaches past/],
    [() => readSafetensors(forge({}, new Uint8Array(0), 3n), "x.safetensors"), /header that reaches past/],
    [() => readSafetensors(forge("[1]", new Uint8Array(0)), "x.safetensors"), /not a JSON object/],
    [() => readSafetensors(forge('{"w":', new Uint8Array(0)), "x.safetensors"), /its header is not JSON/],
    [() => readSafetensors(forge('{"w":{},"w":{}}', new Uint8Array(0)), "x.safetensors"), /key that comes twice/],
    [one({ ...f32, dtype: "F8_E4M3" }), /"w" as F8_E4M3/],
    [one({ ...f32, dtype: "constructor" }), /"w" as constructor/],
    [one({ ...f32, dtype: 4 }), /"w" no dtype/],
    [one({ ...f32, shape: [-1] }), /impossible shape/],
    [one({ ...f32, shape: [0.25] }), /impossible shape/],
    [one({ ...f32, shape: [2 ** 40, 2 ** 40] }), /"w" 4 bytes/],
    [one({ ...f32, shape: [2] }), /"w" 4 bytes/],
    [one({ ...f32, data_offsets: [4, 0] }), /"w" -4 bytes/],
    [one({ ...f32, data_offsets: [0] }), /impossible offsets/],
    [one({ ...f32, data_offsets: [0, 2 ** 53] }), /impossible offsets/],
    [one({ ...f32, data_offsets: [4, 8] }, 8), /unclaimed data before/],
    [one(f32, 8), /unclaimed data at its end/],
    [one(f32, 3), /cut short/],
    [
      () => readSafetensors(forge({ a: f32, b: f32 }, new Uint8Array(4)), "x.safetensors"),
      /shared between tensors before the tensor "b"/,
    ],
    [() => readSafetensors(forge({ __metadata__: { a: 1 } }, new Uint8Array(0)), "x.safetensors"), /metadata "a"/],
    [() => readSafetensors(forge({ w: null }, new Uint8Array(0)), "x.safetensors"), /"w" no dtype/],
  ];
  for (const [read, message] of cases)
    assert.throws(
      read,
      (error: Error) => error.name === "AlcapError" && message.test(error.message) && error.message.startsWith("x.safetensors"),
      String(message),
    );
});

test("a tensor called __proto__ changes no prototype", () => {
  const header = '{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"__metadata__":{"__proto__":"x"}}';
  const { tensors: back, metadata } = readSafetensors(forge(header, new Uint8Array(4)));
  assert.deepEqual(Object.keys(back), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(back), null);
  assert.deepEqual(Object.keys(metadata), ["__proto__"]);
  assert.equal(({} as Record<string, unknown>).dtype, undefined);
});

test("a shape and data that disagree cannot be written", () => {
  assert.throws(() => writeSafetensors({ w: { dtype: "float32", shape: [2], data: Float32Array.of(1) } }), { code: "usage" });
});

const reference = shared("reference/alcap-tiny.safetensors");
test("the shared reference is read and written again without a change in any tensor", {
  skip: unless(reference, "../shared/reference is not here"),
}, () => {
  const { tensors: first, metadata } = readSafetensors(readFileSync(reference ?? ""));
  const again = readSafetensors(writeSafetensors(first, metadata)).tensors;
  assert.equal(Object.keys(again).length, 172);
  const digest = ({ data }: NamedTensor) => createHash("sha256").update(data).digest("hex");
  for (const [name, tensor] of Object.entries(first)) {
    assert.deepEqual(again[name]?.shape, tensor.shape);
    assert.equal(digest(again[name] ?? tensor), digest(tensor), name);
  }
});

test("5,000 damaged files: an answer or one error, never more memory than twice the file", () => {
  const small = writeSafetensors(
    {
      weight: { dtype: "float32", shape: [3, 4], data: new Float32Array(12) },
      flags: { dtype: "bool", shape: [3], data: new Uint8Array(3) },
    },
    { format: "pt" },
  );
  const halves = forge(
    { h: { dtype: "F16", shape: [64], data_offsets: [0, 128] }, l: { dtype: "I64", shape: [2], data_offsets: [128, 144] } },
    new Uint8Array(144),
  );
  let read = 0;
  for (const bytes of mutants([small, halves], 5000, "safetensors")) {
    try {
      const memory = memoryOf(Object.values(readSafetensors(bytes).tensors).map(({ data }) => data));
      assert.ok(memory <= 2 * bytes.length, `${memory} bytes out of ${bytes.length}`);
      read++;
    } catch (error) {
      assert.equal((error as Error).name, "AlcapError", String((error as Error).stack));
    }
  }
  assert.ok(read > 0 && read < 5000, `${read} were still readable`);
});
