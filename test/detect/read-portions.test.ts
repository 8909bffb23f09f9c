import { nothingRead, PORTION_RECORDS, readPortions } from '../../lib/detect/read-portions';
import { compileSettings } from '../../lib/detection/compile-settings';
import type { Portion } from '../../lib/detection/observation';
import { createObserver } from '../../lib/detection/observe';
import { DEFAULTS, entry } from '../support/observe-lines';

const COMPILED = compileSettings({ ...DEFAULTS, allowlist: [entry('192.0.2.1')] });

test('a portion is limited in records, wherever the chunks end, so that short lines cannot fill the memory', async () => {
  const line = 'o b [02/Mar/2026:09:00:00 +0000] 203.0.113.7 - - A.B -\n';
  const log = Buffer.from(line.repeat(2 * PORTION_RECORDS + 7));
  for (const chunkBytes of [log.length, 1_000_003]) {
    async function* chunks() {
      for (let at = 0; at < log.length; at += chunkBytes) yield log.subarray(at, at + chunkBytes);
    }
    const observer = createObserver(COMPILED);
    const portions: Portion[] = [];
    for await (const portion of readPortions({ chunks: chunks(), source: 'log', observer, soFar: nothingRead() })) {
      portions.push(portion);
    }
    const requests = portions.map(({ flagged }) => flagged.map(({ tally }) => tally.requests));
    expect(requests).toEqual([[PORTION_RECORDS], [PORTION_RECORDS], [7]]);
  }
});
