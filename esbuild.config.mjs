// `npm run build`: dist/, what the package ships. One file a program, with everything in it: half the start-up time
// of separate modules, and nothing to install beside the package.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const dist = join(root, 'dist');

/** The licence texts of the packages that a bundle holds: they ask to be shipped with it. */
function thirdPartyLicences(inputs) {
  const packages = new Set(Object.keys(inputs).flatMap((path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
  return [...packages].sort().map((path) => {
    const directory = join(root, path);
    const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    const file = readdirSync(directory).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? '' : readFileSync(join(directory, file), 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
}

rmSync(dist, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [{ in: 'bin/cli.ts', out: 'bin/cli' }],
  outdir: dist,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minify: true,
  keepNames: true, // stack traces are for people
  metafile: true,
  legalComments: 'none',
});
writeFileSync(
  join(dist, 'THIRD-PARTY-LICENCES.txt'),
  thirdPartyLicences(metafile.inputs).join(`\n${'-'.repeat(80)}\n\n`),
);
