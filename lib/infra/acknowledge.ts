import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Records why a finding of cdk-nag (`AwsSolutions-S1`) is intended, so that cdk-nag does not report it. */
export function acknowledge(scope: IConstruct, id: string, reason: string): void {
  Validations.of(scope).acknowledge({ id, reason });
}

/** Like `acknowledge`, for a policy resource that ends in `*`: cdk-nag requires the text of each such resource. */
export function acknowledgeWildcard(scope: IConstruct, resourceArn: string, reason: string): void {
  const text = textOf(Stack.of(scope).resolve(resourceArn));
  acknowledge(scope, `AwsSolutions-IAM5[Resource::${text}]`, reason);
}

/** The resource in the notation that cdk-nag uses for values known only at deployment: `<LogicalId.Arn>/*`. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(textOf).join(join[0] as string);
  return `<${String(Ref)}>`;
}
