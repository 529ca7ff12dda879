import { createHash } from 'node:crypto';
import type { Express, Request } from 'express';
import { processFamilies as loadFamilies, wantedFamilies } from '../../runtime/process-families.ts';
import type { Catalogue } from '../catalogue.ts';
import type { Collection } from '../collection.ts';
import { identity } from '../version.ts';
import { familyText, type Sample } from './exposition.ts';
import { parameter, refused } from './parameters.ts';
import { readProcessFigures } from './process-figures.ts';
import { durationBoundsSeconds, type RequestSeries, type RequestStatistics } from './request-statistics.ts';

type NameOf = (collection: Collection) => string;

const single = (value: number): Sample[] => [{ labels: {}, value }];

/** What the engine measures of its hardware and this node does not: there, always 0. */
const unmeasured = [
  'cpu',
  'payload_index_io_read',
  'payload_index_io_write',
  'payload_io_read',
  'payload_io_write',
  'vector_io_read',
  'vector_io_write',
];

const dimensionsOf = ({ segment }: Collection) =>
  [...segment.columns, ...segment.sparseColumns].map(([vector, { count }]) => ({ vector, count }));

function collectionFamilies(collections: readonly Collection[], nameOf: NameOf): string[] {
  const each = (value: (collection: Collection) => number): Sample[] =>
    collections.map((collection) => ({ labels: { id: nameOf(collection) }, value: value(collection) }));
  const replicas = collections.length === 0 ? 0 : 1;
  const vectors = collections.flatMap((collection) =>
    dimensionsOf(collection).map(({ vector, count }) => ({ labels: { collection: nameOf(collection), vector }, value: count })),
  );
  const excluded = collections.flatMap((collection) =>
    [...collection.segment.columns].map(([vector, column]) => ({
      labels: { id: nameOf(collection), vector },
      value: column.isIndexingDue ? column.count - column.indexedCount : 0,
    })),
  );
  return [
    familyText('collection_active_replicas_max', 'gauge', 'greatest number of active replicas of a shard', single(replicas)),
    familyText('collection_active_replicas_min', 'gauge', 'least number of active replicas of a shard', single(replicas)),
    familyText('collection_dead_replicas', 'gauge', 'number of dead replicas', single(0)),
    ...unmeasured.map((part) =>
      familyText(
        `collection_hardware_metric_${part}`,
        'counter',
        'not measured by this node',
        each(() => 0),
      ),
    ),
    familyText('collection_indexed_only_excluded_points', 'gauge', 'points that a search of indexed points leaves out', excluded),
    familyText(
      'collection_points',
      'gauge',
      'number of points',
      each(({ segment }) => segment.pointCount),
    ),
    familyText(
      'collection_running_optimizations',
      'gauge',
      'number of running optimisations',
      each(({ optimizer }) => (optimizer?.state.status === 'yellow' ? 1 : 0)),
    ),
    familyText(
      'collection_shard_transfer_incoming',
      'gauge',
      'incoming shard transfers',
      each(() => 0),
    ),
    familyText(
      'collection_shard_transfer_outgoing',
      'gauge',
      'outgoing shard transfers',
      each(() => 0),
    ),
    familyText(
      'collection_update_queue_deferred_points',
      'gauge',
      'points that wait to be visible',
      each(() => 0),
    ),
    familyText(
      'collection_update_queue_length',
      'gauge',
      'updates that wait to be applied',
      each(() => 0),
    ),
    familyText('collection_vectors', 'gauge', 'number of vectors by name', vectors),
    familyText('collections_total', 'gauge', 'number of collections', single(collections.length)),
    familyText(
      'collections_vector_total',
      'gauge',
      'number of vectors in all collections',
      single(vectors.reduce((sum, { value }) => sum + value, 0)),
    ),
    familyText(
      'snapshot_created_total',
      'counter',
      'not measured by this node',
      each(() => 0),
    ),
    familyText(
      'snapshot_creation_running',
      'gauge',
      'not measured by this node',
      each(() => 0),
    ),
    familyText(
      'snapshot_recovery_running',
      'gauge',
      'not measured by this node',
      each(() => 0),
    ),
  ];
}

