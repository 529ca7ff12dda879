import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Deque } from './deque.ts';

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom('addFirst' as const, 'addLast' as const), item: fc.string() }),
    fc.record({ kind: fc.constantFrom('takeFirst' as const, 'takeLast' as const) }),
  ),
  { maxLength: 200 },
);

it('does what an array does', () => {
  fc.assert(
    fc.property(steps, fc.nat(20), fc.nat(20), (given, start, end) => {
      const deque = new Deque();
      const array: string[] = [];
      for (const step of given) {
        switch (step.kind) {
          case 'addFirst':
            deque.addFirst(step.item);
            array.unshift(step.item);
            break;
          case 'addLast':
            deque.addLast(step.item);
            array.push(step.item);
            break;
          case 'takeFirst':
            expect(deque.takeFirst()).toBe(array.shift());
            break;
          case 'takeLast':
            expect(deque.takeLast()).toBe(array.pop());
            break;
        }
      }
      expect(deque.length).toBe(array.length);
      expect(deque.range(0, deque.length - 1)).toEqual(array);
      expect(deque.range(start, end)).toEqual(array.slice(start, end + 1));
    }),
  );
});
