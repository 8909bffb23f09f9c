import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Says why a finding of cdk-nag (`AwsSolutions-S1`) is as it should be, so that nobody who runs it has to ask again. */
export function acknowledge(scope: IConstruct, id: string, reason: string): void {
  Validations.of(scope).acknowledge({ id, reason });
}

/** The same for a policy's resource that ends in `*`; cdk-nag wants each of them by its text. */
export function acknowledgeWildcard(scope: IConstruct, resourceArn: string, reason: string): void {
  const text = textOf(Stack.of(scope).resolve(resourceArn));
  acknowledge(scope, `AwsSolutions-IAM5[Resource::${text}]`, reason);
}

/** As cdk-nag writes what is only known when it is deployed: `<LogicalId.Arn>/*`. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
  if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  if (Array.isArray(join)) return (join[1] as unknown[]).map(textOf).join(join[0] as string);
  return `<${String(Ref)}>`;
}
