import { formatNetwork, parseCidr } from '../../detection/address';
import { quote } from './messages';
import { type Parser, textParser } from './parsers';

/** An address or a network in CIDR notation; the value is in canonical form. */
export const networkText: Parser<string> = textParser(
  'write a network such as "203.0.113.0/24", or an address',
  'is not an address or a CIDR network',
  (text) => {
    const network = parseCidr(text);
    if (!('problem' in network)) return { value: formatNetwork(network) };
    const { problem, instead } = network;
    return { problem, instead: instead === null ? undefined : `write ${quote(instead)}` };
  },
);
