import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { projectRoot } from './sources.ts';
import { lastStageOnScratch } from './stand-ins/system.ts';
import { baseImagesOf } from './system-image.ts';

const dockerfile = await readFile(`${projectRoot}Dockerfile`, 'utf8');

describe('Dockerfile', () => {
  it('starts from images that build arguments can replace', () => {
    const bases = baseImagesOf(dockerfile);
    expect(bases).toEqual({ BUILDER_IMAGE: expect.stringContaining('node:'), RUNTIME_IMAGE: expect.stringContaining('distroless') });
    const stages = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, from]) => from);
    expect(stages).toEqual(Object.keys(bases).map((name) => `\${${name}}`));
  });

  it('gives the stand-in its last stage, with nothing of the stages before', () => {
    const standIn = lastStageOnScratch(dockerfile);
    expect(standIn.match(/^FROM .*$/gm)).toEqual(['FROM scratch']);
    expect(standIn.match(/^COPY .*$/gm)).toEqual(['COPY image/root/ /', 'COPY --chown=65532:65532 image/owned/ /']);
    for (const instruction of ['USER', 'WORKDIR', 'ENV', 'HEALTHCHECK', 'LABEL']) {
      expect(standIn).toMatch(new RegExp(`^${instruction} `, 'm'));
    }
  });

  it('refuses a last stage that takes files from somewhere else', () => {
    expect(() => lastStageOnScratch('FROM a AS other\n\nFROM b\nCOPY --from=other /x /x\n')).toThrow(
      expect.objectContaining({ code: 'dockerfile_unexpected' }),
    );
  });
});
