import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { writeZip } from "alcap/dist/files/zip";
import { type NamedTensor, readTorch } from "alcap/dist/model/weights";
import { fixture, memoryOf, mutants, shared, tryRun, unless } from "../../data/mutate";

const refused = { name: "AlcapError", code: "weights" };
const python = "/usr/bin/python3";
const noTorch = unless(tryRun(python, ["-c", "import torch"]) !== undefined, "Debian's python3-torch is not installed");

/** What the fixtures hold; made with torch 1.13 from a dictionary with an epoch, a rate, a name and a state_dict. */
const EXPECTED: Readonly<Record<string, NamedTensor>> = {
  weight: { dtype: "float32", shape: [2, 3], data: Float32Array.of(1, -2, 0.5, 4, 0.25, -8) },
  bias: { dtype: "float32", shape: [2], data: Float32Array.of(0.125, -1) },
  permuted: {
    dtype: "float32",
    shape: [4, 2, 3],
    data: Float32Array.from({ length: 24 }, (_, i) => Math.floor(i / 6) + 4 * (i % 6)),
  },
  row: { dtype: "float32", shape: [3, 4], data: Float32Array.from({ length: 12 }, (_, i) => 12 + i) },
  half: { dtype: "float32", shape: [3], data: Float32Array.of(1.5, -65504, 2 ** -24) },
  bfloat: { dtype: "float32", shape: [3], data: Float32Array.of(1.5, -(2 ** 127) * 1.765625, 2 ** -133) },
  double: { dtype: "float32", shape: [1], data: Float32Array.of(0.1) },
  batches: { dtype: "int32", shape: [], data: Int32Array.of(7) },
  steps: { dtype: "int32", shape: [2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
  flags: { dtype: "bool", shape: [2], data: Uint8Array.of(1, 0) },
  int: { dtype: "int32", shape: [2], data: Int32Array.of(3, -4) },
  parameter: { dtype: "float32", shape: [2], data: Float32Array.of(1, 1) },
  empty: { dtype: "float32", shape: [0, 3], data: new Float32Array(0) },
};

for (const file of ["zip.pth", "legacy.pth"])
  test(`${file}: every tensor of a training checkpoint`, () => {
    const tensors = readTorch(readFileSync(fixture("weights", file)), file);
    assert.equal(Object.getPrototypeOf(tensors), null);
    assert.deepEqual(Object.keys(tensors), Object.keys(EXPECTED));
    for (const [name, tensor] of Object.entries(EXPECTED))
      assert.deepEqual({ ...tensors[name], data: tensors[name]?.data.slice() }, tensor, name);
  });

/** Same names, types, shapes and bytes. */
function assertSame(a: Record<string, NamedTensor>, b: Record<string, NamedTensor>): void {
  assert.deepEqual(Object.keys(a), Object.keys(b));
  for (const [name, { dtype, shape, data }] of Object.entries(a)) {
    assert.deepEqual([b[name]?.dtype, b[name]?.shape], [dtype, shape]);
    assert.equal(Buffer.compare(bytesOf(data), bytesOf(b[name]?.data ?? data)), 0, name);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

const tagger = shared("reference/cnnsa-tiny.pth");
test("the shared tagger converted to the legacy format loads identically", {
  skip: unless(tagger, "../shared/reference is not here") || noTorch,
}, () => {
  const legacy = path.join(mkdtempSync(path.join(tmpdir(), "alcap-torch-")), "legacy.pth");
  const script = "import sys,torch;torch.save(torch.load(sys.argv[1]),sys.argv[2],_use_new_zipfile_serialization=False)";
  assert.notEqual(tryRun(python, ["-c", script, tagger ?? "", legacy]), undefined);
  const zip = readTorch(readFileSync(tagger ?? ""));
  assert.ok(Object.keys(zip).length > 90);
  assertSame(zip, readTorch(readFileSync(legacy)));
});

// Hand-made pickles. Opcodes: c global, R reduce, ( mark, t tuple, ) empty tuple, X text, . stop.
const text = (value: string) => {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([Buffer.from("X"), length, bytes]);
};
const pickle = (...parts: (string | Buffer)[]) =>
  Buffer.concat([
    Buffer.from([0x80, 2]),
    ...parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)),
    Buffer.from("."),
  ]);
const inZip = (data: Uint8Array, storages: Record<string, Uint8Array> = {}) =>
  writeZip(
    new Map([
      ["archive/data.pkl", data],
      ...Object.entries(storages).map(([key, bytes]): [string, Uint8Array] => [`archive/data/${key}`, bytes]),
    ]),
  );
/** Magic number, version 1001, an empty record of the machine; then the object. */
const legacyOf = (data: Uint8Array) =>
  Buffer.concat([Buffer.from("80028a0a6cfc9c46f9206aa850192e80024de9032e80027d2e", "hex"), data]);
const ATTACKS: readonly [what: string, refusedName: string, bytes: Buffer][] = [
  ["os.system", "os.system", pickle("cos\nsystem\n(", text("true"), "tR")],
  ["posix.system", "posix.system", pickle("cposix\nsystem\n(", text("true"), "tR")],
  ["builtins.eval", "builtins.eval", pickle("cbuiltins\neval\n(", text("1"), "tR")],
  ["Python 2's eval", "__builtin__.eval", pickle("c__builtin__\neval\n(", text("1"), "tR")],
  ["a getattr chain", "builtins.getattr", pickle("cbuiltins\ngetattr\n(cos\n__dict__\n", text("system"), "tR")],
  [
    "getattr on an allowed class",
    "builtins.getattr",
    pickle("cbuiltins\ngetattr\n(ccollections\nOrderedDict\n", text("__init__"), "tR"),
  ],
  [
    "subprocess through the stack",
    "subprocess.Popen",
    pickle(Buffer.from([0x8c, 10]), "subprocess", Buffer.from([0x8c, 5]), "Popen", Buffer.from([0x93])),
  ],
  ["torch's own loader", "torch.load", pickle("ctorch\nload\n(", text("x"), "tR")],
  ["a dotted name under torch", "torch.storage.os.FloatStorage", pickle("ctorch.storage.os\nFloatStorage\n")],
  ["a whole module", "torch.nn.modules.linear.Linear", pickle("ctorch.nn.modules.linear\nLinear\n)\x81")],
  ["an instance by INST", "opcode 0x69", pickle("ios\nsystem\n")],
  ["an instance by NEWOBJ", "opcode 0x81", pickle("ccollections\nOrderedDict\n)\x81")],
  ["an extension code", "opcode 0x82", pickle("\x82\x01")],
  ["state on a function", "state on an object", pickle("ccollections\nOrderedDict\n}b")],
];

for (const [what, name, bytes] of ATTACKS)
  test(`${what} is refused by name`, () => {
    for (const file of [inZip(bytes), legacyOf(bytes)])
      assert.throws(
        () => readTorch(file, "evil.pth"),
        (error: Error) => error.name === "AlcapError" && error.message.startsWith("evil.pth") && error.message.includes(name),
      );
  });

test("a pickle that Python runs is not run here", { skip: unless(existsSync(python), "Python is not installed") }, () => {
  const dir = mkdtempSync(path.join(tmpdir(), "alcap-attack-"));
  const marker = path.join(dir, "ran");
  const attack = pickle("cos\nsystem\n(", text(`touch ${marker}`), "tR");
  for (const file of [inZip(attack), legacyOf(attack)])
    assert.throws(() => readTorch(file), { ...refused, message: /os\.system/ });
  assert.ok(!existsSync(marker));
  writeFileSync(path.join(dir, "attack.pkl"), attack);
  tryRun(python, ["-c", "import pickle,sys;pickle.load(open(sys.argv[1],'rb'))", path.join(dir, "attack.pkl")]);
  assert.ok(existsSync(marker), "the attack is a real one");
});

/** A small integer. */
const int = (value: number) => {
  const bytes = Buffer.alloc(5, "J");
  bytes.writeInt32LE(value, 1);
  return bytes;
};
const tuple = (...items: (string | Buffer)[]) =>
  Buffer.concat([
    Buffer.from("("),
    ...items.map((item) => (typeof item === "string" ? Buffer.from(item, "latin1") : item)),
    Buffer.from("t"),
  ]);
const storage = (count: number, type = "FloatStorage", key = "0") =>
  Buffer.concat([tuple(text("storage"), `ctorch\n${type}\n`, text(key), text("cpu"), int(count)), Buffer.from("Q")]);
const tensor = (from: Buffer, offset: number, shape: readonly number[], strides: readonly number[]) =>
  Buffer.concat([
    Buffer.from("ctorch._utils\n_rebuild_tensor_v2\n"),
    tuple(from, int(offset), tuple(...shape.map(int)), tuple(...strides.map(int)), "\x89", "}"),
    Buffer.from("R"),
  ]);
const dict = (...pairs: [string, Buffer][]) => pickle("}(", ...pairs.flatMap(([key, value]) => [text(key), value]), "u");

test("tensors that reach past their storage or lie about it are refused", () => {
  const eight = { "0": new Uint8Array(32) };
  assert.deepEqual(readTorch(inZip(dict(["w", tensor(storage(8), 2, [2, 3], [3, 1])]), eight)).w?.shape, [2, 3]);
  const cases: [Buffer, RegExp][] = [
    [tensor(storage(8), 3, [2, 3], [3, 1]), /"w" reach past its storage/],
    [tensor(storage(8), 0, [2, 3], [7, 1]), /"w" reach past its storage/],
    [tensor(storage(8), -1, [2, 3], [3, 1]), /in a way torch does not/],
    [tensor(storage(8), 0, [2, 3], [-3, 1]), /in a way torch does not/],
    [tensor(storage(8), 0, [2, 3], [1]), /in a way torch does not/],
    [tensor(storage(9), 0, [2], [1]), /32 bytes for the storage "0" instead of 36/],
    [tensor(storage(8, "QInt8Storage"), 0, [2], [1]), /QInt8Storage/],
    [tensor(storage(8, "FloatStorage", "../../etc/passwd"), 0, [2], [1]), /no entry "archive\/data\/..\/..\/etc\/passwd"/],
    [tensor(storage(8), 0, [30000, 30000], [0, 0]), /larger than the file/],
    [storage(8), /bare storage at "w"/],
  ];
  for (const [value, message] of cases) assert.throws(() => readTorch(inZip(dict(["w", value]), eight)), { ...refused, message });
});

test("files that refer to their own parts over and over end in an error, not in memory", () => {
  // l0 = [0, 0]; l1 = [l0, l0]; …: 2^40 leaves in a few hundred bytes.
  const doubling = Array.from({ length: 40 }, (_, i) => [
    `](h${String.fromCharCode(i)}h${String.fromCharCode(i)}eq${String.fromCharCode(i + 1)}`,
  ]).flat();
  assert.throws(() => readTorch(inZip(pickle("]q\x00", ...doubling))), { ...refused, message: /too deeply/ });
  assert.throws(() => readTorch(inZip(pickle("]q\x00h\x00a"))), { ...refused, message: /too deeply/ }); // a list in itself
  const views = Array.from({ length: 200 }, (_, i): [string, Buffer] => [`v${i}`, tensor(storage(5000), 1, [70, 70], [1, 71])]);
  assert.throws(() => readTorch(inZip(dict(...views), { "0": new Uint8Array(20000) })), {
    ...refused,
    message: /larger than the file/,
  });
});

test("a tensor called __proto__ changes no prototype", () => {
  const back = readTorch(inZip(dict(["__proto__", tensor(storage(1), 0, [1], [1])]), { "0": new Uint8Array(4) }));
  assert.deepEqual(Object.keys(back), ["__proto__"]);
  assert.equal(({} as Record<string, unknown>).dtype, undefined);
});

test("other things called .pth are refused in one line", () => {
  assert.throws(() => readTorch(Buffer.from("<!DOCTYPE html><title>Sign in</title>"), "x.pth"), {
    ...refused,
    message: /^x.pth is not a torch weight file/,
  });
  assert.throws(() => readTorch(new Uint8Array(0)), { ...refused });
  assert.throws(() => readTorch(writeZip(new Map([["a/b.txt", new Uint8Array(1)]]))), {
    ...refused,
    message: /without torch's data.pkl/,
  });
  const script = new Map([
    ["m/data.pkl", pickle("}")],
    ["m/constants.pkl", pickle("}")],
  ]);
  assert.throws(() => readTorch(writeZip(script)), { ...refused, message: /TorchScript/ });
  const big = new Map([
    ["m/data.pkl", pickle("}")],
    ["m/byteorder", Buffer.from("big")],
  ]);
  assert.throws(() => readTorch(writeZip(big)), { ...refused, message: /big-endian/ });
  for (const file of ["zip.pth", "legacy.pth"]) {
    const whole = readFileSync(fixture("weights", file));
    for (let size = 0; size < whole.length; size += 13)
      assert.throws(() => readTorch(whole.subarray(0, size)), refused, `${file} cut to ${size}`);
  }
});

test("5,000 damaged files: an answer or one error, never more memory than twice the file", () => {
  let read = 0;
  const seeds = ["zip.pth", "legacy.pth"].map((file) => readFileSync(fixture("weights", file)));
  for (const bytes of mutants(seeds, 5000, "torch")) {
    try {
      const memory = memoryOf(Object.values(readTorch(bytes)).map(({ data }) => data));
      assert.ok(memory <= 3 * bytes.length, `${memory} bytes out of ${bytes.length}`); // the file's own, and twice it in copies
      read++;
    } catch (error) {
      assert.equal((error as Error).name, "AlcapError", String((error as Error).stack));
    }
  }
  assert.ok(read > 0 && read < 5000, `${read} were still readable`);
});
