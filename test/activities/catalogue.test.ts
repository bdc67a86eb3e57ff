import { describe, expect, it } from '@jest/globals';
import { createActivities } from '../../activities/index.ts';
import { actions } from '../../domain/playbook/actions.ts';
import { makeWorld } from './fake-world.ts';

const control = ['run', 'approval', 'incident', 'lifecycle', 'monitor', 'child', 'signal', 'schedule', 'task', 'effect', 'lease', 'point'];
const actionNames = Object.keys(actions).toSorted();

describe('the activities', () => {
  it('are the catalogue of actions, and the control of runs', () => {
    const names = Object.keys(createActivities(makeWorld().ports));
    const rest = names.filter((name) => !actionNames.includes(name));
    expect(names.filter((name) => actionNames.includes(name)).toSorted()).toEqual(actionNames);
    expect(rest.filter((name) => !control.includes(name.split('.')[0] ?? ''))).toEqual([]);
    expect(new Set(rest.map((name) => name.split('.')[0]))).toEqual(new Set(control));
  });
});
