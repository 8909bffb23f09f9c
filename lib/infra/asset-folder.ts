import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import type { IConstruct } from 'constructs';

/**
 * Creates an asset of the files that `fill` writes into a new folder, and calls `use` while the folder exists. All
 * users get read permission, whatever the umask is, because Lambda requires it:
 * https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html
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
    // The CDK has its own copy, unless staging is off (`--no-staging`).
    if (!scope.node.tryGetContext(DISABLE_ASSET_STAGING_CONTEXT)) rmSync(folder, { recursive: true, force: true });
  }
}
