import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserQueue } from './user-queue.ts';

describe('user queue', () => {
  it('gives users by their moments and equal ones by number, whatever was added and taken in between', () => {
    const command = fc.option(fc.nat(20), { freq: 3 });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 300 }), (commands) => {
        const queue = new UserQueue(commands.length);
        const model: { user: number; dueUs: number }[] = [];
        for (const [user, dueUs] of commands.entries()) {
          if (dueUs !== null) {
            queue.add(user, dueUs);
            model.push({ user, dueUs });
          } else if (model.length > 0) {
            model.sort((a, b) => a.dueUs - b.dueUs || a.user - b.user);
            expect(queue.nextDueUs).toBe(model[0]?.dueUs);
            expect(queue.take()).toBe(model.shift()?.user);
          }
        }
        const rest = Array.from({ length: model.length }, () => queue.take());
        expect(rest).toEqual(model.toSorted((a, b) => a.dueUs - b.dueUs || a.user - b.user).map(({ user }) => user));
        expect(queue.nextDueUs).toBe(Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('says when nobody is in it and when it is full', () => {
    const queue = new UserQueue(1);
    expect(() => queue.take()).toThrow('nobody');
    queue.add(3, 1);
    expect(() => queue.add(4, 1)).toThrow('user 4');
  });
});
