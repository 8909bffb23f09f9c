import { ACCOUNT, type Client, REGION } from './log-line';

const PARTNER_ACCOUNT = '444455556666';

const user = (name: string): string => `arn:aws:iam::${ACCOUNT}:user/${name}`;
const session = (role: string, name: string, account = ACCOUNT): string =>
  `arn:aws:sts::${account}:assumed-role/${role}/${name}`;

const FIREFOX = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:135.0) Gecko/20100101 Firefox/135.0';
const SPARK =
  'Hadoop 3.4.1, aws-sdk-java/2.25.53 Linux/6.1.127 OpenJDK_64-Bit_Server_VM/17.0.14 scala/2.12.18 io/async';
const boto3 = (os: string): string => `Boto3/1.36.7 md/Botocore#1.36.7 ua/2.0 os/${os} lang/python#3.12.8`;
const awsCli = (os: string, command: string): string =>
  `aws-cli/2.24.18 md/awscrt#0.23.8 ua/2.1 os/${os} lang/python#3.12.9 md/prompt#off md/command#${command}`;

type Person = Omit<Client, 'remoteIp'>;

export const OKAFOR: Person = { requester: user('n.okafor'), userAgent: awsCli('macos#24.3.0 md/arch#arm64', 's3.cp') };
export const VEGA: Person = {
  requester: session('AWSReservedSSO_Analyst_90c2d7e1f3a4b586', 'tomas.vega@acme.example'),
  userAgent: boto3('macos#24.3.0'),
};
export const LINDQVIST: Person = {
  requester: session('AWSReservedSSO_PayrollOfficer_4b1f0c9d2e7a6538', 'mara.lindqvist@acme.example'),
  userAgent: FIREFOX,
  referer: `https://${REGION}.console.aws.amazon.com/`,
};

/** The office uses a pool of public addresses, 203.0.113.10 to .40. */
export const atOffice = (person: Person, host: number): Client => ({ ...person, remoteIp: `203.0.113.${host}` });

/** A household has one /64; privacy extensions give its computer a new interface id from time to time. */
export const atHome = (person: Person, interfaceId: string): Client => ({
  ...person,
  remoteIp: `2001:db8:4:17:${interfaceId}`,
  dualStack: true,
});

/** Machines in the VPC; a gateway endpoint shows S3 their private addresses. */
const inVpc = (host: string, requester: string, userAgent: string): Client => ({
  remoteIp: `10.20.${host}`,
  requester,
  userAgent,
  sourceRegion: REGION,
});
export const ETL_WORKERS: readonly Client[] = [
  inVpc('11.24', session('etl-worker', 'i-0a1b2c3d4e5f60718'), SPARK),
  inVpc('11.57', session('etl-worker', 'i-0d93f1be2740c6a85'), SPARK),
  inVpc('12.103', session('etl-worker', 'i-07e6a5c4b3d2f1908'), SPARK),
];
/** Copies payroll to the backups. Its keys can read payroll; the attacker uses them. */
export const BACKUP_SVC = inVpc('9.5', user('backup-svc'), awsCli('linux#6.1.127 md/arch#aarch64', 's3.sync'));
export const ROTATION = inVpc('9.6', session('backup-rotation', 'nightly'), boto3('linux#6.1.127'));

export const CLOUDFRONT: Client = {
  remoteIp: null,
  requester: 'svc:cloudfront.amazonaws.com',
  userAgent: 'Amazon CloudFront',
};
export const LIFECYCLE: Client = { remoteIp: null, requester: 'AmazonS3', userAgent: '-' };

/** Every run of GitHub Actions uses another machine. */
export const deployment = (host: number): Client => ({
  remoteIp: `198.51.100.${host}`,
  requester: session('ci-deploy', 'GitHubActions'),
  userAgent: awsCli('linux#6.8.0-1021-azure md/arch#x86_64', 's3.sync'),
});

/** 192.0.2.64 to .71 */
export const partnerHost = (host: number): Client => ({
  remoteIp: `192.0.2.${host}`,
  requester: session('acme-reader', 'nightly', PARTNER_ACCOUNT),
  userAgent: awsCli('linux#5.15.0-1077-aws md/arch#x86_64', 's3.cp'),
  sourceRegion: 'eu-west-1',
});

export const attacker = (userAgent: string): Client => ({ remoteIp: '192.0.2.213', requester: null, userAgent });
/** The attacker with the stolen access keys of backup-svc. */
export const thief = (userAgent: string): Client => ({ ...attacker(userAgent), requester: BACKUP_SVC.requester });
export const SECOND_THIEF: Client = {
  remoteIp: '2001:db8:bad:1::7',
  requester: BACKUP_SVC.requester,
  userAgent: 'rclone/v1.69.1',
  dualStack: true,
};
