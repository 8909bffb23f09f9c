// `npm run build` writes dist/, the content of the package. Each program is one file with all its dependencies: it
// starts in half the time of separate modules, and the package has no dependencies to install. The stack deploys
// dist/lambda as it is, with the configuration beside it. The construct uses the CDK of the app that it is part of, and
// no other package.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');
/** Built here and then renamed to `dist`, so that a concurrent reader finds a complete directory, old or new. */
const staging = join(root, `dist.${process.pid}.new`);

/** The licence texts of the packages that the bundles contain: their licences require it. */
function thirdPartyLicences(inputs) {
  const packages = new Set(Object.keys(inputs).flatMap((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  return [...packages].sort().map((path) => {
    const directory = join(root, path);
    const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? licenceText(name, license) : readFileSync(join(directory, file), 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
}

const common = {
  absWorkingDir: root,
  outdir: staging,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  keepNames: true, // for readable stack traces
  metafile: true,
  legalComments: 'none',
};

/** https://spdx.org/licenses/MIT-0.html; it requires no notice. */
const MIT_0 = `MIT No Attribution

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** The licence text for a package that contains none. */
function licenceText(name, license) {
  if (license === 'MIT-0') return MIT_0;
  if (license !== 'Apache-2.0') throw new Error(`${name}: no text for its licence, ${license}`);
  return readFileSync(join(root, 'LICENSE'), 'utf8').trim(); // the same licence
}

const bundles = await Promise.all([
  build({ ...common, entryPoints: [{ in: 'bin/cli.ts', out: 'bin/cli' }] }),
  // The function contains the SDK: a version that was tested, and half the start-up time of the one in the runtime. Node
  // parses the bundle at every cold start, so each kilobyte adds delay; names would be a fifteenth of it.
  build({
    ...common,
    entryPoints: [{ in: 'lambda/handler.ts', out: 'lambda/handler' }],
    mainFields: ['module', 'main'],
    keepNames: false,
    alias: { '@aws-sdk/credential-provider-node': join(root, 'lambda', 'environment-credentials.ts') },
  }),
  build({
    ...common,
    entryPoints: [{ in: 'lib/infra/s3-access-watch.ts', out: 'lib/infra/s3-access-watch' }],
    external: ['aws-cdk-lib', 'constructs'],
  }),
]);
const inputs = Object.assign({}, ...bundles.map(({ metafile }) => metafile.inputs));
writeFileSync(join(staging, 'THIRD-PARTY-LICENCES.txt'), thirdPartyLicences(inputs).join(`\n${'-'.repeat(80)}\n\n`));

const old = join(root, `dist.${process.pid}.old`);
if (existsSync(dist)) renameSync(dist, old);
renameSync(staging, dist);
rmSync(old, { recursive: true, force: true });
