import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { noGeography } from '../../lib/adapters/geo/geography';
import { scan } from '../../lib/commands/scan';
import { readConfiguration } from '../../lib/config/read-configuration';
import { renderMessage } from '../../lib/render/message';
import { lineOf } from '../support/observe-lines';
import { bytesOf, expectSendable } from '../support/rendered-messages';
import { temporaryFolder } from '../support/run-cli';

const folder = temporaryFolder();
const NETWORKS = 10_000;

test('an incident of 10,000 networks in several waves: all messages are within the limits, and none is lost', async () => {
  const start = Date.parse('2026-03-02T08:00:00Z');
  const lines = Array.from({ length: 2 * NETWORKS }, (_, index) => {
    const network = index % NETWORKS;
    const userAgent = `botnet "${'\\"👍🏽東京'.repeat(4)}" ${network}`;
    const time = start + Math.floor(index / NETWORKS) * 1_800_000 + Math.floor(network / 10) * 1000;
    return lineOf({ remoteIp: `10.${network >> 8}.${network & 255}.7`, userAgent, time });
  });
  const files = [0, 1].map((wave) => {
    const path = join(folder, `2026-03-02-08-${wave}5-00-000000000000000${wave}`);
    writeFileSync(path, `${lines.slice(wave * NETWORKS, (wave + 1) * NETWORKS).join('\n')}\n`);
    return path;
  });
  const values = { allowlist: ['192.0.2.0/24'], newIp: false };
  const { configuration } = readConfiguration({
    layers: [{ source: 'test', values }],
    purpose: 'terminal',
    now: start,
  });
  const startProgress = async () => ({ at() {}, stop() {} });
  const { alerts } = await scan(files, {
    configuration,
    stateFile: null,
    geography: noGeography,
    now: Date.now(),
    startProgress,
  });

  const digests = alerts.map(({ alert }) => alert).filter(({ kind }) => kind === 'digest');
  expect(digests.length).toBeGreaterThan(0);
  const messages = alerts.map(({ alert }) => renderMessage(alert, { slack: true }));
  for (const message of messages) expectSendable(message);
  const sizes = messages.map(bytesOf);
  const [largest] = digests.toSorted((a, b) => b.totals.networks - a.totals.networks);
  process.stdout.write(
    `${NETWORKS} networks twice: ${alerts.length} messages of ${Math.min(...sizes)} to ${Math.max(...sizes)} bytes; ` +
      `the largest digest has ${largest!.totals.networks} networks in ${bytesOf(renderMessage(largest!, { slack: true }))}\n`,
  );
  expect(alerts.reduce((sum, { alert }) => sum + alert.totals.requests, 0)).toBe(2 * NETWORKS);
});
