import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { type NpyArray, readNpy, readNpz, writeNpy, writeNpz } from "alcap/dist/files/npz";
import { openZip, writeZip } from "alcap/dist/files/zip";
import fc from "fast-check";
import { memoryOf, mutants, tryRun, unless } from "../data/mutate";

const python = "/usr/bin/python3";
const numpy = unless(tryRun(python, ["-c", "import numpy"]) !== undefined, "Debian's python3-numpy is not installed");
const damaged = { name: "AlcapError", code: "data" };

const arrays = fc
  .tuple(fc.array(fc.nat(4), { maxLength: 3 }), fc.constantFrom(Float32Array, Float64Array, Int32Array), fc.integer())
  .map(([shape, Kind, seed]): NpyArray => {
    const data = new Kind(shape.reduce((product, size) => product * size, 1));
    for (let i = 0; i < data.length; i++) data[i] = ((seed % 1000) + i) / 4;
    return { shape, data };
  });

test("arrays come back as they were written, and the same arrays give the same bytes", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), arrays), (record) => {
      const bytes = writeNpz(record);
      const back = readNpz(bytes);
      assert.deepEqual(Object.keys(back).sort(), Object.keys(record).sort());
      for (const [key, { data, shape }] of Object.entries(record)) assert.deepEqual(back[key], { data, shape });
      assert.deepEqual(writeNpz(back), writeNpz(back));
    }),
    { seed: 3, numRuns: 200 },
  );
});

test("an array called __proto__ is only an array", () => {
  const record: Record<string, NpyArray> = Object.create(null);
  Object.assign(record, JSON.parse('{"__proto__": null}'));
  for (const key of Object.keys(record)) record[key] = { data: Float32Array.of(1), shape: [1] };
  const back = readNpz(writeNpz(record));
  assert.deepEqual(Object.keys(back), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(back), null);
  assert.equal(({} as Record<string, unknown>).data, undefined);
});

test("numpy reads ours, and ours reads numpy's, stored and compressed", { skip: numpy }, () => {
  const dir = mkdtempSync(path.join(tmpdir(), "alcap-npz-"));
  writeFileSync(
    path.join(dir, "ours.npz"),
    writeNpz({ a: { data: Float32Array.of(1.5, -2, 3, 4, 5, 6), shape: [2, 3] }, s: { data: Int32Array.of(7), shape: [] } }),
  );
  const script = `
import numpy, sys
d = sys.argv[1]
z = numpy.load(d + '/ours.npz')
assert z['a'].dtype == '<f4' and z['a'].tolist() == [[1.5, -2, 3], [4, 5, 6]] and z['s'].shape == () and z['s'] == 7
both = dict(a=numpy.arange(6, dtype='<f4').reshape(2, 3), d=numpy.array([0.1]), i=numpy.array([[-5]], dtype='<i4'), l=numpy.array([2**40, -1]), e=numpy.zeros((0, 4)))
numpy.savez(d + '/stored.npz', **both)
numpy.savez_compressed(d + '/packed.npz', **both)
numpy.savez(d + '/fortran.npz', a=numpy.asfortranarray(both['a']))
numpy.savez(d + '/half.npz', a=both['a'].astype('f2'))
numpy.savez(d + '/object.npz', a=numpy.array([{}], dtype=object))
numpy.savez_compressed(d + '/silence.npz', a=numpy.zeros(240000, dtype='<f4'))
`;
  assert.notEqual(tryRun(python, ["-c", script, dir]), undefined, "numpy read our file");
  for (const file of ["stored.npz", "packed.npz"]) {
    const { a, d, i, l, e } = readNpz(readFileSync(path.join(dir, file)), file);
    assert.deepEqual(a, { data: Float32Array.of(0, 1, 2, 3, 4, 5), shape: [2, 3] });
    assert.deepEqual(d, { data: Float64Array.of(0.1), shape: [1] });
    assert.deepEqual(i, { data: Int32Array.of(-5), shape: [1, 1] });
    assert.deepEqual(l, { data: Float64Array.of(2 ** 40, -1), shape: [2] });
    assert.deepEqual(e, { data: new Float64Array(0), shape: [0, 4] });
  }
  assert.equal(readNpz(readFileSync(path.join(dir, "silence.npz"))).a?.data.length, 240000);
  const refuse = (file: string) => () => readNpz(readFileSync(path.join(dir, file)), file);
  assert.throws(refuse("fortran.npz"), { ...damaged, message: /fortran.npz is in Fortran order.*ascontiguousarray/ });
  assert.throws(refuse("half.npz"), { ...damaged, message: /"<f2"/ });
  assert.throws(refuse("object.npz"), { ...damaged, message: /"\|O"/ });
});

