import type { Stored, Version } from '../../lib/ports';
import { type Change, updateStored } from '../../lib/state/update-stored';

/** An item that other runs write this number of times, each time right before it is put. */
function itemWrittenByOthers(times: number) {
  let stored: Stored<number> | null = { value: 1, version: '1' };
  let left = times;
  const seen: (number | null)[] = [];
  return {
    item: {
      read: async () => stored,
      async put(value: number, replaces: Version | null) {
        if (left-- > 0) stored = { value: stored!.value * 10, version: `other ${left}` };
        if (stored!.version !== replaces) return null;
        stored = { value, version: 'ours' };
        return stored.version;
      },
    },
    asRead: stored,
    seen,
    /** Adds one, and returns the value that was written. */
    addOne(before: Stored<number> | null): Change<number, Stored<number>> {
      seen.push(before?.value ?? null);
      return { put: before!.value + 1, written: (written) => written };
    },
    stored: () => stored,
  };
}

test('what was read decides, and is written', async () => {
  const { item, asRead, addOne, seen } = itemWrittenByOthers(0);
  expect(await updateStored(item, asRead, addOne)).toEqual({ value: 2, version: 'ours' });
  expect(seen).toEqual([1]);
});

test('after another writer, what that one wrote decides', async () => {
  const { item, asRead, addOne, seen } = itemWrittenByOthers(2);
  expect(await updateStored(item, asRead, addOne)).toEqual({ value: 101, version: 'ours' });
  expect(seen).toEqual([1, 10, 100]);
});

test('what is kept is not written', async () => {
  const { item, asRead, stored } = itemWrittenByOthers(0);
  expect(await updateStored(item, asRead, async () => ({ keep: 'as it is' }))).toBe('as it is');
  expect(stored()).toBe(asRead);
});

test('after as many attempts as there may be, it is left to the others', async () => {
  const { item, asRead, addOne, seen } = itemWrittenByOthers(9);
  expect(await updateStored(item, asRead, addOne, 3)).toBeNull();
  expect(seen).toEqual([1, 10, 100]);
});
