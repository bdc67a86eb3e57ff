/** Check Point (management API ≥ 1.8, R81.10): calls that add an access layer and the objects that its rules name. */
import type { Target } from '../target.ts';
import { compileCheckPoint } from './compile.ts';
import { readCheckPoint } from './read.ts';

export const checkPointTarget: Target = {
  name: 'check-point',
  kinds: ['network'],
  compile: compileCheckPoint,
  read: readCheckPoint,
  cannotSay: [
    'messages to and from the gateway itself, and packets of a known connection: the layer decides connections that begin, through it',
    'ports of DCCP and UDP-Lite: what names them is left out',
    'the time zone of a gateway: the file says which one its times are meant for, and who installs it sees to it',
    'the last minute of a day by itself: a time window that ends at midnight ends with 23:59, the last time that a time object can name',
  ],
};
