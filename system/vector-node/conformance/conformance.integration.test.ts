import { describe, expect, test } from 'vitest';
import { notClaimed } from './not-claimed.ts';
import { type RecordedSuite, readRecording } from './recording.ts';
import { replaySuite } from './replay.ts';
import { startEmbedded, startQdrant } from './target.ts';

const { suites, engine } = readRecording();
const listed = notClaimed();
/** Of this suite not even every core case is claimed: the embedded node is in no cluster. */
const unclaimedSuites = ['cluster-of-one'];

/** The listed cases of a suite, with their level. */
function listedOf(suite: RecordedSuite) {
  return suite.cases.filter(({ id }) => listed.has(id));
}

describe('the embedded vector node answers as recorded', () => {
  test.each(suites.map((suite) => [suite.id, suite] as const))('suite %s', async (_id, suite) => {
    await using target = await startEmbedded(suite.profile);
    const failed = await replaySuite(suite, target, (id) => listed.has(id));
    const claimedButDifferent = [...failed].filter(([id]) => !listed.has(id));
    expect(claimedButDifferent, 'cases that differ and are not listed in docs/vector-node.md').toEqual([]);
    const answeredButListed = listedOf(suite).filter(({ id }) => !failed.has(id));
    expect(
      answeredButListed.map(({ id }) => id),
      'cases listed as not claimed in docs/vector-node.md that are answered as recorded',
    ).toEqual([]);
  });

  test('what is not claimed is an edge case of a recorded suite, or of a suite that is left out, and has a reason', () => {
    const known = new Map(
      suites.flatMap((suite) => suite.cases.map((recorded) => [recorded.id, { suite: suite.id, level: recorded.level }])),
    );
    const wrong = [...listed].filter(([id, reason]) => {
      const recorded = known.get(id);
      const mayBeListed = recorded !== undefined && (recorded.level === 'edge' || unclaimedSuites.includes(recorded.suite));
      return !mayBeListed || reason.trim() === '';
    });
    expect(wrong).toEqual([]);
  });
});

const executable = process.env.RAG_TESTBED_QDRANT_BIN;
const leftOut = executable === undefined ? ` (left out: RAG_TESTBED_QDRANT_BIN names no ${engine.name} executable)` : '';

describe.skipIf(executable === undefined)(`a real ${engine.name} ${engine.version} answers as recorded${leftOut}`, () => {
  test.each(suites.map((suite) => [suite.id, suite] as const))('suite %s', async (_id, suite) => {
    await using target = await startQdrant(executable ?? '', suite.profile);
    expect([...(await replaySuite(suite, target))]).toEqual([]);
  });
});
