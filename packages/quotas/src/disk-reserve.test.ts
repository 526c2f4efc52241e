import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { usableBytes, DiskReserve, DiskReserves } from './disk-reserve.js';

const MIB = 2 ** 20;

it('those who ask at once share what is free', async () => {
  let looks = 0;
  const reserve = new DiskReserve(
    () => {
      looks += 1;
      return Promise.resolve(10 * MIB);
    },
    () => 0,
  );
  const answers = await Promise.all([4, 4, 2].map((mebibytes) => reserve.admits(mebibytes * MIB)));
  expect(answers).toEqual([true, true, true]);
  expect(looks).toBe(1);
});

it('a look is good for 64 MiB and a second, and for one piece that is larger', async () => {
  let looks = 0;
  let now = 0;
  const reserve = new DiskReserve(
    () => {
      looks += 1;
      return Promise.resolve(1_000 * MIB);
    },
    () => now,
  );
  expect(await reserve.admits(64 * MIB)).toBe(true);
  expect(await reserve.admits(1)).toBe(true);
  expect(looks).toBe(2);
  now = 1_001;
  expect(await reserve.admits(1)).toBe(true);
  expect(looks).toBe(3);
  expect(await reserve.admits(100 * MIB)).toBe(true);
  expect(await reserve.admits(1_001 * MIB)).toBe(false);
});

it('who writes much leaves something for those who need little', async () => {
  let free = 10 * MIB;
  const reserve = new DiskReserve(() => Promise.resolve(free));
  expect(await reserve.admits(8 * MIB, 2 * MIB)).toBe(true);
  free = 2 * MIB;
  expect(await reserve.admits(1, 2 * MIB)).toBe(false);
  expect(await reserve.admits(MIB)).toBe(true);
});

it('a question that fails does not stop those after it', async () => {
  let fails = true;
  const reserve = new DiskReserve(() =>
    fails ? Promise.reject(new Error('no answer')) : Promise.resolve(MIB),
  );
  await expect(reserve.admits(1)).rejects.toThrow('no answer');
  fails = false;
  expect(await reserve.admits(1)).toBe(true);
});

it('folders of one file system have one reserve', async () => {
  const reserves = new DiskReserves(2 ** 60);
  const one = reserves.of(tmpdir());
  expect(reserves.of(`${tmpdir()}/.`)).toBe(one);
  expect(await one.admits(1)).toBe(false);
});

it.skipIf(process.platform !== 'linux')(
  'takes a file system that does not say how large it is for one with room',
  async () => {
    expect(await usableBytes('/proc', 0)).toBe(Number.MAX_SAFE_INTEGER);
  },
);
