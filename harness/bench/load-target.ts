import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/*
 * The cheapest HTTP server that a load generator can be measured against, a process of its own: it looks for the ends of requests
 * and parses nothing, so that the generator and not its target is the bottleneck. It answers every request with 200 and `{}`,
 * takes requests without bodies only, prints its port and ends with its standard input.
 */
const answer = Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');
const endOfHead = Buffer.from('\r\n\r\n');

const server = createServer({ noDelay: true }, (socket) => {
  let rest: Buffer | undefined;
  socket.on('data', (chunk) => {
    const bytes = rest === undefined ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let from = 0;
    for (let end = bytes.indexOf(endOfHead); end !== -1; end = bytes.indexOf(endOfHead, from)) {
      socket.write(answer);
      from = end + endOfHead.length;
    }
    rest = from === bytes.length ? undefined : bytes.subarray(from);
  });
  // A peer may end by closing its sockets.
  socket.on('error', () => socket.destroy());
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.stdin.on('end', () => process.exit(0)).resume();
