import { testWire } from './wire';

describe.each([1, 5])('%d faults in a row', (times) => testWire({ times }));
