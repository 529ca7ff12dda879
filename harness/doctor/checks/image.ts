import { type ImageRole, imageLabels, imageVariables } from '../../platform/docker/images/names.ts';
import { rolesOfEveryTopology } from '../../platform/docker/images-of-run.ts';
import { type Check, noEngine } from '../check.ts';
import type { ExaminedImage } from '../engine-facts.ts';
import type { Finding } from '../report.ts';
import { storage } from '../units.ts';

const build = 'npm run images';

function judge(image: ExaminedImage, isNeeded: boolean): Finding {
  const { role, name, source, found, standIn, stale } = image;
  const blocking = isNeeded ? { status: 'lack' as const, blocks: ['docker' as const] } : { status: 'warn' as const };
  if (found === undefined) {
    const fix = source === 'default' || role === 'system' ? build : `docker pull ${name}`;
    return { ...blocking, observed: `missing: ${name}`, values: { state: 'missing', name, source }, fix };
  }
  const { bytes, labels } = found;
  const state = stale ? 'stale' : standIn ? 'stand-in' : 'present';
  const values = { state, name, source, sizeBytes: bytes };
  const shown = `${name}, ${storage(bytes)}`;
  if (stale) {
    return { ...blocking, observed: `stale, made from other sources: ${shown}`, values, fix: build };
  }
  if (standIn) {
    const { [imageLabels.engine]: engine = 'unknown', [imageLabels.engineVersion]: version = '' } = labels;
    return {
      status: 'warn',
      observed: `stand-in (${`${engine} ${version}`.trim()}): ${shown}`,
      values: { ...values, engine, engineVersion: version },
      fix: build,
    };
  }
  const chosenBy = source === 'environment' ? `, named by ${imageVariables[role]}` : '';
  return { status: 'ok', observed: `${shown}${chosenBy}`, values };
}

const whys: Record<ImageRole, string> = {
  system: 'every process of the reference system runs from it; a stand-in holds the same code on this machine’s libraries',
  qdrant: 'the figures of a stand-in are not Qdrant’s, and every report says so',
  redis: 'variants with a shared cache need it',
  postgres: 'the change log and the documents live there; a stand-in is this machine’s PostgreSQL',
};

const isNeeded = (role: ImageRole) => rolesOfEveryTopology.some((needed) => needed === role);

/** Is the image of a role on this machine, and is it what it should be? */
export function imageCheck(role: ImageRole): Check {
  return {
    id: `image-${role}`,
    title: `${role} image`,
    group: 'images',
    why: whys[role],
    look: ({ engine: { images } }) => (images === undefined ? noEngine : judge(images[role], isNeeded(role))),
  };
}