test("headers that lie are refused before anything is allocated", () => {
  const good = writeNpy({ data: Float32Array.of(1, 2), shape: [2] });
  const lie = (from: string, to: string) =>
    Buffer.from(Buffer.from(good).toString("latin1").replace(from.padEnd(to.length), to), "latin1");
  assert.throws(() => readNpy(lie("(2,), }            ", "(2000000000000,), }")), {
    ...damaged,
    message: /8 bytes of data instead of/,
  });
  assert.throws(() => readNpy(lie("(2,), }     ", "(2, -1,), } ")), damaged);
  assert.throws(() => readNpy(lie("'<f4'", "'>f4'")), { ...damaged, message: /">f4"/ });
  assert.throws(() => readNpy(good.subarray(0, 9)), { ...damaged, message: /not a numpy array/ });
  assert.throws(() => readNpy(good.subarray(0, good.length - 1)), damaged);
  assert.throws(() => writeNpy({ data: Float32Array.of(1), shape: [2] }), { name: "AlcapError", code: "usage" });
});

test("a zip's names are keys, never paths, and its sizes are checked", () => {
  const entries = new Map([["../../escape.npy", writeNpy({ data: Float32Array.of(1), shape: [1] })]]);
  assert.deepEqual(Object.keys(readNpz(writeZip(entries))), ["../../escape"]);
  const bomb = Buffer.from(writeZip(new Map([["a.npy", new Uint8Array(4)]])));
  const directory = bomb.indexOf("PK\x01\x02", 0, "latin1");
  bomb.writeUInt16LE(8, directory + 10); // deflated
  bomb.writeUInt32LE(40 << 20, directory + 24); // to 40 MiB
  assert.throws(() => readNpz(bomb), { ...damaged, message: /impossible size/ });
  const twice = Buffer.from(
    writeZip(
      new Map([
        ["a.npy", new Uint8Array(4)],
        ["b.npy", new Uint8Array(4)],
      ]),
    ),
  );
  twice.write("a", twice.lastIndexOf("b.npy"));
  assert.throws(() => readNpz(twice), { ...damaged, message: /two entries named "a.npy"/ });
  const overlapping = Buffer.from(
    writeZip(
      new Map([
        ["a.npy", new Uint8Array(400)],
        ["b.npy", new Uint8Array(400)],
      ]),
    ),
  );
  const second = overlapping.lastIndexOf("PK\x01\x02", undefined, "latin1");
  overlapping.writeUInt32LE(900, second + 20);
  assert.throws(() => readNpz(overlapping), { ...damaged, message: /lie over each other/ });
  const corrupt = Buffer.from(writeNpz({ a: { data: Float32Array.of(1, 2), shape: [2] } }));
  corrupt[corrupt.indexOf("PK\x01\x02", 0, "latin1") - 1]! ^= 1; // the last byte of the data
  assert.throws(() => readNpz(corrupt), { ...damaged, message: /damaged entry/ });
});

test("5,000 damaged archives: an answer or one error, never more memory than twice the file", () => {
  const packed = tryRun(python, ["-c", "import numpy,sys;numpy.savez_compressed(sys.stdout.buffer,a=numpy.arange(50.))"]);
  const dir = mkdtempSync(path.join(tmpdir(), "alcap-npz-"));
  const seeds = [
    writeNpz({
      a: { data: Float32Array.from({ length: 60 }, (_, i) => i), shape: [5, 12] },
      b: { data: Int32Array.of(1, 2), shape: [2] },
    }),
  ];
  if (packed !== undefined) {
    tryRun(python, ["-c", "import numpy,sys;numpy.savez_compressed(sys.argv[1],a=numpy.arange(50.))", path.join(dir, "p.npz")]);
    seeds.push(readFileSync(path.join(dir, "p.npz")));
  }
  let read = 0;
  for (const bytes of mutants(seeds, 5000, "npz")) {
    try {
      const back = readNpz(bytes);
      const memory = memoryOf(Object.values(back).map(({ data }) => data));
      assert.ok(memory <= 2 * bytes.length, `${memory} bytes out of ${bytes.length}`);
      read++;
    } catch (error) {
      assert.equal((error as Error).name, "AlcapError", String((error as Error).stack));
    }
  }
  assert.ok(read > 0 && read < 5000, `${read} were still readable`);
});

test("zip64 archives are read", { skip: numpy }, () => {
  const dir = mkdtempSync(path.join(tmpdir(), "alcap-zip-"));
  const script =
    "import zipfile,sys\nwith zipfile.ZipFile(sys.argv[1],'w') as z:\n with z.open('x','w',force_zip64=True) as f: f.write(b'hello')";
  assert.notEqual(tryRun(python, ["-c", script, path.join(dir, "z")]), undefined);
  const archive = openZip(readFileSync(path.join(dir, "z")), { name: "z", code: "data", checksums: true, packed: true });
  assert.equal(new TextDecoder().decode(archive.read("x")), "hello");
});
