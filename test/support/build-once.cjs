const { execFileSync } = require('node:child_process');
const { join } = require('node:path');
const { build } = require('esbuild');

const ROOT = join(__dirname, '..', '..');

/** Builds the shipped command, the function, and the bundle with which tests synthesize a stack. */
module.exports = async () => {
  execFileSync(process.execPath, ['esbuild.config.mjs'], { cwd: ROOT, stdio: 'inherit' });
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['test/support/make-assembly.ts'],
    outfile: 'test/.built/make-assembly.cjs',
    bundle: true,
    platform: 'node',
    target: 'node20',
    external: ['aws-cdk-lib', 'constructs'],
    logLevel: 'error',
  });
};
