import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedFolder } from '../../../lib/adapters/files/installed-folder';
import { fileGeography, noGeography } from '../../../lib/adapters/geo/geography';
import { ROOT } from '../../support/root';
import { temporaryFolder } from '../../support/run-cli';

const folder = temporaryFolder();

/** Addresses of a public resolver, whose country and network do not change. */
const PUBLIC = { ipv4: '8.8.8.8', ipv6: '2001:4860:4860::8888' };
const GOOGLE = { number: 15169, organization: expect.stringMatching(/google/i) };

describe('from the packages', () => {
  test.each(['ipv4', 'ipv6'] as const)('the city if the database has one, and the network (%s)', (family) => {
    const { geo, asn, specialUse } = fileGeography('city', installedFolder).locate(PUBLIC[family]);
    expect({ asn, specialUse }).toEqual({ asn: GOOGLE, specialUse: null });
    expect(geo).toEqual({ country: expect.stringMatching(/^[A-Z]{2}$/), city: expect.stringMatching(/\w/) });
  });

  test.each(['ipv4', 'ipv6'] as const)('the country only (%s)', (family) => {
    const { geo, asn } = fileGeography('country', installedFolder).locate(PUBLIC[family]);
    expect({ geo, asn }).toEqual({ geo: { country: 'US', city: null }, asn: GOOGLE });
  });

  test('the source of the data, which the licenses require, and its date', () => {
    expect(fileGeography('city', installedFolder).credit()).toMatch(
      /^IP geolocation by DB-IP\.com \(CC BY 4\.0\), 20\d\d-\d\d-\d\d; AS by routeviews\.org and DB-IP\.com \(CC BY 4\.0\), 20\d\d-\d\d-\d\d$/,
    );
    expect(fileGeography('country', installedFolder).credit()).toMatch(/^IP geolocation by ip-location-db \(CC0\), 20/);
  });
});

test('from an own file, with networks still from the package', () => {
  const file = join(ROOT, 'node_modules/@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb');
  const geography = fileGeography(file as `${string}.mmdb`, installedFolder);
  expect(geography.locate(PUBLIC.ipv4)).toEqual({ specialUse: null, geo: { country: 'US', city: null }, asn: GOOGLE });
  expect(geography.credit()).toMatch(/^IP geolocation by country\S* ?\S*, 20\d\d/);
});

test('without the packages, nothing is known, and that is not an error', () => {
  const geography = fileGeography('city', () => null);
  expect(geography.locate(PUBLIC.ipv4)).toEqual({ specialUse: null, geo: null, asn: null });
  expect(geography.credit()).toBeNull();
  expect(installedFolder('@nobody/has-this-package')).toBeNull();
});

test('a database that cannot be read delays no alert, and is reported', () => {
  writeFileSync(join(folder, 'geo-whois-asn-country.mmdb'), 'not a database');
  const geography = fileGeography('country', () => folder);
  expect(geography.problem()).toBeNull();
  expect(geography.locate(PUBLIC.ipv4)).toEqual({ specialUse: null, geo: null, asn: null });
  expect(geography.problem()).toMatch(/^the geo databases cannot be read: .*country\.mmdb: is not a MaxMind database$/);
  expect(geography.credit()).toBeNull();
});

describe('special-use addresses have their purpose, and are not looked up', () => {
  const cases: readonly [address: string, use: string | null][] = [
    ['10.1.2.3', 'private, through a VPC endpoint'],
    ['172.16.0.0', 'private, through a VPC endpoint'],
    ['172.31.255.255', 'private, through a VPC endpoint'],
    ['172.32.0.0', null],
    ['192.168.1.1', 'private, through a VPC endpoint'],
    ['100.64.0.1', 'carrier-grade NAT'],
    ['100.128.0.0', null],
    ['127.0.0.1', 'loopback'],
    ['169.254.169.254', 'link-local'],
    ['192.0.2.1', 'documentation'],
    ['198.51.100.1', 'documentation'],
    ['203.0.113.255', 'documentation'],
    ['203.0.114.0', null],
    ['198.18.0.1', 'benchmarking'],
    ['0.0.0.0', 'this network'],
    ['255.255.255.255', 'reserved'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['fd12:3456::1', 'unique local, through a VPC endpoint'],
    ['fe80::1', 'link-local'],
    ['2001:db8::1', 'documentation'],
    ['2001:db9::', null],
    ['::ffff:10.0.0.1', 'private, through a VPC endpoint'],
    ['not an address', null],
  ];
  test.each(cases)('%s: %s', (address, specialUse) => {
    expect(noGeography.locate(address)).toEqual({ specialUse, geo: null, asn: null });
    let isLookedUp = false;
    const folderOf = () => {
      isLookedUp = true;
      return null;
    };
    expect(fileGeography('city', folderOf).locate(address).specialUse).toBe(specialUse);
    expect(isLookedUp).toBe(specialUse === null && address !== 'not an address');
  });
});
