import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import type { IConstruct } from 'constructs';

/**
 * An asset of the files that `fill` puts into a new folder; `use` is called while it can be read. Everybody may read
 * them, whatever files made here are otherwise: https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html
 */
export function withAssetFolder<Result>(
  scope: IConstruct,
  fill: (folder: string) => void,
  use: (code: Code) => Result,
): Result {
  const folder = mkdtempSync(join(tmpdir(), `s3-access-watch-asset-${process.pid}-`));
  try {
    fill(folder);
    for (const file of readdirSync(folder)) chmodSync(join(folder, file), 0o644);
    return use(Code.fromAsset(folder));
  } finally {
    // The CDK has a copy, unless it was told to make none (`--no-staging`).
    if (!scope.node.tryGetContext(DISABLE_ASSET_STAGING_CONTEXT)) rmSync(folder, { recursive: true, force: true });
  }
}