function processFamilies(): string[] {
  const { rss, heapTotal, heapUsed, external } = process.memoryUsage();
  const { majorPageFault, minorPageFault } = process.resourceUsage();
  const figures = readProcessFigures();
  const linux = (value: number | undefined) => (value === undefined ? [] : single(value));
  return [
    familyText('memory_active_bytes', 'gauge', 'heap and external memory that is reserved', single(heapTotal + external)),
    familyText('memory_allocated_bytes', 'gauge', 'heap and external memory in use', single(heapUsed + external)),
    familyText('memory_metadata_bytes', 'gauge', 'not measured by this node', single(0)),
    familyText('memory_resident_bytes', 'gauge', 'resident memory', single(rss)),
    familyText('memory_retained_bytes', 'gauge', 'reserved and unused heap', single(heapTotal - heapUsed)),
    familyText('process_major_page_faults_total', 'counter', 'page faults with disk access', single(majorPageFault)),
    familyText('process_max_fds', 'gauge', 'limit of open files', linux(figures?.greatestFileDescriptors)),
    familyText('process_minor_page_faults_total', 'counter', 'page faults without disk access', single(minorPageFault)),
    familyText('process_open_fds', 'gauge', 'open files', linux(figures?.openFileDescriptors)),
    familyText('process_open_mmaps', 'gauge', 'open memory maps', linux(figures?.memoryMaps)),
    familyText('process_threads', 'gauge', 'threads', linux(figures?.threads)),
    familyText('system_max_mmaps', 'gauge', 'limit of memory maps', linux(figures?.greatestMemoryMaps)),
  ];
}

function requestFamilies(
  series: readonly RequestSeries[],
  collectionLabel: (name: string | undefined) => Record<string, string>,
): string[] {
  const labelsOf = ({ method, endpoint, status, collection }: RequestSeries) => ({
    method,
    endpoint,
    status: String(status),
    ...collectionLabel(collection),
  });
  const each = (value: (one: RequestSeries) => number): Sample[] => series.map((one) => ({ labels: labelsOf(one), value: value(one) }));
  const histogram = series.flatMap((one): Sample[] => {
    const labels = labelsOf(one);
    let below = 0;
    const buckets = durationBoundsSeconds.map((bound, index) => {
      below += one.buckets[index] ?? 0;
      return { labels: { ...labels, le: String(bound) }, value: below, suffix: '_bucket' };
    });
    return [
      ...buckets,
      { labels: { ...labels, le: '+Inf' }, value: one.count, suffix: '_bucket' },
      { labels, value: one.sumSeconds, suffix: '_sum' },
      { labels, value: one.count, suffix: '_count' },
    ];
  });
  return [
    familyText(
      'rest_responses_avg_duration_seconds',
      'gauge',
      'mean duration',
      each((one) => one.sumSeconds / one.count),
    ),
    familyText('rest_responses_duration_seconds', 'histogram', 'durations', histogram),
    familyText(
      'rest_responses_max_duration_seconds',
      'gauge',
      'greatest duration',
      each((one) => one.greatestSeconds),
    ),
    familyText(
      'rest_responses_min_duration_seconds',
      'gauge',
      'least duration',
      each((one) => one.leastSeconds),
    ),
    familyText(
      'rest_responses_total',
      'counter',
      'number of answers',
      each((one) => one.count),
    ),
  ];
}

function flag(request: Request, name: string): boolean {
  const value = parameter(request, name) ?? 'false';
  if (value !== 'true' && value !== 'false') {
    throw refused('provided string was not `true` or `false`');
  }
  return value === 'true';
}

/**
 * Serves `GET /metrics` under the names and labels of the engine, so that its dashboards and alerts fit. How loaded the process is
 * has no name there; `?name[]=` asks for it by the names of the other processes, and then for nothing else.
 */
export function mountMetrics(app: Express, catalogue: Catalogue, requests: RequestStatistics): void {
  app.get('/metrics', (request, response) => {
    const wanted = wantedFamilies(request.query);
    response.setHeader('content-type', 'text/plain; charset=utf-8');
    if (wanted !== undefined) {
      response.end(loadFamilies(wanted));
      return;
    }
    const isAnonymous = flag(request, 'anonymize');
    const isPerCollection = flag(request, 'per_collection');
    const shown = (name: string) => (isAnonymous ? createHash('sha256').update(name).digest('hex').slice(0, 16) : name);
    const series = isPerCollection ? requests.series : requests.totals;
    const families = [
      familyText('app_info', 'gauge', 'what runs here', [
        { labels: { name: 'embedded vector node', version: identity.version }, value: 1 },
      ]),
      familyText('app_status_recovery_mode', 'gauge', 'whether the node runs for recovery only', single(0)),
      familyText('cluster_enabled', 'gauge', 'whether the node is part of a cluster', single(0)),
      ...collectionFamilies(catalogue.collections, ({ name }) => shown(name)),
      ...processFamilies(),
      ...requestFamilies(series, (name) => (isPerCollection && name !== undefined ? { collection: shown(name) } : {})),
    ];
    response.end(families.join(''));
  });
}
