import { inMail } from '../text/untrusted-text';

/** Where an address is, and which network it belongs to. */
export interface GeoLocation {
  /** The purpose of a special-use address, `private, through a VPC endpoint`; null for a public address. */
  readonly specialUse: string | null;
  /** `country` is an ISO 3166-1 alpha-2 code: `DE`. */
  readonly geo: { readonly country: string | null; readonly city: string | null } | null;
  readonly asn: { readonly number: number; readonly organization: string } | null;
}

export const NO_GEO_LOCATION: GeoLocation = { specialUse: null, geo: null, asn: null };

/** A port: looks up addresses. It is declared here, below `lib/ports.ts`, because alerts use it. */
export interface Geography {
  /** For text that is not an address: no location. */
  locate(address: string): GeoLocation;
  /** The source and the date of the databases; null: there are none. */
  credit(): string | null;
  /** Why the databases cannot be used; the alert is sent all the same and contains this. Null: no problem. */
  problem(): string | null;
}

/**
 * `Amsterdam, NL · AS64500 Example Hosting`, or the purpose of a special-use address; empty if nothing is known. For
 * mail and terminals.
 */
export function locationText({ specialUse, geo, asn }: GeoLocation): string {
  const place = [geo?.city ?? null, geo?.country ?? null].filter((part) => part !== null).join(', ');
  const owner = asn === null ? '' : `AS${asn.number} ${asn.organization}`;
  return inMail([specialUse ?? '', place, owner].filter((part) => part !== '').join(' · '), 70);
}
