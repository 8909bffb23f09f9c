/*
 * The partitions of AWS: https://docs.aws.amazon.com/general/latest/gr/rande.html
 */

const CONSOLE_HOSTS: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** The first part of an ARN behind `arn:`, by Region. */
export function partitionOfRegion(region: string | null): string {
  if (region?.startsWith('cn-')) return 'aws-cn';
  return region?.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

/** Host of the web console; of a partition that is not known, the one that most accounts use. */
export function consoleHost(partition: string): string {
  return CONSOLE_HOSTS[partition] ?? CONSOLE_HOSTS.aws!;
}
