// `npm run build`: dist/, what the package ships. One file a program, with everything in it: half the start-up time
// of separate modules, and nothing to install beside the package. The stack deploys lambda/ as it is, with the
// configuration beside it; the construct needs the CDK of the app that it is put into, and no other package.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');
/** It is made beside and then put in place: whoever reads `dist` meanwhile finds the old one or the new one. */
const made = join(root, `dist.${process.pid}.new`);

/** The licence texts of the packages that a bundle holds: they ask to be shipped with it. */
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
  outdir: made,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  keepNames: true, // stack traces are for people
  metafile: true,
  legalComments: 'none',
};

/** https://spdx.org/licenses/MIT-0.html; it asks for no notice. */
const MIT_0 = `MIT No Attribution

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** Of a package that ships no text of its own. */
function licenceText(name, license) {
  if (license === 'MIT-0') return MIT_0;
  if (license !== 'Apache-2.0') throw new Error(`${name}: no text of its licence, ${license}`);
  return readFileSync(join(root, 'LICENSE'), 'utf8').trim(); // the same licence
}

const bundles = await Promise.all([
  build({ ...common, entryPoints: [{ in: 'bin/cli.ts', out: 'bin/cli' }] }),
  // The function, with the SDK: a version that was tested, and half the start-up time of the one that Lambda brings. It
  // is parsed at every cold start, so each kilobyte is waited for: names are a fifteenth of it.
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
writeFileSync(join(made, 'THIRD-PARTY-LICENCES.txt'), thirdPartyLicences(inputs).join(`\n${'-'.repeat(80)}\n\n`));

const old = join(root, `dist.${process.pid}.old`);
if (existsSync(dist)) renameSync(dist, old);
renameSync(made, dist);
rmSync(old, { recursive: true, force: true });
