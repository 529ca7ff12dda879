import autocannon from 'autocannon';

/*
 * autocannon as it comes, a process of its own, so that its CPU time is its own: `bare-autocannon <url> <connections> <seconds>
 * [<requests per second>]`. Prints one line of JSON.
 */
const [url = '', connections = '1', seconds = '1', overallRate] = process.argv.slice(2);
const load = {
  url,
  connections: Number(connections),
  ...(overallRate === undefined ? {} : { overallRate: Number(overallRate) }),
};
// A second first, so that neither side pays for the compilation of autocannon.
await autocannon({ ...load, duration: 1 });
const before = process.cpuUsage();
const startMs = performance.now();
const result = await autocannon({ ...load, duration: Number(seconds) });
const { user, system } = process.cpuUsage(before);
process.stdout.write(
  `${JSON.stringify({
    requests: result['2xx'],
    failures: result.errors + result.non2xx,
    seconds: (performance.now() - startMs) / 1000,
    cpuSeconds: (user + system) / 1e6,
  })}\n`,
);
