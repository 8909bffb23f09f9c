import { DIFFERENT, testWire } from './wire';

testWire({ faults: DIFFERENT, times: 1 });
