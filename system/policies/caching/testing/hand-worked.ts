import type { CacheLimits, PolicyId } from '../policy.ts';

export interface HandWorked {
  readonly limits: CacheLimits;
  /** `key[/size/cost] hit|miss|refused: the lists afterwards`, the newest first, as the model of the policy writes them. */
  readonly steps: string;
}

/** Worked through by hand from the sources that the policies name, and only then run. */
export const handWorked: Readonly<Record<PolicyId, HandWorked>> = {
  lru: {
    limits: { maximumEntries: 3 },
    steps: `
      a miss: lru: a
      b miss: lru: b a
      c miss: lru: c b a
      a hit: lru: a c b
      d miss: lru: d a c
      b miss: lru: b d a
      e miss: lru: e b d
      a miss: lru: a e b
      a hit: lru: a e b
      c miss: lru: c a e
      f miss: lru: f c a
      c hit: lru: c f a
      d miss: lru: d c f
      d hit: lru: d c f
      e miss: lru: e d c
      a miss: lru: a e d
      c miss: lru: c a e
      b miss: lru: b c a
      e miss: lru: e b c
      f miss: lru: f e b
      b hit: lru: b f e`,
  },
  fifo: {
    limits: { maximumEntries: 3 },
    steps: `
      a miss: fifo: a
      b miss: fifo: b a
      c miss: fifo: c b a
      a hit: fifo: c b a
      d miss: fifo: d c b
      a miss: fifo: a d c
      b miss: fifo: b a d
      b hit: fifo: b a d
      e miss: fifo: e b a
      c miss: fifo: c e b
      d miss: fifo: d c e
      c hit: fifo: d c e
      a miss: fifo: a d c
      e miss: fifo: e a d
      f miss: fifo: f e a
      f hit: fifo: f e a
      d miss: fifo: d f e
      a miss: fifo: a d f
      b miss: fifo: b a d
      c miss: fifo: c b a
      d miss: fifo: d c b`,
  },
  // The hand is at the right end; a star is a mark.
  clock: {
    limits: { maximumEntries: 3 },
    steps: `
      a miss: clock: a
      b miss: clock: b a
      c miss: clock: c b a
      a hit: clock: c b a*
      d miss: clock: d a c
      b miss: clock: b d a
      b hit: clock: b* d a
      e miss: clock: e b* d
      a miss: clock: a e b*
      d miss: clock: d b a
      c miss: clock: c d b
      c hit: clock: c* d b
      d hit: clock: c* d* b
      e miss: clock: e c* d*
      f miss: clock: f c d
      a miss: clock: a f c
      c hit: clock: a f c*
      f hit: clock: a f* c*
      b miss: clock: b f c
      d miss: clock: d b f
      c miss: clock: c d b`,
  },
  slru: {
    limits: { maximumEntries: 3 },
    steps: `
      a miss: probation: a | protected: -
      b miss: probation: b a | protected: -
      a hit: probation: b | protected: a
      c miss: probation: c b | protected: a
      d miss: probation: d c | protected: a
      b miss: probation: b d | protected: a
      e miss: probation: e b | protected: a
      c miss: probation: c e | protected: a
      c hit: probation: e | protected: c a
      d miss: probation: d | protected: c a
      e miss: probation: e | protected: c a
      a hit: probation: e | protected: a c
      f miss: probation: f | protected: a c
      d miss: probation: d | protected: a c
      d hit: probation: c | protected: d a
      c hit: probation: a | protected: c d
      g miss: probation: g | protected: c d
      d hit: probation: g | protected: d c
      a miss: probation: a | protected: d c
      a hit: probation: c | protected: a d
      b miss: probation: b | protected: a d
      b hit: probation: d | protected: b a`,
  },
  '2q': {
    limits: { maximumEntries: 4 },
    steps: `
      a miss: in: a | hot: - | out: -
      b miss: in: b a | hot: - | out: -
      c miss: in: c b a | hot: - | out: -
      d miss: in: d c b a | hot: - | out: -
      a hit: in: d c b a | hot: - | out: -
      e miss: in: e d c b | hot: - | out: a
      a miss: in: e d c | hot: a | out: b
      f miss: in: f e d | hot: a | out: c b
      b miss: in: f e | hot: b a | out: d c
      a hit: in: f e | hot: a b | out: d c
      c miss: in: f | hot: c a b | out: e d
      g miss: in: g f | hot: c a | out: e d
      f hit: in: g f | hot: c a | out: e d
      h miss: in: h g | hot: c a | out: f e
      e miss: in: h | hot: e c a | out: g f
      b miss: in: b h | hot: e c | out: g f
      c hit: in: b h | hot: c e | out: g f
      f miss: in: b | hot: f c e | out: h g
      h miss: in: b | hot: h f c | out: g
      b hit: in: b | hot: h f c | out: g
      a miss: in: a b | hot: h f | out: g
      b hit: in: a b | hot: h f | out: g`,
  },
  // Who is to leave first stands first.
  lfu: {
    limits: { maximumEntries: 3 },
    steps: `
      a miss: lfu: a1
      b miss: lfu: a1 b1
      c miss: lfu: a1 b1 c1
      a hit: lfu: b1 c1 a2
      d miss: lfu: c1 d1 a2
      c hit: lfu: d1 a2 c2
      e miss: lfu: e1 a2 c2
      e hit: lfu: a2 c2 e2
      b miss: lfu: b1 c2 e2
      b hit: lfu: c2 e2 b2
      c hit: lfu: e2 b2 c3
      d miss: lfu: d1 b2 c3
      a miss: lfu: a1 b2 c3
      e miss: lfu: e1 b2 c3
      b hit: lfu: e1 c3 b3
      b hit: lfu: e1 c3 b4
      e hit: lfu: e2 c3 b4
      e hit: lfu: c3 e3 b4
      a miss: lfu: a1 e3 b4
      c miss: lfu: c1 e3 b4
      e hit: lfu: c1 b4 e4`,
  },
  // The sketch has seen, after the last step: a 3, b 4, c 3, d 3, e 3, f 4, g 1, h 1.
  'w-tinylfu': {
    limits: { maximumEntries: 5 },
    steps: `
      a miss: window: a | probation: - | protected: -
      b miss: window: b | probation: a | protected: -
      c miss: window: c | probation: b a | protected: -
      d miss: window: d | probation: c b a | protected: -
      e miss: window: e | probation: d c b a | protected: -
      a hit: window: e | probation: d c b | protected: a
      f miss: window: f | probation: d c b | protected: a
      f hit: window: f | probation: d c b | protected: a
      g miss: window: g | probation: f d c | protected: a
      e miss: window: e | probation: f d c | protected: a
      h miss: window: h | probation: e f d | protected: a
      d hit: window: h | probation: e f | protected: d a
      e hit: window: h | probation: f | protected: e d a
      f hit: window: h | probation: a | protected: f e d
      b miss: window: b | probation: a | protected: f e d
      c miss: window: c | probation: a | protected: f e d
      b miss: window: b | probation: a | protected: f e d
      c miss: window: c | probation: b | protected: f e d
      b hit: window: c | probation: d | protected: b f e
      d hit: window: c | probation: e | protected: d b f
      a miss: window: a | probation: e | protected: d b f
      f hit: window: a | probation: e | protected: f d b`,
  },
  arc: {
    limits: { maximumEntries: 3 },
    steps: `
      a miss: T1: a | T2: - | B1: - | B2: - | p: 0
      b miss: T1: b a | T2: - | B1: - | B2: - | p: 0
      c miss: T1: c b a | T2: - | B1: - | B2: - | p: 0
      a hit: T1: c b | T2: a | B1: - | B2: - | p: 0
      d miss: T1: d c | T2: a | B1: b | B2: - | p: 0
      b miss: T1: d | T2: b a | B1: c | B2: - | p: 1
      e miss: T1: e d | T2: b | B1: c | B2: a | p: 1
      e hit: T1: d | T2: e b | B1: c | B2: a | p: 1
      f miss: T1: f d | T2: e | B1: c | B2: b a | p: 1
      g miss: T1: g f | T2: e | B1: d | B2: b a | p: 1
      a miss: T1: g | T2: a e | B1: f d | B2: b | p: 0
      d miss: T1: g | T2: d a | B1: f | B2: e b | p: 1
      h miss: T1: h g | T2: d | B1: f | B2: a e | p: 1
      g hit: T1: h | T2: g d | B1: f | B2: a e | p: 1
      f miss: T1: h | T2: f g | B1: - | B2: d a e | p: 3
      e miss: T1: h | T2: e f | B1: - | B2: g d a | p: 2
      i miss: T1: i h | T2: e | B1: - | B2: f g d | p: 2
      h hit: T1: i | T2: h e | B1: - | B2: f g d | p: 2
      d miss: T1: - | T2: d h e | B1: i | B2: f g | p: 1
      j miss: T1: j | T2: d h | B1: i | B2: e f | p: 1
      i miss: T1: j | T2: i d | B1: - | B2: h e f | p: 3
      j hit: T1: - | T2: j i d | B1: - | B2: h e f | p: 3`,
  },
  // In the stack: LIR keys are capitals, resident HIR keys small letters, the others are in brackets.
  lirs: {
    limits: { maximumEntries: 3 },
    steps: `
      a miss: S: A | Q: -
      b miss: S: B A | Q: -
      c miss: S: c B A | Q: c
      a hit: S: A c B | Q: c
      d miss: S: d A (c) B | Q: d
      c miss: S: C (d) A | Q: b
      b hit: S: b C (d) A | Q: b
      b hit: S: B C | Q: a
      e miss: S: e B C | Q: e
      f miss: S: f (e) B C | Q: f
      e miss: S: E (f) B | Q: c
      c hit: S: c E (f) B | Q: c
      b hit: S: B c E | Q: c
      g miss: S: g B (c) E | Q: g
      g hit: S: G B | Q: e
      a miss: S: a G B | Q: a
      b hit: S: B a G | Q: a
      g hit: S: G B | Q: a
      a hit: S: a G B | Q: a
      h miss: S: h (a) G B | Q: h
      a miss: S: A (h) G | Q: b
      h miss: S: H A | Q: g`,
  },
  's3-fifo': {
    limits: { maximumEntries: 3 },
    steps: `
      a miss: small: a | main: - | ghosts: -
      b miss: small: b a | main: - | ghosts: -
      c miss: small: c b a | main: - | ghosts: -
      a hit: small: c b a1 | main: - | ghosts: -
      a hit: small: c b a2 | main: - | ghosts: -
      d miss: small: d c | main: a | ghosts: b
      b miss: small: d | main: b a | ghosts: c
      a hit: small: d | main: b a1 | ghosts: c
      d hit: small: d1 | main: b a1 | ghosts: c
      e miss: small: e | main: b a1 | ghosts: d c
      c miss: small: - | main: c b a1 | ghosts: e d
      f miss: small: f | main: a c | ghosts: e d
      f hit: small: f1 | main: a c | ghosts: e d
      f hit: small: f2 | main: a c | ghosts: e d
      f hit: small: f3 | main: a c | ghosts: e d
      f hit: small: f3 | main: a c | ghosts: e d
      e miss: small: - | main: e f a | ghosts: d
      a hit: small: - | main: e f a1 | ghosts: d
      g miss: small: g | main: a e | ghosts: d
      h miss: small: h | main: a e | ghosts: g d
      i miss: small: i | main: a e | ghosts: h g
      g miss: small: - | main: g a e | ghosts: i h`,
  },
  // The arrow is at the key that the hand looks at next; without one it begins at the right end.
  sieve: {
    limits: { maximumEntries: 3 },
    steps: `
      a miss: sieve: a
      b miss: sieve: b a
      c miss: sieve: c b a
      a hit: sieve: c b a*
      b hit: sieve: c b* a*
      d miss: sieve: d b a
      e miss: sieve: e d >b
      b hit: sieve: e d >b*
      c miss: sieve: c >e b
      d miss: sieve: d >c b
      f miss: sieve: f >d b
      a miss: sieve: a >f b
      b hit: sieve: a >f b*
      b hit: sieve: a >f b*
      d miss: sieve: d >a b*
      a hit: sieve: d >a* b*
      g miss: sieve: g a b*
      d miss: sieve: d >g b
      c miss: sieve: c >d b
      b hit: sieve: c >d b*
      f miss: sieve: f >c b*`,
  },
  // What each is worth follows the key; who is to leave first stands first.
  gdsf: {
    limits: { maximumBytes: 10 },
    steps: `
      a/2/2 miss: gdsf: a=1
      b/4/2 miss: gdsf: b=0.5 a=1
      e/3/6 miss: gdsf: b=0.5 a=1 e=2
      b/4/2 hit: gdsf: a=1 b=1 e=2
      d/1/3 miss: gdsf: a=1 b=1 e=2 d=3
      c/5/10 miss: gdsf: e=2 d=3 c=3
      e/3/6 hit: gdsf: d=3 c=3 e=5
      a/2/2 miss: gdsf: c=3 a=4 e=5
      c/5/10 hit: gdsf: a=4 e=5 c=7
      d/1/3 miss: gdsf: e=5 c=7 d=7
      b/4/2 miss: gdsf: b=5.5 c=7 d=7
      b/4/2 hit: gdsf: b=6 c=7 d=7
      b/4/2 hit: gdsf: b=6.5 c=7 d=7
      e/3/6 miss: gdsf: c=7 d=7 e=8.5
      a/2/2 miss: gdsf: d=7 a=8 e=8.5
      b/4/2 miss: gdsf: d=7 b=7.5 a=8 e=8.5
      d/1/3 hit: gdsf: b=7.5 a=8 e=8.5 d=13
      f/11/1 refused: gdsf: b=7.5 a=8 e=8.5 d=13
      c/5/10 miss: gdsf: e=8.5 c=10 d=13
      e/3/6 hit: gdsf: c=10 e=12 d=13
      a/2/2 miss: gdsf: a=11 e=12 d=13`,
  },
};
