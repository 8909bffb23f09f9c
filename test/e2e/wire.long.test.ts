import { testWire } from './wire';

describe.each([1, 5])('%d times', (times) => testWire({ times }));
